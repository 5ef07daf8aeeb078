import { ProtocolError } from "../errors/index.js";
import { describeForeignPeer } from "./foreign-peer.js";
import { HEADER_SIZE, LENGTH_SIZE, MAX_DESCRIPTORS, MAX_PACKET } from "./packet.js";

const MIN_PACKET = LENGTH_SIZE + HEADER_SIZE;
/** What a daemon's packet of a stream takes, as they come by the thousand. */
const FIRST_PIECE = 256 * 1024 + 64;
/** Memory that is going to be overwritten need not be zeroes, where the engine has such. */
const { allocUnsafeSlow = (size: number) => new Uint8Array(size) } =
  (globalThis as { Buffer?: { allocUnsafeSlow?: (size: number) => Uint8Array } }).Buffer ?? {};

/** Takes a packet with its length word; `lent` if it is a view of the chunk, and the receiver's own otherwise. */
export type OnPacket = (packet: Uint8Array, lent: boolean) => void;

const NOTHING = new Uint8Array(0);

/**
 * Cuts a stream of bytes into packets, however the bytes arrive. A packet that lies in one chunk is handed out as a
 * view of it; memory for one that does not grows with what arrived, never with what its length word promises.
 */
export class FrameDecoder {
  private readonly onPacket: OnPacket;
  /** The beginning of a packet whose rest has not arrived. */
  private partial: Uint8Array = NOTHING;
  private filled = 0;
  /** The whole length of that packet, 0 while its length word is incomplete. */
  private expected = 0;

  /** Bytes to come that belong to no packet. */
  private skipped = 0;
  /** Takes them, where somebody wants them. */
  private onSkipped: ((bytes: Uint8Array) => void) | undefined;

  constructor(onPacket: OnPacket) {
    this.onPacket = onPacket;
  }

  /** True between packets: an end of file here cuts nothing in two. */
  get idle(): boolean {
    return this.filled === 0;
  }

  /** How many bytes are still to be passed over. */
  get owed(): number {
    return this.skipped;
  }

  /** Takes the next bytes; throws {@link ProtocolError} when they cannot be this protocol. */
  push(chunk: Uint8Array): void {
    let at = this.skipped > 0 ? this.pass(chunk, 0) : 0;
    if (this.filled > 0) at = this.pass(chunk, this.complete(chunk));
    while (chunk.length - at >= LENGTH_SIZE) {
      const length = readLength(chunk, at);
      if (length > chunk.length - at) break;
      this.onPacket(at === 0 && length === chunk.length ? chunk : chunk.subarray(at, at + length), true);
      at += length;
      if (this.skipped > 0) at = this.pass(chunk, at);
    }
    if (at < chunk.length) this.begin(chunk, at);
  }

  /** Passes over `count` bytes behind the packet that is being handed out. */
  skip(count: number): void {
    if (count > MAX_DESCRIPTORS) {
      throw new ProtocolError(`the peer announced ${count} descriptors, ${MAX_DESCRIPTORS} are possible`);
    }
    this.skipped += count;
  }

  /** Gives what follows the packet that is being handed out to `taker`, since it is of another protocol. */
  divert(taker: (bytes: Uint8Array) => void): void {
    this.skipped = Number.POSITIVE_INFINITY;
    this.onSkipped = taker;
  }

  private pass(chunk: Uint8Array, at: number): number {
    const size = Math.min(this.skipped, chunk.length - at);
    this.skipped -= size;
    if (size > 0) this.onSkipped?.(chunk.subarray(at, at + size));
    return at + size;
  }

  /** Goes on with the packet that is under way; returns how much of the chunk it took. */
  private complete(chunk: Uint8Array): number {
    let at = 0;
    if (this.expected === 0) {
      at = this.store(chunk, 0, LENGTH_SIZE - this.filled);
      if (this.filled < LENGTH_SIZE) return at;
      this.expected = readLength(this.partial, 0, chunk.subarray(at));
    }
    at += this.store(chunk, at, this.expected - this.filled);
    if (this.filled === this.expected) {
      const packet = this.partial.subarray(0, this.filled);
      this.reset();
      this.onPacket(packet, false);
    }
    return at;
  }

  private begin(chunk: Uint8Array, at: number): void {
    if (chunk.length - at >= LENGTH_SIZE) this.expected = readLength(chunk, at);
    this.store(chunk, at, chunk.length - at);
  }

  private store(chunk: Uint8Array, at: number, wanted: number): number {
    const size = Math.min(wanted, chunk.length - at);
    const needed = this.filled + size;
    if (needed > this.partial.length) {
      const room = Math.max(needed, Math.min(this.expected, Math.max(FIRST_PIECE, this.partial.length * 4)));
      const bigger = allocUnsafeSlow(room);
      if (this.filled > 0) bigger.set(this.partial.subarray(0, this.filled));
      this.partial = bigger;
    }
    this.partial.set(size === chunk.length ? chunk : chunk.subarray(at, at + size), this.filled);
    this.filled = needed;
    return size;
  }

  private reset(): void {
    this.partial = NOTHING;
    this.filled = 0;
    this.expected = 0;
  }
}

/** Reads the length word at `at`; `more` is what came behind `bytes`. */
function readLength(bytes: Uint8Array, at: number, more?: Uint8Array): number {
  const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
  const length = (high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0;
  if (length >= MIN_PACKET && length <= MAX_PACKET) return length;
  const seen = bytes.subarray(at);
  const banner =
    more === undefined
      ? seen
      : Uint8Array.of(...seen.subarray(0, LENGTH_SIZE), ...more.subarray(0, MIN_PACKET));
  throw new ProtocolError(
    `the peer announced a packet of ${length} bytes where ${MIN_PACKET} to ${MAX_PACKET} are possible: ` +
      describeForeignPeer(banner),
  );
}
