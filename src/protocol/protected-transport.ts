import { ProtocolError } from "../errors/index.js";
import type { Transport, TransportHandlers } from "../transport/transport.js";
import type { LayeredTransport, SecurityLayer } from "./security-layer.js";

const LENGTH_SIZE = 4;
/** Bytes that wait to be wrapped at which the owner is asked to wait, too. */
const HIGH_WATER_MARK = 256 * 1024;

/**
 * A transport whose bytes travel wrapped by a security layer, each piece behind its length in four bytes. Where a piece
 * ends means nothing: both sides see a stream. Nothing is unwrapped before `release`.
 */
export class ProtectedTransport implements LayeredTransport {
  readonly peer: string;
  readonly secure: boolean = true;
  readonly encrypted: boolean = true;
  readonly #bare: Transport;
  readonly #layer: SecurityLayer;
  #handlers: TransportHandlers | undefined;

  readonly #cutter: PacketCutter;
  #receiving = false;
  /** Whether the bare transport is to deliver. */
  #reading = true;
  #held = true;
  #paused = false;
  /** Set when the bare transport has closed. */
  #closed: { readonly error: Error | undefined } | undefined;

  #outgoing: Uint8Array[] = [];
  #queued = 0;
  #sending = false;
  #congested = false;
  #ownerWaits = false;
  #ending = false;
  /** Nothing further goes in or out. */
  #over = false;

  constructor(bare: Transport, layer: SecurityLayer) {
    this.peer = bare.peer;
    this.#bare = bare;
    this.#layer = layer;
    this.#cutter = new PacketCutter(layer.maxWrapped);
  }

  start(handlers: TransportHandlers): void {
    const first = this.#handlers === undefined;
    this.#handlers = handlers;
    if (!first) return;
    this.#bare.start({
      onData: (chunk) => this.take(chunk),
      onDrain: () => {
        this.#congested = false;
        // The owner may be waiting since before this layer was there.
        this.#ownerWaits = true;
        void this.#send();
      },
      onClose: (error) => {
        this.#closed = { error };
        void this.#receive();
      },
    });
  }

  /** Begins to unwrap: this side trusts the other. */
  release(): void {
    this.#held = false;
    void this.#receive();
  }

  take(bytes: Uint8Array): void {
    if (this.#over) return;
    // A copy, since they are lent.
    this.#cutter.push(new Uint8Array(bytes));
    void this.#receive();
    if (!this.#cutter.drained) this.#readOn(false);
  }

  write(chunk: Uint8Array): boolean {
    // True, since no onDrain will come that the owner could wait for.
    if (this.#ending || this.#over || this.#closed !== undefined) return true;
    this.#outgoing.push(chunk);
    this.#queued += chunk.length;
    void this.#send();
    if (this.#congested || this.#queued >= HIGH_WATER_MARK) this.#ownerWaits = true;
    return !this.#ownerWaits;
  }

  pause(): void {
    this.#paused = true;
    this.#readOn(false);
  }

  resume(): void {
    this.#paused = false;
    void this.#receive();
  }

  end(): void {
    this.#ending = true;
    void this.#send();
  }

  destroy(error?: Error): void {
    this.#over = true;
    this.#outgoing = [];
    this.#cutter.clear();
    if (this.#closed === undefined) this.#bare.destroy(error);
    // Closed before, and not told yet: the owner may not have wanted to read what came before the end.
    else this.#tellClosed(this.#closed.error ?? error);
  }

  get #reads(): boolean {
    return !this.#held && !this.#paused && !this.#over;
  }

  /** Unwraps and delivers what is there; one at a time, since the layer counts. */
  async #receive(): Promise<void> {
    if (this.#receiving) return;
    this.#receiving = true;
    try {
      while (this.#reads) {
        const packet = this.#cutter.next();
        if (packet === undefined) break;
        const unwrapped = this.#layer.unwrap(packet);
        const plain = unwrapped instanceof Uint8Array ? unwrapped : await unwrapped;
        if (!this.#over && plain.length > 0) this.#handlers?.onData(plain);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#receiving = false;
    }
    this.#settle();
  }

  /** Reads on if all that was read is delivered, and tells of the end when that is. */
  #settle(): void {
    const drained = this.#cutter.drained && this.#reads;
    if (this.#closed === undefined) this.#readOn(drained);
    else if (this.#over || drained) this.#tellClosed(this.#closed.error);
  }

  #readOn(reading: boolean): void {
    if (reading === this.#reading || this.#over) return;
    this.#reading = reading;
    if (reading) this.#bare.resume();
    else this.#bare.pause();
  }

  #tellClosed(error: Error | undefined): void {
    this.#over = true;
    const handlers = this.#handlers;
    this.#handlers = undefined;
    handlers?.onClose(error);
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (!this.#congested && !this.#over) {
        const piece = this.#nextPiece();
        if (piece === undefined) break;
        const wrapping = this.#layer.wrap(piece);
        const wrapped = wrapping instanceof Uint8Array ? wrapping : await wrapping;
        if (!this.#over) this.#congested = !this.#bare.write(framed(wrapped));
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#sending = false;
    }
    if (this.#over || this.#queued > 0) return;
    if (this.#ending) this.#bare.end();
    else if (this.#ownerWaits && !this.#congested) {
      this.#ownerWaits = false;
      this.#handlers?.onDrain();
    }
  }

  #nextPiece(): Uint8Array | undefined {
    const chunk = this.#outgoing[0];
    if (chunk === undefined) return undefined;
    const piece = chunk.subarray(0, this.#layer.maxPlain);
    if (piece.length === chunk.length) this.#outgoing.shift();
    else this.#outgoing[0] = chunk.subarray(piece.length);
    this.#queued -= piece.length;
    return piece;
  }

  #fail(cause: unknown): void {
    const detail = cause instanceof Error ? cause.message : String(cause);
    this.destroy(
      cause instanceof ProtocolError
        ? cause
        : new ProtocolError(`the security layer of ${this.peer} failed: ${detail}`, { cause }),
    );
  }
}

function framed(wrapped: Uint8Array): Uint8Array {
  const packet = new Uint8Array(LENGTH_SIZE + wrapped.length);
  new DataView(packet.buffer).setUint32(0, wrapped.length);
  packet.set(wrapped, LENGTH_SIZE);
  return packet;
}

/** Cuts what arrives into the packets that their lengths tell. */
class PacketCutter {
  readonly #max: number;
  #chunks: Uint8Array[] = [];
  readonly #length = new Uint8Array(LENGTH_SIZE);
  #lengthFilled = 0;
  #packet: Uint8Array | undefined;
  #filled = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** True if no byte waits to be cut. */
  get drained(): boolean {
    return this.#chunks.length === 0;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  clear(): void {
    this.#chunks = [];
  }

  /** @throws ProtocolError for a length that was not agreed upon. */
  next(): Uint8Array | undefined {
    this.#lengthFilled += this.#fill(this.#length, this.#lengthFilled);
    if (this.#lengthFilled < LENGTH_SIZE) return undefined;
    this.#packet ??= new Uint8Array(this.#checkedLength());
    this.#filled += this.#fill(this.#packet, this.#filled);
    if (this.#filled < this.#packet.length) return undefined;
    const packet = this.#packet;
    this.#packet = undefined;
    this.#lengthFilled = 0;
    this.#filled = 0;
    return packet;
  }

  #checkedLength(): number {
    const length = new DataView(this.#length.buffer).getUint32(0);
    if (length <= this.#max) return length;
    throw new ProtocolError(
      `the peer announced a wrapped packet of ${length} bytes where ${this.#max} were agreed upon`,
    );
  }

  /** Fills `target` from `at` on; returns how many bytes there were for it. */
  #fill(target: Uint8Array, at: number): number {
    let filled = 0;
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const part = chunk.subarray(0, target.length - at - filled);
      target.set(part, at + filled);
      filled += part.length;
      if (part.length < chunk.length) {
        this.#chunks[0] = chunk.subarray(part.length);
        break;
      }
      this.#chunks.shift();
    }
    return filled;
  }
}
