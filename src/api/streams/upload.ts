import { StreamError } from "../../errors/index.js";
import { MAX_CHUNK, type RpcStream } from "../../protocol/streams/index.js";
import type { Course } from "./open-transfer.js";
import type { Meter } from "./progress.js";
import type { Source } from "./source.js";
import { cutZeros } from "./zeros.js";

interface UploadJob extends Course {
  readonly stream: RpcStream;
  readonly source: Source;
  /** Bytes that have to come, no more and no less; `undefined` for as many as there are. */
  readonly length: bigint | undefined;
  readonly sparse: boolean;
  readonly meter: Meter;
}

/** As much as goes at a time, so that calls on the same connection need not wait for more. */
const PIECE = 4 * MAX_CHUNK;

/** Sends a source, and resolves when the daemon has confirmed that it has everything. */
export async function upload(job: UploadJob): Promise<void> {
  const outlet = new Outlet(job);
  try {
    await send(job, outlet);
  } catch (error) {
    // The daemon's reason goes before what came of it here.
    throw await outlet.abort(error);
  }
  await outlet.finish();
}

async function send({ source, length, sparse, meter, stream }: UploadJob, outlet: Outlet): Promise<void> {
  let position = 0n;
  let hole = 0n;
  const flushHole = (): void => {
    if (hole > 0n) stream.sendHole(hole);
    hole = 0n;
  };
  source.reuse?.(() => stream.flushed);
  for await (const chunk of outlet.unlessOver(source.chunks)) {
    const end = position + BigInt(chunk.length);
    if (length !== undefined && end > length) {
      throw new StreamError(
        "STREAM_LONG",
        `the source of the upload has more than the ${length} bytes that it should have`,
      );
    }
    if (sparse) {
      for (const segment of cutZeros(chunk, position)) {
        if ("hole" in segment) {
          hole += segment.hole;
          meter.hole(segment.hole);
        } else {
          // Holes that follow one another go as one: some daemons stall on several in a row.
          flushHole();
          await outlet.send(segment.data);
          meter.data(segment.data.length);
        }
      }
    } else {
      await outlet.send(chunk);
      meter.data(chunk.length);
    }
    position = end;
    await outlet.free();
  }
  outlet.check();
  if (length !== undefined && position < length) {
    throw new StreamError(
      "STREAM_SHORT",
      `the source of the upload ended after ${position} of ${length} bytes`,
    );
  }
  flushHole();
}

/** The way out of an upload: when to wait, and how it ended. */
class Outlet {
  readonly #stream: RpcStream;
  readonly #closed: Promise<{ readonly error: Error | undefined }>;
  #over: { readonly error: Error | undefined } | undefined;
  #wake: () => void = () => undefined;

  constructor({ stream, watch, over }: Course & { readonly stream: RpcStream }) {
    this.#stream = stream;
    watch((error) => stream.abort(error));
    this.#closed = new Promise((resolve) => {
      stream.start({
        onData: () => undefined,
        onHole: () => undefined,
        onEnd: () => undefined,
        onDrain: () => this.#wake(),
        onClose: (error) => {
          this.#over = { error };
          over();
          this.#wake();
          resolve({ error });
        },
      });
    });
  }

  /** Throws if the stream has ended on its own. */
  check(): void {
    if (this.#over !== undefined)
      throw this.#over.error ?? new StreamError("STREAM_CLOSED", "the upload's stream has ended");
    // Aborted, and waiting for the daemon to confirm that.
    if (!this.#stream.open) throw new StreamError("STREAM_ABORTED", "the upload was aborted");
  }

  /** What a source gives, until the stream ends: a source that gives nothing does not hold that up. */
  async *unlessOver(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const iterator = chunks[Symbol.asyncIterator]();
    let waiting = false;
    try {
      for (;;) {
        waiting = true;
        const result = await this.#wait(iterator.next());
        if (result === undefined) break;
        waiting = false;
        this.check();
        if (result.done === true) return;
        yield result.value;
      }
    } finally {
      // One that is waiting takes notice when it has something again, if ever.
      const left = Promise.resolve(iterator.return?.(undefined));
      if (!waiting) await left;
      left.catch(() => undefined);
    }
    this.check();
  }

  /** The result of `work`, or `undefined` if the stream ends before. */
  #wait<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#wake = () => {
        if (this.#over !== undefined) resolve(undefined);
      };
      this.#wake();
      work.then(resolve, reject);
    });
  }

  /** Sends piece by piece. */
  async send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += PIECE) {
      if (at > 0) await this.free();
      this.#stream.send(bytes.subarray(at, at + PIECE));
    }
  }

  /** Waits until the connection takes more. */
  async free(): Promise<void> {
    this.check();
    if (this.#stream.writable) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.check();
  }

  async finish(): Promise<void> {
    this.check();
    this.#stream.finish();
    const { error } = await this.#closed;
    if (error !== undefined) throw error;
  }

  /** Breaks off, and gives the error that counts. */
  async abort(reason: unknown): Promise<unknown> {
    this.#stream.abort(reason instanceof Error ? reason : undefined);
    const { error } = await this.#closed;
    return error ?? reason;
  }
}
