/** Everything in the generated code that follows no rule stands in this file, with the reason. */

/** Typedefs that have a codec written by hand; the module is relative to `src/protocol/`. */
export const CUSTOM_CODECS: Readonly<Record<string, { codec: string; type: string; module: string }>> = {
  // 16 bytes that everybody writes as text.
  remote_uuid: { codec: "uuid", type: "string", module: "uuid" },
  virNetMessageUUID: { codec: "uuid", type: "string", module: "uuid" },
};

/** Streams whose direction the annotations do not tell. */
export const STREAM_DIRECTIONS: Readonly<Record<string, "read" | "write" | "both">> = {
  // Annotated as read, but what is typed goes the other way: virDomainOpenConsole, virDomainOpenChannel.
  REMOTE_PROC_DOMAIN_OPEN_CONSOLE: "both",
  REMOTE_PROC_DOMAIN_OPEN_CHANNEL: "both",
  // Not annotated, since both of its ends are written by hand in libvirt: remote_driver.c,
  // remoteDomainMigratePrepareTunnel3Params.
  REMOTE_PROC_DOMAIN_MIGRATE_PREPARE_TUNNEL3_PARAMS: "write",
};

/** Messages without a payload. They have no `_msg` struct that would tell them from calls. */
export const EMPTY_MESSAGES: ReadonlySet<string> = new Set([
  // Sent by either side at any time and never replied to: virkeepalive.c.
  "KEEPALIVE_PROC_PING",
  "KEEPALIVE_PROC_PONG",
]);

/** Prefixes of enum members where the common words are not what one would drop. */
export const ENUM_PREFIXES: Readonly<Record<string, string>> = {
  // Warnings (VIR_WAR_*) are in the same enum and keep their WAR_.
  virErrorNumber: "VIR_ERR",
  // Both members happen to share a word that is part of what they mean.
  virDomainFDAssociateFlags: "VIR_DOMAIN_FD_ASSOCIATE",
  // Its only member is all of the type's name but one word: ALL_CPUS, not CPUS.
  virNodeGetCPUStatsAllCPUs: "VIR_NODE_CPU_STATS",
  // The same: ALL_CELLS, not CELLS.
  virNodeGetMemoryStatsAllCells: "VIR_NODE_MEMORY_STATS",
};

/** Counts of members that do not end in `_LAST`. */
export const SENTINELS: ReadonlySet<string> = new Set([
  // What VIR_DOMAIN_MEMORY_STAT_LAST is defined by.
  "VIR_DOMAIN_MEMORY_STAT_NR",
]);
