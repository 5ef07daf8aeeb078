import type { Transport, TransportHandlers } from "../../src/transport/index.js";

/** An owner of a transport that keeps all it is told, and objects to what the seam forbids. */
export class Collector implements TransportHandlers {
  readonly chunks: Uint8Array[] = [];
  bytes = 0;
  drains = 0;
  error: Error | undefined;
  readonly closed: Promise<void>;
  /** What the transport did that no transport may do. */
  readonly offences: string[] = [];
  #isClosed = false;
  #resolve: () => void = () => {};
  readonly #waiting: { bytes: number; resolve: () => void }[] = [];
  readonly #onChunk: ((chunk: Uint8Array) => void) | undefined;

  constructor(onChunk?: (chunk: Uint8Array) => void) {
    this.#onChunk = onChunk;
    this.closed = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  onData(chunk: Uint8Array): void {
    if (this.#isClosed) this.offences.push("onData after onClose");
    if (chunk.length === 0) this.offences.push("an empty chunk");
    // It is only lent.
    this.chunks.push(new Uint8Array(chunk));
    this.bytes += chunk.length;
    for (const waiter of this.#waiting) if (this.bytes >= waiter.bytes) waiter.resolve();
    this.#onChunk?.(chunk);
  }

  onDrain(): void {
    if (this.#isClosed) this.offences.push("onDrain after onClose");
    this.drains++;
    this.#drained.splice(0).forEach((resolve) => {
      resolve();
    });
  }

  onClose(error: Error | undefined): void {
    if (this.#isClosed) this.offences.push("onClose twice");
    this.#isClosed = true;
    this.error = error;
    this.#drained.splice(0).forEach((resolve) => {
      resolve();
    });
    this.#resolve();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get content(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.content.toString("latin1");
  }

  async received(bytes: number): Promise<void> {
    if (this.bytes >= bytes) return;
    await new Promise<void>((resolve) => this.#waiting.push({ bytes, resolve }));
  }

  readonly #drained: (() => void)[] = [];

  async drain(): Promise<void> {
    if (this.#isClosed) return;
    await new Promise<void>((resolve) => this.#drained.push(resolve));
  }
}

/** Starts a transport with a new collector. */
export function collect(transport: Transport, onChunk?: (chunk: Uint8Array) => void): Collector {
  const collector = new Collector(onChunk);
  transport.start(collector);
  return collector;
}

/** Bytes that tell where they belong: any loss, repetition or change of order shows. */
export function pattern(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
