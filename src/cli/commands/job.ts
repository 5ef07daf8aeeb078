import { Type } from "@sinclair/typebox";
import {
  DomainAbortJobFlagsValues as AbortFlags,
  type Domain,
  DomainCoreDumpFlags as Dump,
  DomainGetJobStatsFlags as JobFlags,
  type TypedParameters,
} from "../../index.js";
import { type Command, command, data, flag } from "../command.js";
import { CommandError } from "../command-error.js";
import { findDomain } from "../find.js";
import { withJobProgress } from "../job-progress.js";
import { prettySize } from "../sizes.js";

const DOMAIN = data("domain", "domain name, id or uuid");

/** virDomainCoreDumpFormat, by what virsh calls them; 0 is QEMU's own. */
const FORMATS = ["elf", "kdump-zlib", "kdump-lzo", "kdump-snappy", "win-dmp"];

export const dump: Command = command({
  options: [
    DOMAIN,
    data("file", "where to store it"),
    flag("live", "let the domain go on meanwhile"),
    flag("crash", "have the domain crash then"),
    flag("bypass-cache", "leave the host's cache alone"),
    flag("reset", "reset the domain then"),
    flag("verbose", "tell how far it is"),
    flag("memory-only", "only the memory"),
    data("format", `how it is written, with --memory-only: ${FORMATS.join(", ")}`, false),
  ],
  schema: Type.Object({ domain: Type.String(), file: Type.String() }),
  failure: (args) => `Failed to core dump domain '${args.text("domain")}' to ${args.text("file")}`,
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const file = args.text("file");
    const flags =
      (args.flag("live") ? Dump.LIVE : 0) |
      (args.flag("crash") ? Dump.CRASH : 0) |
      (args.flag("bypass-cache") ? Dump.BYPASS_CACHE : 0) |
      (args.flag("reset") ? Dump.RESET : 0) |
      (args.flag("memory-only") ? Dump.MEMORY_ONLY : 0);
    const format = args.optional("format");
    const number = dumpFormat(format, args.flag("memory-only"));
    await withJobProgress(context, args, "Dump", domain, () =>
      number === 0 ? domain.coreDump(file, { flags }) : domain.coreDumpWithFormat(file, number, { flags }),
    );
    return { domain: domain.name, file };
  },
  text: ({ domain, file }, _args, { options: { quiet } }) =>
    quiet ? "" : `\nDomain '${domain}' dumped to ${file}\n`,
});

function dumpFormat(format: string | undefined, memoryOnly: boolean): number {
  if (format === undefined) return 0;
  if (!memoryOnly) throw new CommandError("--format only works with --memory-only");
  const number = FORMATS.indexOf(format);
  if (number < 0) {
    throw new CommandError(
      `format '${format}' is not supported, expecting 'kdump-zlib', 'kdump-lzo', 'kdump-snappy', 'win-dmp' or 'elf'`,
    );
  }
  return number;
}

export const domjobabort: Command = command({
  options: [DOMAIN, flag("postcopy", "interrupt the copying after a migration")],
  schema: Type.Object({ domain: Type.String(), uuid: Type.String() }),
  run: async (context, args) => {
    const domain: Domain = await findDomain(context, args);
    await (args.flag("postcopy") ? domain.abortJobFlags({ flags: AbortFlags.POSTCOPY }) : domain.abortJob());
    return { domain: domain.name, uuid: domain.uuid };
  },
  text: () => "",
});

const TYPES = ["None", "Bounded", "Unbounded", "Completed", "Failed", "Cancelled"];
const OPERATIONS = [
  "Unknown",
  "Start",
  "Save",
  "Restore",
  "Incoming migration",
  "Outgoing migration",
  "Snapshot",
  "Snapshot revert",
  "Dump",
  "Backup",
  "Snapshot delete",
];
const COMPLETED = 3;

type Unit = "ms" | "size" | "rate" | "number" | "pages/s" | "bytes";

/** What is told of a job, in order: how it is called, its parameter, and what it counts. */
const FACTS: readonly (readonly [label: string, key: string, unit: Unit])[] = [
  ["Time elapsed", "time_elapsed", "ms"],
  ["Time elapsed w/o network", "time_elapsed_net", "ms"],
  ["Time remaining", "time_remaining", "ms"],
  ["Data processed", "data_processed", "size"],
  ["Data remaining", "data_remaining", "size"],
  ["Data total", "data_total", "size"],
  ["Memory processed", "memory_processed", "size"],
  ["Memory remaining", "memory_remaining", "size"],
  ["Memory total", "memory_total", "size"],
  ["Memory bandwidth", "memory_bps", "rate"],
  ["Dirty rate", "memory_dirty_rate", "pages/s"],
  ["Page size", "memory_page_size", "bytes"],
  ["Iteration", "memory_iteration", "number"],
  ["Postcopy requests", "memory_postcopy_requests", "number"],
  ["File processed", "disk_processed", "size"],
  ["File remaining", "disk_remaining", "size"],
  ["File total", "disk_total", "size"],
  ["File bandwidth", "disk_bps", "rate"],
  ["Constant pages", "memory_constant", "number"],
  ["Normal pages", "memory_normal", "number"],
  ["Normal data", "memory_normal_bytes", "size"],
  ["Expected downtime", "downtime", "ms"],
  ["Setup time", "setup_time", "ms"],
];

function fact(value: bigint, unit: Unit): string {
  if (unit === "size" || unit === "rate") return prettySize(value, 3) + (unit === "rate" ? "/s" : "");
  return String(value).padEnd(12) + (unit === "number" ? "" : ` ${unit}`);
}

interface JobInfo {
  readonly type: number;
  readonly stats: TypedParameters;
}

export const domjobinfo: Command = command<JobInfo>({
  options: [
    DOMAIN,
    flag("completed", "of the job that ended last"),
    flag("keep-completed", "and do not forget it"),
    flag("anystats", "even if it failed"),
    flag("rawstats", "all that the hypervisor tells, as it is"),
  ],
  schema: Type.Object({
    type: Type.Integer(),
    stats: Type.Record(Type.String(), Type.Union([Type.Integer(), Type.String(), Type.Boolean()])),
  }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const flags =
      (args.flag("completed") || args.flag("keep-completed") ? JobFlags.COMPLETED : 0) |
      (args.flag("keep-completed") ? JobFlags.KEEP_COMPLETED : 0);
    const { type, params } = await domain.getJobStats({ flags });
    return { type, stats: params };
  },
  text: ({ type, stats }, args) => {
    if (args.flag("rawstats")) {
      const lines = Object.entries(stats).map(([name, value]) => `${name}: ${String(value)}\n`);
      return `Job type: ${type}\n\n${lines.join("")}`;
    }
    const line = (label: string, value: string): string => `${`${label}:`.padEnd(17)} ${value}\n`;
    const head = line("Job type", (TYPES[type] ?? "unknown").padEnd(12));
    if (type === 0 || (type > COMPLETED && !args.flag("anystats"))) return head;
    const operation = OPERATIONS[Number(stats.operation ?? 0)] ?? "unknown";
    const facts = FACTS.flatMap(([label, key, unit]) => {
      const value = stats[key];
      // A rate that is not known is none.
      const unknown = value === undefined || (unit === "rate" && Number(value) === 0);
      if (unknown || (key === "time_remaining" && type === COMPLETED)) return [];
      const name = key === "downtime" && type === COMPLETED ? "Total downtime" : label;
      return [line(name, fact(BigInt(value as bigint), unit))];
    });
    return head + line("Operation", operation.padEnd(12)) + facts.join("");
  },
});
