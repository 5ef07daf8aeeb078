import { Readable } from "node:stream";
import type { RpcStream } from "../../protocol/streams/index.js";
import type { Course } from "./open-transfer.js";
import type { Meter } from "./progress.js";
import { ZEROS } from "./zeros.js";

const HIGH_WATER_MARK = 1024 * 1024;

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
      const size = this.#zeros < BigInt(ZEROS.length) ? Number(this.#zeros) : ZEROS.length;
      this.#zeros -= BigInt(size);
      if (!this.push(ZEROS.subarray(0, size))) return this.#zeros === 0n;
    }
    return true;
  }
}
