import { Readable } from "node:stream";
import { CallAbortedError } from "../../errors/index.js";
import type { RpcStream } from "../../protocol/streams/index.js";
import type { Meter } from "./progress.js";
import { ZEROS } from "./zeros.js";

const HIGH_WATER_MARK = 1024 * 1024;

interface IncomingOptions {
  readonly meter: Meter;
  readonly signal?: AbortSignal | undefined;
  /** Called when the stream has ended, in whatever way. */
  readonly over: () => void;
}

/** What a daemon sends, as a Node stream; holes are zeros in it. It ends when the daemon has confirmed the end. */
export class IncomingStream extends Readable {
  readonly #stream: RpcStream;
  readonly #meter: Meter;
  /** Zeros of a hole that nobody has taken yet. */
  #zeros = 0n;
  #closed = false;
  #onClosed: (() => void) | undefined;
  readonly #unwatch: () => void;

  /** @internal */
  constructor(stream: RpcStream, { meter, signal, over }: IncomingOptions) {
    super({ highWaterMark: HIGH_WATER_MARK });
    this.#stream = stream;
    this.#meter = meter;
    this.#unwatch = watchAbort(signal, (error) => this.destroy(error));
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
        this.#unwatch();
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

/** Calls back once when the signal fires, unless the result is called before. */
export function watchAbort(
  signal: AbortSignal | undefined,
  abort: (error: CallAbortedError) => void,
): () => void {
  if (signal === undefined) return () => undefined;
  const onAbort = (): void =>
    abort(new CallAbortedError("the stream was aborted by its caller", { cause: signal.reason }));
  if (signal.aborted) queueMicrotask(onAbort);
  else signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}
