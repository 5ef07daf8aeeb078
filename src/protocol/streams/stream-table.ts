import { ConnectionClosedError, ProtocolError } from "../../errors/index.js";
import type { Closing } from "../closing.js";
import {
  VirNetMessageError,
  type VirNetMessageHeader,
  VirNetMessageStatus,
  VirNetMessageType,
  VirNetStreamHole,
} from "../generated/net/index.js";
import type { Outbox } from "../outbox.js";
import { HEADER_SIZE, LENGTH_SIZE, type Packet, writePacket } from "../packet.js";
import type { Procedure } from "../procedure.js";
import { toRemoteError } from "../remote-error.js";
import type { StreamCarrier, StreamRoute } from "../stream-carrier.js";
import { XdrWriter } from "../xdr-codec/index.js";
import { RpcStream, type StreamLimits } from "./rpc-stream.js";
import type { KnownStream, StreamSide } from "./stream-side.js";

interface Entry {
  readonly stream: RpcStream;
  readonly procedure: Procedure<unknown, unknown>;
}

/** The streams of one connection, by the number of the call that opened each. */
export class StreamTable implements StreamCarrier, StreamSide {
  readonly peer: string;
  private readonly outbox: Outbox;
  private readonly route: StreamRoute;
  private readonly entries = new Map<number, Entry>();
  private readonly full = new Set<KnownStream>();
  private readonly writer = new XdrWriter();

  constructor(route: StreamRoute) {
    this.route = route;
    this.outbox = route.outbox;
    this.peer = route.peer;
  }

  /** Makes room for a stream that a call is about to open: its first data may follow the reply at once. */
  open(serial: number, procedure: Procedure<unknown, unknown>, limits: StreamLimits): RpcStream {
    const stream = new RpcStream(serial, procedure.name, this, limits);
    this.entries.set(serial, { stream, procedure });
    return stream;
  }

  has(serial: number): boolean {
    return this.entries.has(serial);
  }

  receive({ header, payload }: Packet): void {
    const stream = this.find(header);
    if (stream === undefined) return;
    const { status } = header;
    if (status === VirNetMessageStatus.ERROR) stream.fail(this.decodeError({ header, payload }, stream));
    else if (header.type === VirNetMessageType.STREAM_HOLE) {
      stream.receiveHole(VirNetStreamHole.decode(payload).length);
    } else if (status === VirNetMessageStatus.CONTINUE) {
      stream.receiveData(payload.rest());
    } else if (status === VirNetMessageStatus.OK) stream.receiveOk();
    else throw new ProtocolError(`${this.peer} sent a stream packet of the unknown status ${status}`);
  }

  fail(packet: Packet): boolean {
    const stream = this.find(packet.header);
    stream?.fail(this.decodeError(packet, stream));
    return stream !== undefined;
  }

  drained(): void {
    for (const { stream } of Array.from(this.entries.values())) {
      if (!this.writable) return;
      stream.drained();
    }
  }

  end({ reason, message, cause }: Closing): void {
    for (const { stream } of Array.from(this.entries.values())) {
      const what = `${message}, before the stream of ${stream.name} had ended`;
      stream.fail(new ConnectionClosedError(reason, what, { cause, procedure: stream.name }));
    }
  }

  get writable(): boolean {
    return !this.outbox.congested;
  }

  get flushed(): boolean {
    return this.outbox.flushed;
  }

  sendData(serial: number, bytes: Uint8Array): void {
    // Header and bytes apart, so that nothing is copied.
    const header = this.packet(serial, { status: VirNetMessageStatus.CONTINUE }, undefined, bytes.length);
    this.outbox.push(header);
    this.outbox.push(bytes);
  }

  sendHole(serial: number, length: bigint): void {
    const header = { type: VirNetMessageType.STREAM_HOLE, status: VirNetMessageStatus.CONTINUE };
    this.outbox.push(
      this.packet(serial, header, (writer) => VirNetStreamHole.encode(writer, { length, flags: 0 })),
    );
  }

  flush(): void {
    this.outbox.flush();
  }

  sendFinish(serial: number): void {
    this.outbox.push(this.packet(serial, { status: VirNetMessageStatus.OK }));
  }

  sendAbort(serial: number): void {
    this.outbox.push(this.packet(serial, { status: VirNetMessageStatus.ERROR }));
  }

  pause(stream: KnownStream): void {
    this.full.add(stream);
    if (this.full.size === 1) this.route.pause(stream.name);
  }

  resume(stream: KnownStream): void {
    if (this.full.delete(stream) && this.full.size === 0) this.route.resume(stream.name);
  }

  forget(stream: KnownStream): void {
    this.entries.delete(stream.serial);
  }

  private find(header: VirNetMessageHeader): RpcStream | undefined {
    const entry = this.entries.get(header.serial);
    if (entry === undefined) return undefined;
    const { program, number } = entry.procedure;
    const same = header.prog === program.id && header.vers === program.version && header.proc === number;
    return same ? entry.stream : undefined;
  }

  private decodeError({ payload }: Packet, stream: RpcStream): Error {
    try {
      return toRemoteError(VirNetMessageError.decode(payload), stream.name);
    } catch (cause) {
      return new ProtocolError(`the error of the stream of ${stream.name} could not be decoded`, { cause });
    }
  }

  private packet(
    serial: number,
    header: Partial<VirNetMessageHeader>,
    write?: (writer: XdrWriter) => void,
    more = 0,
  ): Uint8Array {
    const { program, number } = (this.entries.get(serial) as Entry).procedure;
    const { writer } = this;
    const own = { prog: program.id, vers: program.version, proc: number, serial };
    writePacket(writer, { ...own, type: VirNetMessageType.STREAM, status: 0, ...header }, write);
    if (more > 0) writer.patchUint(0, LENGTH_SIZE + HEADER_SIZE + more);
    return writer.finish();
  }
}
