/** The groups of commands, by the keyword that `help` knows them by; as virsh's. */
export const GROUPS: Readonly<Record<string, string>> = {
  domain: "Domain Management",
  monitor: "Domain Monitoring",
  events: "Domain Events",
  host: "Host and Hypervisor",
  checkpoint: "Checkpoint",
  interface: "Interface",
  filter: "Network Filter",
  network: "Networking",
  nodedev: "Node Device",
  secret: "Secret",
  snapshot: "Snapshot",
  pool: "Storage Pool",
  volume: "Storage Volume",
  self: "libvirt-rpc itself",
};
