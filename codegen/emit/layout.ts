/**
 * Which file of a program's folder a procedure and its structs go to: the longest prefix of the procedure's name,
 * without `<PROGRAM>_PROC_`, decides. What belongs to no single procedure is in `types.ts`.
 */
export type Layout = Readonly<Record<string, readonly string[]>>;

const REMOTE: Layout = {
  auth: ["AUTH_"],
  connect: ["CONNECT_"],
  "connect-events": [
    "CONNECT_DOMAIN_EVENT_",
    "CONNECT_NETWORK_EVENT_",
    "CONNECT_NODE_DEVICE_EVENT_",
    "CONNECT_SECRET_EVENT_",
    "CONNECT_STORAGE_POOL_EVENT_",
    "CONNECT_EVENT_",
    "CONNECT_REGISTER_CLOSE_CALLBACK",
    "CONNECT_UNREGISTER_CLOSE_CALLBACK",
  ],
  "connect-lists": ["CONNECT_LIST_", "CONNECT_NUM_OF_"],
  domain: ["DOMAIN_"],
  "domain-block": ["DOMAIN_BLOCK_", "DOMAIN_GET_BLOCK_", "DOMAIN_SET_BLOCK_"],
  "domain-checkpoint": ["DOMAIN_CHECKPOINT_", "DOMAIN_LIST_ALL_CHECKPOINTS"],
  "domain-event-callbacks": ["DOMAIN_EVENT_CALLBACK_"],
  "domain-events": ["DOMAIN_EVENT_"],
  "domain-get": ["DOMAIN_GET_"],
  "domain-lifecycle": [
    "DOMAIN_CREATE",
    "DOMAIN_DEFINE_",
    "DOMAIN_DESTROY",
    "DOMAIN_IS_",
    "DOMAIN_LOOKUP_",
    "DOMAIN_REBOOT",
    "DOMAIN_RENAME",
    "DOMAIN_RESET",
    "DOMAIN_RESUME",
    "DOMAIN_SHUTDOWN",
    "DOMAIN_SUSPEND",
    "DOMAIN_UNDEFINE",
  ],
  "domain-migrate": ["DOMAIN_MIGRATE_"],
  "domain-save": [
    "DOMAIN_SAVE",
    "DOMAIN_RESTORE",
    "DOMAIN_MANAGED_SAVE",
    "DOMAIN_HAS_MANAGED_SAVE_IMAGE",
    "DOMAIN_CORE_DUMP",
  ],
  "domain-set": ["DOMAIN_SET_", "DOMAIN_PIN_"],
  "domain-snapshot": [
    "DOMAIN_SNAPSHOT_",
    "DOMAIN_LIST_ALL_SNAPSHOTS",
    "DOMAIN_HAS_CURRENT_SNAPSHOT",
    "DOMAIN_REVERT_TO_SNAPSHOT",
  ],
  "domain-tuning": [
    "BLKIO_PARAMETERS",
    "INTERFACE_PARAMETERS",
    "MEMORY_PARAMETERS",
    "NUMA_PARAMETERS",
    "PERF_EVENTS",
    "SCHEDULER_",
  ].flatMap((what) => [`DOMAIN_GET_${what}`, `DOMAIN_SET_${what}`]),
  interface: ["INTERFACE_"],
  network: ["NETWORK_"],
  "network-port": ["NETWORK_PORT_", "NETWORK_LIST_ALL_PORTS"],
  node: ["NODE_"],
  "node-device": ["NODE_DEVICE_"],
  nwfilter: ["NWFILTER_"],
  secret: ["SECRET_"],
  "storage-pool": ["STORAGE_POOL_"],
  "storage-vol": ["STORAGE_VOL_"],
};

const LAYOUTS: Readonly<Record<string, Layout>> = {
  remote: REMOTE,
  qemu: { connect: ["CONNECT_"], domain: ["DOMAIN_"] },
  lxc: { domain: ["DOMAIN_"] },
  admin: { connect: ["CONNECT_"], server: ["SERVER_"], client: ["CLIENT_"] },
  keepalive: { messages: [""] },
};

/** The file, without `.ts`, of a procedure. */
export function fileOfProcedure(program: string, procedure: string): string {
  const name = procedure.slice(`${program}_PROC_`.length);
  const candidates = Object.entries(LAYOUTS[program] ?? { calls: [""] }).flatMap(([file, prefixes]) =>
    prefixes.filter((prefix) => name.startsWith(prefix)).map((prefix) => ({ file, length: prefix.length })),
  );
  const [best] = candidates.toSorted((a, b) => b.length - a.length);
  if (best === undefined) {
    throw new Error(`${procedure} has no file: add its prefix to codegen/emit/layout.ts`);
  }
  return best.file;
}

/** Enums with such names go to a file of their own, as the headers are too large for one. */
export const CONSTANT_FILES: readonly {
  readonly header: string;
  readonly enums: RegExp;
  readonly file: string;
}[] = [{ header: "libvirt-domain", enums: /^vir(?:Connect)?DomainEvent/, file: "libvirt-domain-events" }];
