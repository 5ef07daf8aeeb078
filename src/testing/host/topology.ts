/** What `nodeinfo` tells of a host. */
export interface HostFacts {
  /** Of the processor. */
  readonly model: string;
  readonly memoryKiB: bigint;
  readonly cpus: number;
  readonly mhz: number;
  readonly cells: number;
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
}

/** The host that the test driver makes up. */
export const HOST: HostFacts = {
  model: "i686",
  memoryKiB: 3_145_728n,
  cpus: 16,
  mhz: 1400,
  cells: 2,
  sockets: 2,
  cores: 2,
  threads: 2,
};

/** One memory cell of the host: what it has, and what of it is free. */
export interface Cell {
  readonly memoryKiB: bigint;
  readonly pageKiB: number;
  readonly freeBytes: bigint;
}

export const CELLS: readonly Cell[] = [
  { memoryKiB: 2_097_152n, pageKiB: 4, freeBytes: 2_097_152n },
  { memoryKiB: 4_194_304n, pageKiB: 8, freeBytes: 4_194_304n },
];

/** Sizes of pages that every cell has, and none of them in use. */
export const HUGE_PAGES_KIB: readonly number[] = [2048, 1_048_576];
