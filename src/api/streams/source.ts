import { type FileHandle, type FileReadResult, open } from "node:fs/promises";
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
}

/** Whole packets of a stream. */
const FILE_CHUNK = 4 * MAX_CHUNK;

/** Opens a source; what is opened here is closed when its chunks have been read, or reading stops. */
export async function openSource(source: UploadSource): Promise<Source> {
  if (typeof source === "string") {
    const file = await open(source, "r");
    return await fromFile(file, true);
  }
  if (source instanceof Uint8Array) return { size: BigInt(source.length), chunks: once(source) };
  if (typeof Blob !== "undefined" && source instanceof Blob) {
    return { size: BigInt(source.size), chunks: source.stream() as unknown as AsyncIterable<Uint8Array> };
  }
  if (isFileHandle(source)) return await fromFile(source, false);
  if (typeof source === "object" && (Symbol.asyncIterator in source || Symbol.iterator in source)) {
    return { size: undefined, chunks: checked(source as AsyncIterable<Uint8Array> | Iterable<Uint8Array>) };
  }
  throw new InvalidValueError(
    `the source of an upload must be a path, a FileHandle, a Uint8Array, a Blob, or something iterable that gives Uint8Arrays, such as a Readable; got ${typeof source}`,
  );
}

function isFileHandle(source: object): source is FileHandle {
  return "fd" in source && "stat" in source && "read" in source;
}

async function fromFile(file: FileHandle, own: boolean): Promise<Source> {
  try {
    const stat = await file.stat({ bigint: true });
    // What is no file, such as a pipe, has no size that means anything.
    return { size: stat.isFile() ? stat.size : undefined, chunks: fileChunks(file, own) };
  } catch (error) {
    if (own) await file.close();
    throw error;
  }
}

async function* fileChunks(file: FileHandle, own: boolean): AsyncGenerator<Uint8Array> {
  // Memory of its own for each: the last may still be on its way out.
  const read = (position: number): Promise<FileReadResult<Buffer>> =>
    file.read(Buffer.allocUnsafeSlow(FILE_CHUNK), 0, FILE_CHUNK, position);
  let reading = read(0);
  try {
    for (let position = 0; ; ) {
      const { bytesRead, buffer } = await reading;
      if (bytesRead === 0) return;
      position += bytesRead;
      // While this one is sent the next one is read.
      reading = read(position);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await Promise.allSettled([reading]);
    if (own) await file.close();
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
