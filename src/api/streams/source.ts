import { type FileHandle, type FileReadResult, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { InvalidValueError } from "../../errors/index.js";
import { MAX_CHUNK } from "../../protocol/streams/index.js";

/** Where the bytes of an upload come from. A string is the path of a file on this machine. */
export type UploadSource =
  | string
  | FileHandle
  | Uint8Array
  | Blob
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

/** The bytes, and how many there will be, where that is known. */
export interface Source {
  readonly size: bigint | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Takes what tells whether the chunks before the next one are done with, so that their memory may be used again. */
  readonly reuse?: (gone: () => boolean) => void;
  /** To be called in the end, whether it was read to its end, in part, or not at all. */
  readonly close: () => Promise<void>;
}

/** Whole packets of a stream. */
const FILE_CHUNK = 8 * MAX_CHUNK;

const nothing = async (): Promise<void> => {};

/** Opens a source. */
export async function openSource(source: UploadSource): Promise<Source> {
  if (typeof source === "string") {
    const file = await open(source, "r");
    return await fromFile(file, true);
  }
  if (source instanceof Uint8Array)
    return { size: BigInt(source.length), chunks: once(source), close: nothing };
  if (typeof Blob !== "undefined" && source instanceof Blob) {
    const chunks = source.stream() as unknown as AsyncIterable<Uint8Array>;
    return { size: BigInt(source.size), chunks, close: nothing };
  }
  if (isFileHandle(source)) return await fromFile(source, false);
  if (typeof source === "object" && (Symbol.asyncIterator in source || Symbol.iterator in source)) {
    return {
      size: undefined,
      chunks: checked(source as AsyncIterable<Uint8Array> | Iterable<Uint8Array>),
      close: async () => {
        if (source instanceof Readable) source.destroy();
        else if (source instanceof ReadableStream && !source.locked) await source.cancel();
      },
    };
  }
  throw new InvalidValueError(
    `the source of an upload must be a path, a FileHandle, a Uint8Array, a Blob, or something iterable that gives Uint8Arrays, such as a Readable; got ${typeof source}`,
  );
}

function isFileHandle(source: object): source is FileHandle {
  return "fd" in source && "stat" in source && "read" in source;
}

async function fromFile(file: FileHandle, own: boolean): Promise<Source> {
  const close = own ? () => file.close() : nothing;
  try {
    const stat = await file.stat({ bigint: true });
    // What is no file, such as a pipe, has no size that means anything.
    const chunks = new FileChunks(file);
    const size = stat.isFile() ? stat.size : undefined;
    return { size, chunks, reuse: (gone) => chunks.reuse(gone), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A file from its beginning, a piece ahead of who takes them. */
class FileChunks implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #file: FileHandle;
  #position = 0;
  #reading: Promise<FileReadResult<Buffer>> | undefined;
  /** What was given, and may still be on its way out. */
  #given: Buffer[] = [];
  #spare: Buffer[] = [];
  #done = false;
  #gone: () => boolean = () => false;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  reuse(gone: () => boolean): void {
    this.#gone = gone;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#done) return { value: undefined, done: true };
    try {
      if (this.#given.length > 0 && this.#gone()) {
        this.#spare.push(...this.#given);
        this.#given = [];
      }
      const { bytesRead, buffer } = await (this.#reading ?? this.#read());
      this.#reading = undefined;
      if (bytesRead === 0) return await this.return();
      this.#given.push(buffer);
      this.#position += bytesRead;
      // While this one is sent the next one is read.
      this.#reading = this.#read();
      // If it fails, who takes the next piece is told; if nobody does, that is no matter.
      this.#reading.catch(() => undefined);
      return { value: buffer.subarray(0, bytesRead), done: false };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#done = true;
    await Promise.allSettled([this.#reading]);
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #read(): Promise<FileReadResult<Buffer>> {
    const buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(FILE_CHUNK);
    return this.#file.read(buffer, 0, FILE_CHUNK, this.#position);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* checked(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    if (!(ArrayBuffer.isView(chunk) && chunk instanceof Uint8Array)) {
      throw new InvalidValueError(
        `the source of an upload gave ${typeof chunk}, not a Uint8Array; set no encoding on a stream`,
      );
    }
    yield chunk;
  }
}
