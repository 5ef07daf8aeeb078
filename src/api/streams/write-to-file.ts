import { type FileHandle, open } from "node:fs/promises";
import type { Segment } from "./zeros.js";

/** Writes segments, once there is a file for them, from its beginning on; where they have holes, so has the file. */
export async function writeToFile(
  target: string | FileHandle,
  segments: () => Promise<AsyncIterable<Segment>>,
): Promise<void> {
  const file = typeof target === "string" ? await open(target, "w") : target;
  try {
    let position = 0n;
    for await (const segment of await segments()) {
      if ("hole" in segment) position += segment.hole;
      else position += BigInt(await writeAll(file, segment.data, position));
    }
    await file.truncate(Number(position));
  } finally {
    if (typeof target === "string") await file.close();
  }
}

async function writeAll(file: FileHandle, data: Uint8Array, position: bigint): Promise<number> {
  for (let at = 0; at < data.length; ) {
    const { bytesWritten } = await file.write(data, at, data.length - at, Number(position) + at);
    at += bytesWritten;
  }
  return data.length;
}
