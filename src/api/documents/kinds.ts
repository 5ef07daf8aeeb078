import type { ElementType } from "../../xml/index.js";
import type { Documents } from "./types.js";

/** Loads the description of one kind of document, and not those of others. */
export const KINDS: { readonly [K in keyof Documents]: () => Promise<ElementType<Documents[K]>> } = {
  capabilities: async () => (await import("../../xml/generated/capabilities/index.js")).CapabilitiesConfig,
  domain: async () => (await import("../../xml/generated/domain/index.js")).DomainConfig,
  domainBackup: async () => (await import("../../xml/generated/domain-backup/index.js")).DomainBackupConfig,
  domainCapabilities: async () =>
    (await import("../../xml/generated/domain-capabilities/index.js")).DomainCapabilitiesConfig,
  domainCheckpoint: async () =>
    (await import("../../xml/generated/domain-checkpoint/index.js")).DomainCheckpointConfig,
  domainSnapshot: async () =>
    (await import("../../xml/generated/domain-snapshot/index.js")).DomainSnapshotConfig,
  interface: async () => (await import("../../xml/generated/interface/index.js")).InterfaceConfig,
  network: async () => (await import("../../xml/generated/network/index.js")).NetworkConfig,
  networkPort: async () => (await import("../../xml/generated/network-port/index.js")).NetworkPortConfig,
  nodeDevice: async () => (await import("../../xml/generated/node-device/index.js")).NodeDeviceConfig,
  nwFilter: async () => (await import("../../xml/generated/nwfilter/index.js")).NWFilterConfig,
  nwFilterBinding: async () =>
    (await import("../../xml/generated/nwfilter-binding/index.js")).NWFilterBindingConfig,
  secret: async () => (await import("../../xml/generated/secret/index.js")).SecretConfig,
  storagePool: async () => (await import("../../xml/generated/storage-pool/index.js")).StoragePoolConfig,
  storagePoolCapabilities: async () =>
    (await import("../../xml/generated/storage-pool-capabilities/index.js")).StoragePoolCapabilitiesConfig,
  storageVol: async () => (await import("../../xml/generated/storage-vol/index.js")).StorageVolConfig,
};
