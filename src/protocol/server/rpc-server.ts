import { ProtocolError } from "../../errors/index.js";
import type { Transport, TransportHandlers } from "../../transport/transport.js";
import { FrameDecoder } from "../frame-decoder.js";
import { ErrorDomain, ErrorNumber } from "../generated/constants/index.js";
import { KEEPALIVE_PROGRAM } from "../generated/keepalive/index.js";
import {
  VirNetMessageError,
  type VirNetMessageHeader,
  VirNetMessageStatus,
  VirNetMessageType,
} from "../generated/net/index.js";
import { type KeepAlive, KeepaliveResponder, KeepaliveWatch } from "../keepalive.js";
import { Outbox } from "../outbox.js";
import { keep, MAX_PACKET, type Packet, readPacket, writePacket } from "../packet.js";
import type { EventProcedure } from "../procedure.js";
import { XdrWriter } from "../xdr-codec/index.js";
import { type Refusal, refusal, toWireError } from "./refusal.js";
import type { ServedStream } from "./served-stream.js";
import type { ServerCall, ServerConnection } from "./server-call.js";
import { ServerStreams } from "./server-streams.js";
import type { Answered, Service } from "./service.js";

export interface RpcServerOptions {
  /**
   * Calls that may be open before the server stops reading from this client: `max_client_requests` of libvirtd.conf,
   * 5 by default.
   */
  readonly maxRequests?: number | undefined;
}

const DEFAULT_REQUESTS = 5;

/** The server side of libvirt's RPC on one transport: has calls answered by a service, each when it is done. */
export class RpcServer<Session> implements ServerConnection {
  readonly peer: string;
  private readonly service: Service<Session>;
  private readonly session: Session;
  private readonly transport: Transport;
  private readonly outbox: Outbox;
  private readonly keepalive: KeepaliveResponder;
  private readonly frames = new FrameDecoder((packet, lent) => this.receive(packet, lent));
  private readonly writer = new XdrWriter(MAX_PACKET);
  private readonly ended = new AbortController();
  private readonly maxRequests: number;
  private readonly streams: ServerStreams;
  private requests = 0;
  /** What came in while enough was open already. */
  private backlog: Uint8Array[] = [];
  private paused = false;
  private leaving = false;
  private watch: KeepaliveWatch | undefined;

  constructor(transport: Transport, service: Service<Session>, options: RpcServerOptions = {}) {
    this.transport = transport;
    this.peer = transport.peer;
    this.service = service;
    this.maxRequests = options.maxRequests ?? DEFAULT_REQUESTS;
    this.outbox = new Outbox(transport);
    this.keepalive = new KeepaliveResponder(this.outbox);
    this.streams = new ServerStreams(this.peer, this.outbox);
    this.session = service.open(this);
    const handlers: TransportHandlers = {
      onData: (chunk) => this.take(chunk),
      onDrain: () => this.drained(),
      onClose: () => this.end(),
    };
    transport.start(handlers);
  }

  get closed(): AbortSignal {
    return this.ended.signal;
  }

  send<Msg>(event: EventProcedure<Msg>, message: Msg): void {
    if (this.closed.aborted) return;
    const { program, number: proc } = event;
    const header = { prog: program.id, vers: program.version, proc, type: VirNetMessageType.MESSAGE };
    this.push({ ...header, serial: 0, status: VirNetMessageStatus.OK }, (w) => event.msg.encode(w, message));
  }

  keepAlive(options: KeepAlive | undefined): void {
    this.watch?.stop();
    this.watch = undefined;
    if (options === undefined || this.closed.aborted) return;
    this.watch = new KeepaliveWatch(options, this.outbox, () =>
      this.abort(new ProtocolError(`${this.peer} was silent in spite of ${options.count} pings`)),
    );
  }

  close(): void {
    this.leaving = true;
    if (this.requests === 0) this.leave();
  }

  private leave(): void {
    this.outbox.flush();
    this.transport.end();
  }

  private take(chunk: Uint8Array): void {
    this.watch?.heard();
    this.guard(() => this.frames.push(chunk));
  }

  /** Whatever the client does against the protocol ends its connection. */
  private guard(action: () => void): void {
    if (this.closed.aborted) return;
    try {
      action();
    } catch (error) {
      this.abort(error as Error);
    }
  }

  private receive(bytes: Uint8Array, lent: boolean): void {
    if (this.closed.aborted) return;
    if (this.paused) this.backlog.push(lent ? keep(bytes) : bytes);
    else this.dispatch(readPacket(bytes), lent);
  }

  private dispatch(packet: Packet, lent = false): void {
    const { type, prog, proc } = packet.header;
    if (prog === KEEPALIVE_PROGRAM) this.keepalive.receive(proc);
    else if (type === VirNetMessageType.CALL) void this.count(this.answer(packet));
    else if (type === VirNetMessageType.STREAM || type === VirNetMessageType.STREAM_HOLE) {
      void this.count(this.streams.receive(packet, lent));
    }
    // libvirtd takes no notice of packets that only a server sends.
  }

  /** While as many requests are open as a client may have, nothing more is read from it. */
  private async count(request: Promise<void>): Promise<void> {
    this.requests++;
    if (this.requests === this.maxRequests) this.hold(true);
    try {
      await request;
    } catch (error) {
      this.abort(error as Error);
    }
    this.requests--;
    if (this.paused) this.guard(() => this.goOn());
    if (this.leaving && this.requests === 0) this.leave();
  }

  private goOn(): void {
    this.paused = false;
    while (this.backlog.length > 0 && this.requests < this.maxRequests) {
      this.dispatch(readPacket(this.backlog.shift() as Uint8Array));
    }
    if (this.requests < this.maxRequests) this.hold(false);
    else this.paused = true;
  }

  private hold(paused: boolean): void {
    if (paused) this.transport.pause();
    else this.transport.resume();
    this.paused = paused;
    // While nothing is read, silence means nothing.
    this.watch?.hold(paused);
  }

  private async answer({ header, payload }: Packet): Promise<void> {
    let stream: ServedStream | undefined;
    try {
      const { procedure, handler } = this.find(header);
      const args = this.decode(() => procedure.args.decode(payload));
      const call: ServerCall<Session> = {
        procedure,
        connection: this,
        session: this.session,
        signal: this.closed,
        openStream: (opened) => {
          stream = opened;
        },
      };
      await this.service.before?.(call);
      const ret = await handler(args, call);
      this.reply(header, VirNetMessageStatus.OK, (writer) => procedure.ret.encode(writer, ret));
    } catch (error) {
      stream?.ended?.(false);
      this.reply(header, VirNetMessageStatus.ERROR, (writer) =>
        VirNetMessageError.encode(writer, toWireError(error)),
      );
      return;
    }
    if (stream === undefined) return;
    if (this.closed.aborted) stream.ended?.(false);
    else this.streams.add(header, stream);
  }

  private find({ prog, vers, proc }: VirNetMessageHeader): Answered<Session> {
    const { routes } = this.service;
    if (!routes.serves(prog, vers)) {
      throw breach(`Cannot find program ${prog} version ${vers}`);
    }
    const found = routes.find(prog, proc);
    if (found !== undefined) return found;
    throw breach(`unknown procedure: ${proc}`);
  }

  private decode<T>(read: () => T): T {
    try {
      return read();
    } catch {
      throw breach("Unable to decode message payload");
    }
  }

  private reply(
    { prog, vers, proc, serial }: VirNetMessageHeader,
    status: number,
    write: (writer: XdrWriter) => void,
  ): void {
    if (this.closed.aborted) return;
    this.push({ prog, vers, proc, serial, type: VirNetMessageType.REPLY, status }, write);
  }

  private push(header: VirNetMessageHeader, write: (writer: XdrWriter) => void): void {
    writePacket(this.writer, header, write);
    this.outbox.push(this.writer.finish());
  }

  private drained(): void {
    this.outbox.drained();
    this.keepalive.drained();
    this.streams.drained();
  }

  private abort(error: Error): void {
    this.transport.destroy(error);
    this.end();
  }

  private end(): void {
    if (this.closed.aborted) return;
    this.watch?.stop();
    this.outbox.clear();
    this.backlog = [];
    this.ended.abort();
    this.streams.end();
  }
}

/** The error for what breaks the rules of the protocol but leaves the connection usable. */
function breach(message: string): Refusal {
  return refusal(ErrorNumber.RPC, ErrorDomain.RPC, message, { str1: "%s", str2: message });
}
