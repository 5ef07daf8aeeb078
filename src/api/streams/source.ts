import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { InvalidValueError } from "../../errors/index.js";

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
  /** To be called in the end, whether it was read to its end, in part, or not at all. */
  readonly close: () => Promise<void>;
}

const FILE_CHUNK = 256 * 1024;

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
    return { size: stat.isFile() ? stat.size : undefined, chunks: fileChunks(file), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* fileChunks(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    // A new one each time: the last may still be on its way out.
    const buffer = Buffer.allocUnsafeSlow(FILE_CHUNK);
    const { bytesRead } = await file.read(buffer, 0, FILE_CHUNK, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
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
