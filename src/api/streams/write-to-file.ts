import { type FileHandle, open } from "node:fs/promises";
import type { Segment } from "./zeros.js";

/** Writes segments, once there is a file for them, from its beginning on; where they have holes, so has the file. */
export async function writeToFile(
  target: string | FileHandle,
  batches: () => Promise<AsyncIterable<readonly Segment[]>>,
): Promise<void> {
  const file = typeof target === "string" ? await open(target, "w") : target;
  try {
    let position = 0n;
    for await (const batch of await batches()) {
      // What lies next to each other goes in one go.
      let pieces: Uint8Array[] = [];
      for (const segment of batch) {
        if ("data" in segment) {
          pieces.push(segment.data);
          continue;
        }
        position += await writeAll(file, pieces, position);
        pieces = [];
        position += segment.hole;
      }
      position += await writeAll(file, pieces, position);
    }
    await file.truncate(Number(position));
  } finally {
    if (typeof target === "string") await file.close();
  }
}

/** Writes all of it, and gives how much that was. */
async function writeAll(file: FileHandle, pieces: readonly Uint8Array[], position: bigint): Promise<bigint> {
  let left = pieces;
  let at = Number(position);
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left, at);
    at += bytesWritten;
    left = behind(left, bytesWritten);
  }
  return BigInt(at) - position;
}

/** What is left of `pieces` when so many bytes of them are done with. */
function behind(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = bytes;
  return pieces.flatMap((piece) => {
    const rest = piece.subarray(Math.min(skipped, piece.length));
    skipped -= piece.length - rest.length;
    return rest.length > 0 ? [rest] : [];
  });
}
