/** Documents with sensible defaults. All of them are ordinary objects, to be changed and completed at will. */
export {
  createAgentChannel,
  createConsole,
  createGraphics,
  createSerial,
  createTpm,
  createVideo,
  type GraphicsOptions,
} from "./devices.js";
export { createCdrom, createDisk, type DiskOptions } from "./disk.js";
export { createDomain, type DomainOptions } from "./domain.js";
export { createInterface, type InterfaceOptions } from "./interface.js";
export { createNetwork, type NetworkOptions } from "./network.js";
export { createSecret, type SecretOptions } from "./secret.js";
export { createSize, type Size } from "./size.js";
export { createSnapshot, type SnapshotOptions } from "./snapshot.js";
export {
  createStoragePool,
  createStorageVol,
  type StoragePoolOptions,
  type StorageVolOptions,
} from "./storage.js";
