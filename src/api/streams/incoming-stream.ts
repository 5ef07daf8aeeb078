import { Readable } from "node:stream";
import type { RpcStream } from "../../protocol/streams/index.js";
import type { Course } from "./open-transfer.js";
import type { Meter } from "./progress.js";

const HIGH_WATER_MARK = 1024 * 1024;
/** Bytes that a hole is handed out in. */
const MOST_ZEROS = 64 * 1024;

/** What a daemon sends, as a Node stream; holes are zeros in it. It ends when the daemon has confirmed the end. */
export class IncomingStream extends Readable {
  readonly #stream: RpcStream;
  readonly #meter: Meter;
  /** Zeros of a hole that nobody has taken yet. */
  #zeros = 0n;
  #closed = false;
  #onClosed: (() => void) | undefined;

  /** @internal */
  constructor(stream: RpcStream, { meter, watch, over }: Course & { readonly meter: Meter }) {
    super({ highWaterMark: HIGH_WATER_MARK });
    this.#stream = stream;
    this.#meter = meter;
    watch((error) => this.destroy(error));
    stream.start({
      onData: (bytes) => {
        this.#meter.data(bytes.length);
        if (!this.push(bytes)) this.#stream.pause();
      },
      onHole: (length) => {
        this.#meter.hole(length);
        this.#zeros += length;
        // What follows has to wait until the zeros are taken.
        this.#stream.pause();
        this.#pushZeros();
      },
      onEnd: () => this.#stream.finish(),
      onDrain: () => undefined,
      onClose: (error) => {
        this.#closed = true;
        over();
        if (error === undefined) this.push(null);
        else this.destroy(error);
        this.#onClosed?.();
      },
    });
    stream.pause();
  }

  override _read(): void {
    if (this.#pushZeros()) this.#stream.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.#closed) {
      callback(error);
      return;
    }
    // Whoever waits for "close" may use the volume again.
    this.#onClosed = () => callback(error);
    this.#stream.abort(error ?? undefined);
  }

  /** Hands out zeros; true once none are left. */
  #pushZeros(): boolean {
    while (this.#zeros > 0n) {
      const size = this.#zeros < BigInt(MOST_ZEROS) ? Number(this.#zeros) : MOST_ZEROS;
      this.#zeros -= BigInt(size);
      // New ones each time: whoever gets them may write into them.
      if (!this.push(Buffer.alloc(size))) return this.#zeros === 0n;
    }
    return true;
  }
}
