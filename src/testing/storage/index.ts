export type { TestPool } from "./pool.js";
export { DEFAULT_POOL, type PoolSeed, StorageDriver, type VolumePiece } from "./storage-driver.js";
export type { TestVolume } from "./volume.js";
