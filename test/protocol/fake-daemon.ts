import { VirNetMessageError } from "../../src/protocol/generated/net/index.js";
import { FrameDecoder, type Packet, readPacket, writePacket } from "../../src/protocol/index.js";
import { type Codec, XdrWriter, xdrVoid } from "../../src/protocol/xdr-codec/index.js";
import type { Transport } from "../../src/transport/index.js";

const CALL = 0;
const REPLY = 1;
const MESSAGE = 2;
const STREAM = 3;
const STREAM_HOLE = 6;
export const KEEPALIVE = 0x6b656570;

export interface FakeCall {
  readonly packet: Packet;
  readonly procedure: number;
  reply<T>(codec: Codec<T>, value: T): void;
  fail(error: Partial<VirNetMessageError>): void;
}

/** The far end of an in-memory connection: as much of a daemon as a test scripts. */
export class FakeDaemon {
  readonly calls: FakeCall[] = [];
  /** Keepalive packets that arrived, by procedure. */
  readonly keepalive: number[] = [];
  onCall: (call: FakeCall) => void = () => undefined;
  /** Packets of streams, data and holes and ends. */
  onStream: (packet: Packet) => void = (packet) => {
    throw new Error(`a client sent a packet of type ${packet.header.type}`);
  };
  closed = false;
  readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
    const frames = new FrameDecoder((bytes) => this.#receive(readPacket(bytes)));
    transport.start({
      onData: (chunk) => frames.push(chunk),
      onDrain: () => undefined,
      onClose: () => {
        this.closed = true;
      },
    });
  }

  /** Sends a packet with any header. */
  send<T>(header: Partial<Packet["header"]>, codec: Codec<T>, value: T): void {
    const writer = new XdrWriter();
    const whole = { prog: 0x20008086, vers: 1, proc: 0, type: MESSAGE, serial: 0, status: 0, ...header };
    writePacket(writer, whole, (w) => codec.encode(w, value));
    this.transport.write(writer.finish());
  }

  /** Sends a packet of the stream that a call has opened: raw bytes, or none. */
  sendStream({ packet }: FakeCall, status: number, bytes: Uint8Array = new Uint8Array()): void {
    const { prog, vers, proc, serial } = packet.header;
    const writer = new XdrWriter();
    writePacket(writer, { prog, vers, proc, serial, type: STREAM, status });
    const head = writer.finish();
    new DataView(head.buffer, head.byteOffset).setUint32(0, head.length + bytes.length);
    this.transport.write(Buffer.concat([head, bytes]));
  }

  ping(): void {
    this.send({ prog: KEEPALIVE, proc: 1 }, xdrVoid, undefined);
  }

  #receive(packet: Packet): void {
    const { header } = packet;
    if (header.prog === KEEPALIVE) {
      this.keepalive.push(header.proc);
      return;
    }
    if (header.type === STREAM || header.type === STREAM_HOLE) {
      this.onStream(packet);
      return;
    }
    if (header.type !== CALL) throw new Error(`a client sent a packet of type ${header.type}`);
    const call: FakeCall = {
      packet,
      procedure: header.proc,
      reply: (codec, value) => this.send({ ...header, type: REPLY }, codec, value),
      fail: (error) =>
        this.send({ ...header, type: REPLY, status: 1 }, VirNetMessageError, {
          code: 1,
          domain: 0,
          level: 2,
          int1: -1,
          int2: -1,
          ...error,
        }),
    };
    this.calls.push(call);
    this.onCall(call);
  }
}
