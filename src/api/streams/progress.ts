/** How far a transfer is. */
export interface TransferProgress {
  /** Bytes so far, those of holes among them. */
  readonly transferred: bigint;
  /** Bytes of holes among them, which did not travel. */
  readonly holes: bigint;
  /** Bytes altogether, where that is known. */
  readonly total: bigint | undefined;
}

export type OnProgress = (progress: TransferProgress) => void;

/** Counts what was transferred, and tells. */
export class Meter {
  readonly #tell: OnProgress | undefined;
  readonly #total: bigint | undefined;
  #transferred = 0n;
  #holes = 0n;

  constructor(tell: OnProgress | undefined, total: bigint | undefined) {
    this.#tell = tell;
    this.#total = total;
  }

  get transferred(): bigint {
    return this.#transferred;
  }

  data(bytes: number): void {
    this.#transferred += BigInt(bytes);
    this.#report();
  }

  hole(length: bigint): void {
    this.#transferred += length;
    this.#holes += length;
    this.#report();
  }

  #report(): void {
    this.#tell?.({ transferred: this.#transferred, holes: this.#holes, total: this.#total });
  }
}
