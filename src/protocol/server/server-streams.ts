import { ProtocolError } from "../../errors/index.js";
import {
  VirNetMessageError,
  type VirNetMessageHeader,
  VirNetMessageStatus,
  VirNetMessageType,
  VirNetStreamHole,
} from "../generated/net/index.js";
import type { Outbox } from "../outbox.js";
import { keep, type Packet, writePacket } from "../packet.js";
import { MAX_CHUNK } from "../streams/index.js";
import { XdrWriter } from "../xdr-codec/index.js";
import { toWireError } from "./refusal.js";
import type { ServedStream } from "./served-stream.js";
import { ServerStream, type StreamOutlet } from "./server-stream.js";

/** The streams of one connection, by the number of the call that opened each. */
export class ServerStreams {
  private readonly peer: string;
  private readonly outbox: Outbox;
  private readonly open = new Map<number, ServerStream>();
  private waiting: (() => void)[] = [];

  constructor(peer: string, outbox: Outbox) {
    this.peer = peer;
    this.outbox = outbox;
  }

  /** Opens the stream of a call that has been answered. */
  add(header: VirNetMessageHeader, served: ServedStream): void {
    if (this.open.has(header.serial)) {
      served.ended?.(false);
      throw new ProtocolError(`${this.peer} gave two calls with streams the serial ${header.serial}`);
    }
    const stream = new ServerStream(served, this.outlet(header));
    this.open.set(header.serial, stream);
    stream.start();
  }

  /** Takes a packet; resolves when it has been dealt with. */
  async receive({ header, payload }: Packet, lent: boolean): Promise<void> {
    const { status, type, serial } = header;
    const stream = this.open.get(serial);
    // What was under way when a stream ended is nobody's.
    if (stream === undefined) return;
    if (type === VirNetMessageType.STREAM_HOLE) {
      if (!stream.sparse) {
        throw new ProtocolError(`${this.peer} sent a hole on a stream that was not opened as a sparse one`);
      }
      await stream.receiveHole(VirNetStreamHole.decode(payload).length);
    } else if (status === VirNetMessageStatus.CONTINUE) {
      const bytes = payload.rest();
      await stream.receiveData(lent ? keep(bytes) : bytes);
    } else if (status === VirNetMessageStatus.OK) await stream.receiveFinish();
    else if (status === VirNetMessageStatus.ERROR) stream.receiveAbort();
    else throw new ProtocolError(`${this.peer} sent a stream packet of the unknown status ${status}`);
  }

  drained(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const wake of waiting) wake();
  }

  /** The connection has ended. */
  end(): void {
    for (const stream of Array.from(this.open.values())) stream.drop();
    this.drained();
  }

  private outlet({ prog, vers, proc, serial }: VirNetMessageHeader): StreamOutlet {
    const { STREAM, STREAM_HOLE } = VirNetMessageType;
    const { CONTINUE, OK, ERROR } = VirNetMessageStatus;
    const push = (
      type: number,
      status: number,
      write?: (writer: XdrWriter) => void,
      bytes?: Uint8Array,
    ): void => {
      const writer = new XdrWriter();
      writePacket(writer, { prog, vers, proc, serial, type, status }, write);
      // Header and bytes apart, so that nothing is copied.
      if (bytes !== undefined) writer.patchUint(0, writer.length + bytes.length);
      this.outbox.push(writer.finish());
      if (bytes !== undefined) this.outbox.push(bytes);
    };
    return {
      sendData: (bytes) => {
        if (bytes.length === 0) push(STREAM, CONTINUE);
        for (let at = 0; at < bytes.length; at += MAX_CHUNK) {
          push(STREAM, CONTINUE, undefined, bytes.subarray(at, at + MAX_CHUNK));
        }
      },
      sendHole: (length) =>
        push(STREAM_HOLE, CONTINUE, (writer) => VirNetStreamHole.encode(writer, { length, flags: 0 })),
      sendOk: () => push(STREAM, OK),
      sendError: (error) =>
        push(STREAM, ERROR, (writer) => VirNetMessageError.encode(writer, toWireError(error))),
      writable: async () => {
        this.outbox.flush();
        if (!this.outbox.congested) return;
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      },
      forget: () => this.open.delete(serial),
    };
  }
}
