/** Versions of libvirt that brought procedures, each with the number of its last one; between them there were none. */
const LEVELS: readonly (readonly [version: number, last: number])[] = [
  [1_000_000, 293],
  [1_000_001, 295],
  [1_000_002, 296],
  [1_000_003, 300],
  [1_000_005, 307],
  [1_001_001, 311],
  [1_001_003, 312],
  [1_002_001, 333],
  [1_002_003, 334],
  [1_002_005, 339],
  [1_002_006, 341],
  [1_002_007, 342],
  [1_002_008, 346],
  [1_002_009, 348],
  [1_002_011, 349],
  [1_002_012, 350],
  [1_002_014, 354],
  [1_002_015, 356],
  [1_002_016, 357],
  [1_002_019, 363],
  [1_003_003, 367],
  [2_000_000, 373],
  [2_002_000, 377],
  [3_000_000, 383],
  [3_001_000, 386],
  [3_007_000, 389],
  [3_009_000, 390],
  [4_001_000, 391],
  [4_004_000, 394],
  [4_005_000, 401],
  [4_010_000, 402],
  [5_002_000, 403],
  [5_005_000, 410],
  [5_006_000, 417],
  [5_007_000, 418],
  [5_008_000, 419],
  [5_010_000, 420],
  [6_000_000, 423],
  [6_010_000, 425],
  [7_001_000, 426],
  [7_002_000, 427],
  [7_003_000, 430],
  [7_007_000, 432],
  [7_008_000, 438],
  [8_000_000, 439],
  [8_004_000, 441],
  [8_005_000, 442],
  [9_000_000, 443],
  [9_007_000, 446],
  [10_001_000, 447],
  [10_002_000, 448],
  [11_002_000, 453],
  [12_004_000, 455],
  [12_005_000, 456],
];

/** The oldest version that a server can be made to look like. */
export const OLDEST_LEVEL: number = 1_000_000;

/** The last procedure of the remote program that a version knows. @throws RangeError below {@link OLDEST_LEVEL}. */
export function lastProcedure(version: number): number {
  const level = LEVELS.findLast(([since]) => since <= version);
  if (level !== undefined) return level[1];
  throw new RangeError(`libVersion must be at least ${OLDEST_LEVEL} (1.0.0), got ${version}`);
}
