import { ProtocolError } from "../../errors/index.js";
import type { Transport, TransportHandlers } from "../../transport/transport.js";
import { FrameDecoder } from "../frame-decoder.js";
import { VirNetMessageType } from "../generated/net/index.js";
import { HEADER_SIZE, LENGTH_SIZE } from "../packet.js";

/** A descriptor that arrived, in whatever the transport keeps it. */
export interface Received {
  close(): void;
}

/** A descriptor to be sent, which is released once it is, or when it turns out that it will not be. */
export interface Sendable {
  readonly release: () => void;
}

/** What carries descriptors among its bytes, each of them on a zero byte of its own. */
export interface Carrier<S extends Sendable, R extends Received> extends Transport {
  onDescriptor: (descriptor: R) => void;
  send(descriptor: S): void;
}

const BODY = LENGTH_SIZE + HEADER_SIZE;
const COUNT_SIZE = 4;
const TYPE_AT = LENGTH_SIZE + 12;
const SERIAL_AT = LENGTH_SIZE + 16;

/** One call whose descriptors go or come with it. */
interface Exchange<S, R> {
  /** Taken out when they are sent. */
  outgoing: readonly S[];
  received: readonly R[];
}

/** A reply whose descriptors are behind it. */
interface HeldReply<S, R> {
  readonly packet: Uint8Array;
  readonly count: number;
  readonly exchange: Exchange<S, R>;
}

/**
 * Between a connection that speaks of bytes and a transport that carries descriptors: calls that were announced leave
 * together with theirs, and a reply is delivered as an ordinary one when those that belong to it are here. The peer may
 * send as many as it said, behind the reply to an announced call, and no others.
 */
export class DescriptorLayer<S extends Sendable, R extends Received> implements Transport {
  /** Descriptors follow their packet at once. */
  readonly separate: boolean = true;
  readonly #bare: Carrier<S, R>;
  readonly #exchanges = new Map<number, Exchange<S, R>>();
  readonly #arrived: R[] = [];
  readonly #frames = new FrameDecoder((packet) => this.#receive(packet));
  #handlers: TransportHandlers | undefined;
  #held: HeldReply<S, R> | undefined;
  #over = false;

  constructor(bare: Carrier<S, R>) {
    this.#bare = bare;
    bare.onDescriptor = (descriptor) => {
      if (this.#over) descriptor.close();
      else this.#arrived.push(descriptor);
    };
  }

  get peer(): string {
    return this.#bare.peer;
  }

  get secure(): boolean {
    return this.#bare.secure;
  }

  get encrypted(): boolean {
    return this.#bare.encrypted;
  }

  /** The call with this serial is about to be sent, with these. */
  announce(serial: number, outgoing: readonly S[]): void {
    this.#exchanges.set(serial, { outgoing, received: [] });
  }

  /** Ends an announced call, and gives what its reply brought. */
  conclude(serial: number): readonly R[] {
    const exchange = this.#exchanges.get(serial);
    this.#exchanges.delete(serial);
    for (const unsent of exchange?.outgoing ?? []) unsent.release();
    return exchange?.received ?? [];
  }

  start(handlers: TransportHandlers): void {
    this.#handlers = handlers;
    this.#bare.start({
      onData: (chunk) => this.#take(chunk),
      onDrain: () => handlers.onDrain(),
      onClose: (error) => {
        this.#drop();
        handlers.onClose(error);
      },
    });
  }

  write(packet: Uint8Array): boolean {
    const view = new DataView(packet.buffer, packet.byteOffset);
    const exchange =
      view.getInt32(TYPE_AT) === VirNetMessageType.CALL
        ? this.#exchanges.get(view.getUint32(SERIAL_AT))
        : undefined;
    const outgoing = exchange?.outgoing ?? [];
    if (exchange === undefined || outgoing.length === 0) return this.#bare.write(packet);
    exchange.outgoing = [];
    const more = this.#bare.write(withCount(packet, outgoing.length));
    for (const descriptor of outgoing) this.#bare.send(descriptor);
    return more;
  }

  pause(): void {
    this.#bare.pause();
  }

  resume(): void {
    this.#bare.resume();
  }

  end(): void {
    this.#bare.end();
  }

  destroy(error?: Error): void {
    this.#drop();
    this.#bare.destroy(error);
  }

  #take(chunk: Uint8Array): void {
    try {
      this.#frames.push(chunk);
      this.#release();
      const due = this.#held === undefined ? 0 : this.#held.count - this.#frames.owed;
      if (this.#arrived.length > due) {
        throw new ProtocolError(`${this.peer} sent a descriptor that belongs to nothing`);
      }
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #receive(packet: Uint8Array): void {
    this.#release();
    const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
    if (view.getInt32(TYPE_AT) !== VirNetMessageType.REPLY_WITH_FDS) {
      this.#handlers?.onData(packet);
      return;
    }
    const serial = view.getUint32(SERIAL_AT);
    const exchange = this.#exchanges.get(serial);
    if (exchange === undefined || packet.length < BODY + COUNT_SIZE) {
      throw new ProtocolError(
        `${this.peer} sent descriptors with a reply with serial ${serial}, which nobody waits for`,
      );
    }
    const count = view.getUint32(BODY);
    this.#frames.skip(count);
    this.#held = { packet: withoutCount(packet), count, exchange };
  }

  /** Delivers the reply that is held once all bytes that its descriptors came on have passed. */
  #release(): void {
    const held = this.#held;
    if (held === undefined || this.#frames.owed > 0) return;
    const { packet, count, exchange } = held;
    if (this.#arrived.length < count) {
      throw new ProtocolError(
        `${this.peer} announced ${count} descriptors and sent ${this.#arrived.length} that can be used`,
      );
    }
    this.#held = undefined;
    exchange.received = this.#arrived.splice(0, count);
    this.#handlers?.onData(packet);
  }

  #drop(): void {
    this.#over = true;
    for (const unused of this.#arrived.splice(0)) unused.close();
    for (const { outgoing, received } of this.#exchanges.values()) {
      for (const unsent of outgoing) unsent.release();
      for (const unused of received) unused.close();
    }
    this.#exchanges.clear();
  }
}

/** A call as one that descriptors follow. */
function withCount(packet: Uint8Array, count: number): Uint8Array {
  const changed = new Uint8Array(packet.length + COUNT_SIZE);
  changed.set(packet.subarray(0, BODY));
  changed.set(packet.subarray(BODY), BODY + COUNT_SIZE);
  const view = new DataView(changed.buffer);
  view.setUint32(0, changed.length);
  view.setInt32(TYPE_AT, VirNetMessageType.CALL_WITH_FDS);
  view.setUint32(BODY, count);
  return changed;
}

/** A reply with descriptors as one without. */
function withoutCount(packet: Uint8Array): Uint8Array {
  const changed = new Uint8Array(packet.length - COUNT_SIZE);
  changed.set(packet.subarray(0, BODY));
  changed.set(packet.subarray(BODY + COUNT_SIZE), BODY);
  const view = new DataView(changed.buffer);
  view.setUint32(0, changed.length);
  view.setInt32(TYPE_AT, VirNetMessageType.REPLY);
  return changed;
}
