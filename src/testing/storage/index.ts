export type { TestPool } from "./pool.js";
export { DEFAULT_POOL, StorageDriver } from "./storage-driver.js";
export type { TestVolume } from "./volume.js";
