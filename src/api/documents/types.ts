import type {
  CapabilitiesConfig,
  DomainBackupConfig,
  DomainCapabilitiesConfig,
  DomainCheckpointConfig,
  DomainConfig,
  DomainSnapshotConfig,
  InterfaceConfig,
  NetworkConfig,
  NetworkPortConfig,
  NodeDeviceConfig,
  NWFilterBindingConfig,
  NWFilterConfig,
  SecretConfig,
  StoragePoolCapabilitiesConfig,
  StoragePoolConfig,
  StorageVolConfig,
} from "../../xml/index.js";

/** The types of documents by what they describe. */
export interface Documents {
  readonly capabilities: CapabilitiesConfig;
  readonly domain: DomainConfig;
  readonly domainBackup: DomainBackupConfig;
  readonly domainCapabilities: DomainCapabilitiesConfig;
  readonly domainCheckpoint: DomainCheckpointConfig;
  readonly domainSnapshot: DomainSnapshotConfig;
  readonly interface: InterfaceConfig;
  readonly network: NetworkConfig;
  readonly networkPort: NetworkPortConfig;
  readonly nodeDevice: NodeDeviceConfig;
  readonly nwFilter: NWFilterConfig;
  readonly nwFilterBinding: NWFilterBindingConfig;
  readonly secret: SecretConfig;
  readonly storagePool: StoragePoolConfig;
  readonly storagePoolCapabilities: StoragePoolCapabilitiesConfig;
  readonly storageVol: StorageVolConfig;
}
