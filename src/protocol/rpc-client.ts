import {
  ConnectionClosedError,
  InvalidValueError,
  ProtocolError,
  UnknownProcedureError,
} from "../errors/index.js";
import type { Transport, TransportHandlers } from "../transport/transport.js";
import { CallWindow } from "./call-window.js";
import type { Closing } from "./closing.js";
import { type CallOptions, checkTimeout, gaveUpError } from "./deadline.js";
import { EventRouter } from "./event-router.js";
import { FrameDecoder } from "./frame-decoder.js";
import { KEEPALIVE_PROGRAM } from "./generated/keepalive/index.js";
import { VirNetMessageError, VirNetMessageStatus, VirNetMessageType } from "./generated/net/index.js";
import { type KeepAlive, KeepaliveResponder, KeepaliveWatch } from "./keepalive.js";
import { Outbox } from "./outbox.js";
import { keep, MAX_PACKET, type Packet, readPacket, writeCall } from "./packet.js";
import { type CallHooks, type CallHost, PendingCall } from "./pending-call.js";
import type { EventProcedure, Procedure } from "./procedure.js";
import { toRemoteError } from "./remote-error.js";
import type { LayeredTransport } from "./security-layer.js";
import type { StreamCarrier, StreamRoute } from "./stream-carrier.js";
import { locateRefusal, XdrError, type XdrReader, XdrWriter } from "./xdr-codec/index.js";

export interface RpcClientOptions {
  /**
   * Most calls of low priority that are open at the daemon at a time, 4 by default. Raise it only together with
   * `max_client_requests` in the daemon's configuration.
   */
  readonly maxInFlight?: number | undefined;
  /** Told of what the peer sent amiss without harm to anybody, such as an event that cannot be decoded. */
  readonly onWarning?: ((warning: ProtocolError) => void) | undefined;
  /** Told when the connection stops, or goes on, reading because nobody reads one of its streams. */
  readonly onPause?: ((pause: ConnectionPause) => void) | undefined;
}

/** The connection waits for the reader of a stream, or no longer does. */
export interface ConnectionPause {
  /** The call that opened the stream. */
  readonly stream: string;
  readonly paused: boolean;
}

const DEFAULT_IN_FLIGHT = 4;
const NO_OPTIONS: CallOptions = {};
const SERIALS = 2 ** 32;

/**
 * The client side of libvirt's RPC on one transport: numbers calls, matches replies in whatever order they come,
 * routes events, answers pings, and settles everything once when the connection ends.
 */
export class RpcClient {
  /** Resolves, never rejects, with the reason when the connection has ended. */
  readonly closed: Promise<ConnectionClosedError>;
  private transport: Transport;
  private readonly handlers: TransportHandlers;
  private readonly outbox: Outbox;
  private readonly window: CallWindow;
  private readonly keepalive: KeepaliveResponder;
  private readonly events = new EventRouter();
  private readonly calls = new Map<number, PendingCall>();
  private readonly unknown = new Map<string, UnknownProcedureError>();
  // Hidden from those who look at a client, as it remembers what was sent, passwords among it.
  readonly #writer = new XdrWriter(MAX_PACKET);
  private frames: FrameDecoder = this.cutter();
  private readonly host: CallHost;
  private readonly onWarning: ((warning: ProtocolError) => void) | undefined;
  private readonly onPause: RpcClientOptions["onPause"];
  private readonly reportClosed: (error: ConnectionClosedError) => void;
  private nextSerial = 0;
  private ending: Closing | undefined;
  private streams: StreamCarrier | undefined;
  private watch: KeepaliveWatch | undefined;

  constructor(transport: Transport, options: RpcClientOptions = {}) {
    this.transport = transport;
    this.outbox = new Outbox(transport);
    this.window = new CallWindow(checkWindow(options.maxInFlight ?? DEFAULT_IN_FLIGHT));
    this.keepalive = new KeepaliveResponder(this.outbox);
    this.onWarning = options.onWarning;
    this.onPause = options.onPause;
    this.host = {
      transmit: (packet) => this.outbox.push(packet),
      abandon: (call) => {
        if (this.window.leave(call)) this.calls.delete(call.serial);
      },
    };
    let report: (error: ConnectionClosedError) => void = () => undefined;
    this.closed = new Promise((resolve) => {
      report = resolve;
    });
    this.reportClosed = report;
    this.handlers = {
      onData: (chunk) => this.take(chunk),
      onDrain: () => this.drained(),
      onClose: (error) => this.finish(this.describeEnd(error)),
    };
    transport.start(this.handlers);
  }

  /** What the other side is called in messages. */
  get peer(): string {
    return this.transport.peer;
  }

  /** What the bytes are worth to somebody on the way: see {@link Transport}. */
  get privacy(): Pick<Transport, "secure" | "encrypted"> {
    return this.transport;
  }

  /** True until the connection has ended. */
  get open(): boolean {
    return this.ending === undefined;
  }

  /** Calls that wait for a place in the in-flight window. */
  get queued(): number {
    return this.window.waiting;
  }

  /**
   * Makes a call. Rejects with a `RemoteError` when the daemon refuses, with an `InvalidValueError` when an argument
   * cannot travel, and with a `ConnectionClosedError` when the connection is gone or goes.
   */
  call<Args, Ret>(
    procedure: Procedure<Args, Ret>,
    args: Args,
    options: CallOptions = NO_OPTIONS,
    hooks?: CallHooks<Ret>,
  ): Promise<Ret> {
    // Not an async function: each of those on the way adds to what every call costs.
    try {
      return this.start(
        procedure as Procedure<unknown, unknown>,
        args,
        options,
        hooks as CallHooks<unknown>,
      ) as Promise<Ret>;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  private start(
    procedure: Procedure<unknown, unknown>,
    args: unknown,
    options: CallOptions,
    hooks: CallHooks<unknown> | undefined,
  ): Promise<unknown> {
    checkTimeout(options.timeoutMs);
    if (options.signal?.aborted === true) {
      throw gaveUpError(procedure.name, "aborted", options, "it was not sent");
    }
    if (this.ending !== undefined) throw closedError(this.ending, procedure.name);
    if (this.unknown.size > 0) this.refuseUnknown(procedure.name);
    const serial = this.takeSerial();
    const packet = this.encodeCall(procedure, args, serial);
    const call = new PendingCall(this.host, procedure, serial, packet);
    if (hooks !== undefined) {
      call.answered = hooks.answered;
      hooks.numbered?.(serial);
    }
    const settled = call.settled(options);
    this.calls.set(serial, call);
    if (procedure.priority === "high") call.send();
    else this.window.enter(call);
    return settled;
  }

  /** Calls `listener` for each such message of the daemon until the result is disposed of. */
  on<Msg>(event: EventProcedure<Msg>, listener: (message: Msg) => void): Disposable {
    return this.events.on(event, listener);
  }

  /** Watches, with pings, whether the peer is still there; or no longer does. */
  keepAlive(options: KeepAlive | undefined): void {
    this.watch?.stop();
    this.watch = undefined;
    if (options === undefined || this.ending !== undefined) return;
    this.watch = new KeepaliveWatch(options, this.outbox, () => {
      const { interval, count } = options;
      const message = `${this.peer} was silent for ${interval * (count + 1)} s, in spite of ${count} pings`;
      this.finish({ reason: "keepalive", message, cause: undefined });
    });
  }

  /** Has the packets of streams taken by what `make` gives, the first time that it is called. */
  carryStreams<T extends StreamCarrier>(make: (route: StreamRoute) => T): T {
    this.streams ??= make({
      peer: this.peer,
      outbox: this.outbox,
      pause: (name) => this.holdUp(name, true),
      resume: (name) => this.holdUp(name, false),
    });
    if (this.ending !== undefined) this.streams.end(this.ending);
    return this.streams as T;
  }

  /**
   * Puts a security layer around all bytes to come, in both directions. To be called from a call's `answered`, so that
   * not even what follows that reply in its chunk is taken for the other kind.
   */
  protect(wrap: (bare: Transport) => LayeredTransport): void {
    const layered = wrap(this.transport);
    this.transport = layered;
    this.outbox.transport = layered;
    this.frames.divert((rest) => layered.take(rest));
    this.frames = this.cutter();
    layered.start(this.handlers);
  }

  /** Ends the connection from this side. What is still open rejects with a `ConnectionClosedError`. */
  close(): void {
    this.outbox.flush();
    this.finish({
      reason: "client",
      message: `the connection to ${this.peer} was closed by this program`,
      cause: undefined,
    });
  }

  /** Stops or goes on reading, for the sake of a stream. */
  private holdUp(stream: string, paused: boolean): void {
    if (this.ending !== undefined) return;
    if (paused) this.transport.pause();
    else this.transport.resume();
    // While nothing is read, silence means nothing.
    this.watch?.hold(paused);
    this.onPause?.({ stream, paused });
  }

  /** What this daemon turned out not to know is not sent a second time. */
  private refuseUnknown(name: string): void {
    const known = this.unknown.get(name);
    if (known !== undefined)
      throw new UnknownProcedureError(known.code, known.message, known, { cause: known });
  }

  private takeSerial(): number {
    // After 2^32 calls the count begins anew, and a call from long ago may still be open.
    while (this.calls.has(this.nextSerial) || this.streams?.has(this.nextSerial) === true)
      this.nextSerial = (this.nextSerial + 1) % SERIALS;
    const serial = this.nextSerial;
    this.nextSerial = (serial + 1) % SERIALS;
    return serial;
  }

  private encodeCall<Args>(procedure: Procedure<Args, unknown>, args: Args, serial: number): Uint8Array {
    try {
      writeCall(this.#writer, procedure, args, serial);
      return this.#writer.finish();
    } catch (error) {
      throw error instanceof XdrError ? refusal(procedure, args, error) : error;
    }
  }

  private take(chunk: Uint8Array): void {
    if (this.ending !== undefined) return;
    this.watch?.heard();
    try {
      this.frames.push(chunk);
    } catch (error) {
      this.abort(error);
    }
  }

  private drained(): void {
    this.outbox.drained();
    this.keepalive.drained();
    this.streams?.drained();
  }

  private cutter(): FrameDecoder {
    return new FrameDecoder((packet, lent) => this.receive(packet, lent));
  }

  private receive(bytes: Uint8Array, lent: boolean): void {
    // A packet before this one in the same chunk may have ended the connection.
    if (this.ending !== undefined) return;
    const packet = readPacket(bytes);
    const { type } = packet.header;
    switch (type) {
      case VirNetMessageType.REPLY:
        this.receiveReply(packet);
        break;
      case VirNetMessageType.REPLY_WITH_FDS:
        // Each descriptor follows the packet on a byte of its own, which is not part of the next packet.
        this.frames.skip(packet.payload.uint());
        this.receiveReply(packet);
        break;
      case VirNetMessageType.MESSAGE:
        this.receiveMessage(packet);
        break;
      case VirNetMessageType.STREAM:
      case VirNetMessageType.STREAM_HOLE:
        // Late packets of a stream that has ended are part of the protocol.
        this.streams?.receive(lent ? readPacket(keep(bytes)) : packet);
        break;
      default:
        throw new ProtocolError(`${this.peer} sent a packet of type ${type}, which no daemon sends`);
    }
  }

  private receiveMessage({ header, payload }: Packet): void {
    if (header.prog === KEEPALIVE_PROGRAM) {
      this.keepalive.receive(header.proc);
      return;
    }
    try {
      this.events.dispatch(header.prog, header.proc, payload);
    } catch (error) {
      this.onWarning?.(undecodable(`event ${header.proc} of program 0x${header.prog.toString(16)}`, error));
    }
  }

  private receiveReply({ header, payload }: Packet): void {
    const call = this.calls.get(header.serial);
    if (call === undefined || !call.sent || !answers(header, call)) {
      // A daemon that does not like a hole says so in a reply, of all things.
      if (header.status === VirNetMessageStatus.ERROR && this.streams?.fail({ header, payload }) === true)
        return;
      const what = `procedure ${header.proc} of program 0x${header.prog.toString(16)}`;
      throw new ProtocolError(
        `${this.peer} sent a reply with serial ${header.serial} for ${what}, which was not called`,
      );
    }
    this.calls.delete(call.serial);
    this.settle(call, header.status, payload);
    if (call.procedure.priority !== "high") this.window.release();
  }

  private settle(call: PendingCall, status: number, payload: XdrReader): void {
    const { procedure } = call;
    try {
      if (status === VirNetMessageStatus.OK) {
        const ret = decodeReply(procedure.name, procedure, payload);
        call.answered?.({ ret });
        call.succeed(ret);
        return;
      }
      if (status === VirNetMessageStatus.ERROR) {
        const error = decodeReply(procedure.name, ERROR_REPLY, payload);
        const refused = toRemoteError(error, procedure.name);
        if (refused instanceof UnknownProcedureError) this.unknown.set(procedure.name, refused);
        throw refused;
      }
      throw new ProtocolError(`the reply to ${procedure.name} has the unknown status ${status}`);
    } catch (error) {
      call.answered?.(undefined);
      call.fail(error as Error);
    }
  }

  /** Ends the connection for a breach of the protocol. */
  private abort(error: unknown): void {
    const cause = error instanceof Error ? error : new ProtocolError(String(error));
    this.finish({
      reason: "protocol",
      message: `the connection to ${this.peer} was given up: ${cause.message}`,
      cause,
    });
  }

  private describeEnd(error: Error | undefined): Closing {
    if (error !== undefined) {
      return {
        reason: "error",
        message: `the connection to ${this.peer} broke: ${error.message}`,
        cause: error,
      };
    }
    const where = this.frames.idle ? "" : " in the middle of a packet";
    return { reason: "eof", message: `${this.peer} closed the connection${where}`, cause: undefined };
  }

  /** The one close path: whatever ends the connection comes through here, and only the first time counts. */
  private finish(ending: Closing): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    this.watch?.stop();
    const open = [...this.calls.values()];
    this.calls.clear();
    this.window.clear();
    this.events.clear();
    this.outbox.clear();
    if (ending.reason === "client") this.transport.end();
    else this.transport.destroy();
    for (const call of open) call.failClosed(ending);
    this.streams?.end(ending);
    this.reportClosed(closedError(ending));
  }
}

const ERROR_REPLY = {
  decodeRet: (reader: XdrReader): VirNetMessageError => VirNetMessageError.decode(reader),
};

function decodeReply<T>(name: string, decoder: { decodeRet(reader: XdrReader): T }, payload: XdrReader): T {
  try {
    return decoder.decodeRet(payload);
  } catch (error) {
    throw undecodable(`the reply to ${name}`, error);
  }
}

function answers(header: Packet["header"], { procedure }: PendingCall): boolean {
  const { program, number } = procedure;
  return header.prog === program.id && header.vers === program.version && header.proc === number;
}

function closedError({ reason, message, cause }: Closing, procedure?: string): ConnectionClosedError {
  const text = procedure === undefined ? message : `${message}, so ${procedure} cannot be called`;
  return new ConnectionClosedError(reason, text, { cause, procedure });
}

function undecodable(what: string, cause: unknown): ProtocolError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new ProtocolError(`${what} could not be decoded: ${detail}`, { cause });
}

function refusal<Args>(procedure: Procedure<Args, unknown>, args: Args, cause: XdrError): InvalidValueError {
  const path = locateRefusal({ encode: (writer, value: Args) => procedure.encodeArgs(writer, value) }, args);
  const field = path === undefined || path === "" ? "the arguments" : `argument ${path}`;
  return new InvalidValueError(`${procedure.name}: ${field}: ${cause.message}`, {
    cause,
    procedure: procedure.name,
  });
}

function checkWindow(size: number): number {
  if (Number.isSafeInteger(size) && size >= 1) return size;
  throw new InvalidValueError(`maxInFlight must be a whole number of at least 1, got ${String(size)}`);
}
