/** libvirt's page about a kind of document. Interfaces of the host have none of their own. */
const PAGES: Readonly<Record<string, string>> = {
  domain: "formatdomain",
  network: "formatnetwork",
  "network-port": "formatnetworkport",
  "storage-pool": "formatstorage",
  "storage-vol": "formatstorage",
  secret: "formatsecret",
  "node-device": "formatnode",
  interface: "format",
  nwfilter: "formatnwfilter",
  "nwfilter-binding": "formatnwfilterbinding",
  "domain-snapshot": "formatsnapshot",
  "domain-checkpoint": "formatcheckpoint",
  "domain-backup": "formatbackup",
  capabilities: "formatcaps",
  "domain-capabilities": "formatdomaincaps",
  "storage-pool-capabilities": "formatstoragecaps",
};

/** Chapters of the longest page, by what names of types begin with. */
export const CHAPTERS: Readonly<Record<string, string>> = {
  DomainAddress: "device-addresses",
  DomainAudio: "audio-backends",
  DomainBackingStore: "hard-drives-floppy-disks-cdroms",
  DomainBlkiotune: "block-i-o-tuning",
  DomainChannel: "consoles-serial-parallel-channel-devices",
  DomainChardev: "consoles-serial-parallel-channel-devices",
  DomainClock: "time-keeping",
  DomainConsole: "consoles-serial-parallel-channel-devices",
  DomainController: "controllers",
  DomainCpu: "cpu-model-and-topology",
  DomainCpuNuma: "guest-numa-topology",
  DomainCputune: "cpu-tuning",
  DomainCurrentMemory: "memory-allocation",
  DomainDefaultiothread: "iothreads-allocation",
  DomainDevices: "devices",
  DomainDisk: "hard-drives-floppy-disks-cdroms",
  DomainFeatures: "hypervisor-features",
  DomainFilesystem: "filesystems",
  DomainGraphics: "graphical-framebuffers",
  DomainHostdev: "host-device-assignment",
  DomainHub: "hub-devices",
  DomainInput: "input-devices",
  DomainInterface: "network-interfaces",
  DomainIommu: "iommu-devices",
  DomainIothreadids: "iothreads-allocation",
  DomainKeywrap: "key-wrap",
  DomainLaunchSecurity: "launch-security",
  DomainLease: "device-leases",
  DomainMaxMemory: "memory-allocation",
  DomainMemballoon: "memory-balloon-device",
  DomainMemory: "memory-allocation",
  DomainMemoryBacking: "memory-backing",
  DomainMemoryDevice: "memory-devices",
  DomainMemtune: "memory-tuning",
  DomainNumatune: "numa-node-tuning",
  DomainNvram: "nvram-device",
  DomainOs: "operating-system-booting",
  DomainPanic: "panic-device",
  DomainParallel: "consoles-serial-parallel-channel-devices",
  DomainPerf: "performance-monitoring-events",
  DomainPm: "power-management",
  DomainRedirdev: "redirected-devices",
  DomainRedirfilter: "redirected-devices",
  DomainResource: "resource-partitioning",
  DomainRng: "random-number-generator-device",
  DomainSeclabel: "security-label",
  DomainSerial: "consoles-serial-parallel-channel-devices",
  DomainShmem: "shared-memory-device",
  DomainSmartcard: "smartcard-devices",
  DomainSound: "sound-devices",
  DomainSysinfo: "smbios-system-information",
  DomainTpm: "tpm-device",
  DomainVcpu: "cpu-allocation",
  DomainVideo: "video-devices",
  DomainVsock: "vsock",
  DomainWatchdog: "watchdog-devices",
};

/** The address of what libvirt has to say about a type. */
export function pageOf(kind: string, type: string): string {
  const page = `https://libvirt.org/${PAGES[kind] ?? "format"}.html`;
  if (kind !== "domain") return page;
  const [beginning] = Object.keys(CHAPTERS)
    .filter((name) => type.startsWith(name))
    .sort((a, b) => b.length - a.length);
  return beginning === undefined ? page : `${page}#${CHAPTERS[beginning] ?? ""}`;
}
