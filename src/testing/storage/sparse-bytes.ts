/** What lies at a place: bytes, or so many zeros of which none is kept. */
export type Extent = { readonly data: Uint8Array } | { readonly hole: bigint };

/** Bytes are kept in blocks of this size; a block of nothing is not kept. */
const BLOCK = 65_536;
const BLOCK_SIZE = BigInt(BLOCK);

/** Bytes of which only those are kept that were written: a hole of any size costs nothing. */
export class SparseBytes {
  private readonly blocks: Map<bigint, Uint8Array>;
  private end: bigint;

  constructor(size: bigint, blocks: ReadonlyMap<bigint, Uint8Array> = new Map()) {
    this.end = size;
    this.blocks = new Map(Array.from(blocks, ([index, block]) => [index, block.slice()]));
  }

  get size(): bigint {
    return this.end;
  }

  /** How many bytes are kept. */
  get allocated(): bigint {
    return BigInt(this.blocks.size) * BLOCK_SIZE;
  }

  /** A copy that shares nothing. */
  copy(): SparseBytes {
    return new SparseBytes(this.end, this.blocks);
  }

  /** Writes at a place, and grows as far as need be. */
  write(at: bigint, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const place = at + BigInt(done);
      const index = place / BLOCK_SIZE;
      const within = Number(place % BLOCK_SIZE);
      const part = bytes.subarray(done, done + BLOCK - within);
      const block = this.blocks.get(index) ?? new Uint8Array(BLOCK);
      block.set(part, within);
      this.blocks.set(index, block);
      done += part.length;
    }
    this.grow(at + BigInt(bytes.length));
  }

  /** Makes a stretch into zeros, and keeps none of them where whole blocks are concerned. */
  punch(at: bigint, length: bigint): void {
    const end = at + length;
    // Only what is kept is looked at: a hole may be larger than could be counted through.
    for (const [index, block] of this.blocks) {
      const start = index * BLOCK_SIZE;
      const from = at > start ? at - start : 0n;
      const to = end < start + BLOCK_SIZE ? end - start : BLOCK_SIZE;
      if (from >= to) continue;
      if (from === 0n && to === BLOCK_SIZE) this.blocks.delete(index);
      else block.fill(0, Number(from), Number(to));
    }
    this.grow(end);
  }

  /** Cuts off what is behind this size, or makes room up to there. */
  resize(size: bigint): void {
    const old = this.end;
    this.end = size;
    if (size >= old) return;
    this.punch(size, old - size + BLOCK_SIZE);
    this.end = size;
  }

  /** What lies between two places, in order. */
  *read(from: bigint, to: bigint): Generator<Extent> {
    const kept = [...this.blocks.keys()].filter(
      (index) => (index + 1n) * BLOCK_SIZE > from && index * BLOCK_SIZE < to,
    );
    let at = from;
    for (const index of kept.toSorted((a, b) => (a < b ? -1 : 1))) {
      const start = index * BLOCK_SIZE;
      if (start > at) {
        yield { hole: start - at };
        at = start;
      }
      const stop = start + BLOCK_SIZE < to ? start + BLOCK_SIZE : to;
      const block = this.blocks.get(index);
      // It may have been punched out while the reader was away.
      if (block === undefined) yield { hole: stop - at };
      else yield { data: block.slice(Number(at - start), Number(stop - start)) };
      at = stop;
    }
    if (at < to) yield { hole: to - at };
  }

  private grow(end: bigint): void {
    if (end > this.end) this.end = end;
  }
}
