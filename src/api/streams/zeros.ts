/** What holes are told by. */
const ZEROS: Buffer = Buffer.alloc(64 * 1024);

/** The smallest hole that is worth one: what file systems deal in is 4 KiB, and a packet costs as much as some of those. */
const BLOCK = ZEROS.length;

/** A piece of data, or the length of a run of zeros. */
export type Segment = { readonly data: Uint8Array } | { readonly hole: bigint };

/** Cuts runs of zeros out of data, by blocks of the whole stream, so that neighbouring ones become one hole. */
export function* cutZeros(chunk: Uint8Array, position: bigint): Generator<Segment> {
  let start = 0;
  let end = BLOCK - Number(position % BigInt(BLOCK));
  let from = 0;
  let zero: boolean | undefined;
  while (start < chunk.length) {
    const block = chunk.subarray(start, Math.min(end, chunk.length));
    const isZero = ZEROS.subarray(0, block.length).equals(block);
    if (zero !== undefined && isZero !== zero) {
      yield segment(chunk, from, start, zero);
      from = start;
    }
    zero = isZero;
    start = end;
    end += BLOCK;
  }
  if (zero !== undefined) yield segment(chunk, from, chunk.length, zero);
}

function segment(chunk: Uint8Array, from: number, to: number, zero: boolean): Segment {
  return zero ? { hole: BigInt(to - from) } : { data: chunk.subarray(from, to) };
}
