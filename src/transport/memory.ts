// From the module and not the global, so that a test's fake timers do not stop the bytes.
import { setImmediate } from "node:timers";
import type { Transport, TransportHandlers } from "./transport.js";

export interface MemoryPairOptions {
  /** Bytes under way in one direction at which `write` begins to return false. Default 256 KiB. */
  readonly highWaterMark?: number;
  /**
   * Sizes of the chunks to deliver, asked anew for each; without it, chunks arrive as they were written. What is under
   * way is one stream of bytes: a large size joins writes, a small one cuts them.
   */
  readonly chunkSize?: () => number;
  /** What messages call the two ends. */
  readonly peer?: string;
}

const DEFAULT_HIGH_WATER_MARK = 256 * 1024;

/**
 * Two transports connected to each other inside this process. Delivery is ordered and never happens inside the call
 * that wrote; written arrays are copied and stay the writer's.
 */
export function memoryPair(options: MemoryPairOptions = {}): [Transport, Transport] {
  const there = new Pipe(options);
  const back = new Pipe(options);
  return [new MemoryTransport(back, there, options), new MemoryTransport(there, back, options)];
}

/** One direction: a queue of bytes with somebody at each end. */
class Pipe {
  readonly #highWaterMark: number;
  readonly #chunkSize: (() => number) | undefined;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #blocked = false;
  /** No more will be written. */
  ended = false;
  wakeReader: () => void = () => {};
  wakeWriter: () => void = () => {};

  constructor(options: MemoryPairOptions) {
    this.#highWaterMark = options.highWaterMark ?? DEFAULT_HIGH_WATER_MARK;
    this.#chunkSize = options.chunkSize;
  }

  get empty(): boolean {
    return this.#bytes === 0;
  }

  push(chunk: Uint8Array): boolean {
    if (this.ended) return true;
    if (chunk.length > 0) {
      // Not slice(), which on a Buffer does not copy.
      this.#chunks.push(new Uint8Array(chunk));
      this.#bytes += chunk.length;
      this.wakeReader();
    }
    this.#blocked = this.#bytes >= this.#highWaterMark;
    return !this.#blocked;
  }

  take(): Uint8Array {
    const chunk = this.#chunkSize === undefined ? this.#chunks.shift() : this.#cut(this.#chunkSize());
    this.#bytes -= chunk?.length ?? 0;
    if (this.#blocked && this.#bytes <= this.#highWaterMark / 2) {
      this.#blocked = false;
      this.wakeWriter();
    }
    return chunk ?? new Uint8Array(0);
  }

  end(): void {
    this.ended = true;
    this.wakeReader();
  }

  drop(): void {
    this.#chunks = [];
    this.#bytes = 0;
    this.end();
  }

  #cut(size: number): Uint8Array {
    const cut = new Uint8Array(Math.max(1, Math.min(size, this.#bytes)));
    for (let filled = 0; filled < cut.length; ) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) break;
      const part = chunk.subarray(0, cut.length - filled);
      cut.set(part, filled);
      filled += part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    return cut;
  }
}

class MemoryTransport implements Transport {
  readonly peer: string;
  readonly secure: boolean = true;
  readonly encrypted: boolean = false;
  readonly #inbound: Pipe;
  readonly #outbound: Pipe;
  #handlers: TransportHandlers | undefined;
  #paused = false;
  #ending = false;
  #scheduled = false;
  #drained = false;
  /** Set once the end is certain; nothing but `onClose` follows. */
  #fate: { readonly error: Error | undefined } | undefined;
  #closed = false;

  constructor(inbound: Pipe, outbound: Pipe, options: MemoryPairOptions) {
    this.peer = options.peer ?? "memory";
    this.#inbound = inbound;
    this.#outbound = outbound;
    inbound.wakeReader = () => this.#schedule();
    outbound.wakeWriter = () => {
      this.#drained = true;
      this.#schedule();
    };
  }

  start(handlers: TransportHandlers): void {
    this.#handlers = handlers;
    this.#schedule();
  }

  write(chunk: Uint8Array): boolean {
    // Into an ended pipe nothing goes, and true is right: no onDrain will come that the owner could wait for.
    return this.#outbound.push(chunk);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  end(): void {
    this.#ending = true;
    this.#outbound.end();
  }

  destroy(error?: Error): void {
    this.#settle(error);
  }

  /** Ends this side. What it had written reaches the other side only if that was an orderly end. */
  #settle(error: Error | undefined, orderly = false): void {
    if (this.#fate !== undefined) return;
    this.#fate = { error };
    this.#inbound.drop();
    if (orderly) this.#outbound.end();
    else this.#outbound.drop();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#run();
    });
  }

  #run(): void {
    if (this.#handlers === undefined || this.#closed) return;
    if (this.#drained && this.#fate === undefined) {
      this.#drained = false;
      this.#handlers.onDrain();
    }
    while (!this.#inbound.empty && !this.#paused && this.#fate === undefined) {
      this.#handlers.onData(this.#inbound.take());
    }
    // Who has said goodbye need not read to the end.
    if (this.#inbound.ended && (this.#inbound.empty || this.#ending)) this.#settle(undefined, true);
    if (this.#fate === undefined) return;
    this.#closed = true;
    this.#handlers.onClose(this.#fate.error);
  }
}
