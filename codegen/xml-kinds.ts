/** A kind of document: how its model is called, the schema, and the type of its root. */
export interface XmlKind {
  readonly kind: string;
  readonly file: string;
  readonly root: string;
  /** What the names of its other types begin with. */
  readonly prefix: string;
  /** Other root elements with the same content, by the origin of their declaration. */
  readonly alike?: readonly string[];
}

/** Prefixes that libvirt writes for its namespaces. */
export const NAMESPACES: Readonly<Record<string, string>> = {
  "http://libvirt.org/schemas/domain/qemu/1.0": "qemu",
  "http://libvirt.org/schemas/domain/lxc/1.0": "lxc",
  "http://libvirt.org/schemas/domain/bhyve/1.0": "bhyve",
  "http://libvirt.org/schemas/domain/xen/1.0": "xen",
  "http://libvirt.org/schemas/domain/vmware/1.0": "vmware",
  "http://libvirt.org/schemas/network/dnsmasq/1.0": "dnsmasq",
  "http://libvirt.org/schemas/storagepool/fs/1.0": "fs",
  "http://libvirt.org/schemas/storagepool/rbd/1.0": "rbd",
};

/** All kinds; one that holds documents of another comes after it. */
export const XML_KINDS: readonly XmlKind[] = [
  {
    kind: "domain",
    file: "domain.rng",
    root: "DomainConfig",
    prefix: "Domain",
    alike: ["domaincommon.rng:inactiveDomain:1"],
  },
  { kind: "network", file: "network.rng", root: "NetworkConfig", prefix: "Network" },
  { kind: "network-port", file: "networkport.rng", root: "NetworkPortConfig", prefix: "NetworkPort" },
  { kind: "storage-pool", file: "storagepool.rng", root: "StoragePoolConfig", prefix: "StoragePool" },
  { kind: "storage-vol", file: "storagevol.rng", root: "StorageVolConfig", prefix: "StorageVol" },
  { kind: "secret", file: "secret.rng", root: "SecretConfig", prefix: "Secret" },
  { kind: "node-device", file: "nodedev.rng", root: "NodeDeviceConfig", prefix: "NodeDevice" },
  { kind: "interface", file: "interface.rng", root: "InterfaceConfig", prefix: "Interface" },
  { kind: "nwfilter", file: "nwfilter.rng", root: "NWFilterConfig", prefix: "NWFilter" },
  {
    kind: "nwfilter-binding",
    file: "nwfilterbinding.rng",
    root: "NWFilterBindingConfig",
    prefix: "NWFilterBinding",
  },
  {
    kind: "domain-snapshot",
    file: "domainsnapshot.rng",
    root: "DomainSnapshotConfig",
    prefix: "DomainSnapshot",
  },
  {
    kind: "domain-checkpoint",
    file: "domaincheckpoint.rng",
    root: "DomainCheckpointConfig",
    prefix: "DomainCheckpoint",
  },
  { kind: "domain-backup", file: "domainbackup.rng", root: "DomainBackupConfig", prefix: "DomainBackup" },
  { kind: "capabilities", file: "capability.rng", root: "CapabilitiesConfig", prefix: "Capabilities" },
  {
    kind: "domain-capabilities",
    file: "domaincaps.rng",
    root: "DomainCapabilitiesConfig",
    prefix: "DomainCapabilities",
  },
  {
    kind: "storage-pool-capabilities",
    file: "storagepoolcaps.rng",
    root: "StoragePoolCapabilitiesConfig",
    prefix: "StoragePoolCapabilities",
  },
];

/** `managed_save` and `managed-save` → `ManagedSave`. */
export function typeWord(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
