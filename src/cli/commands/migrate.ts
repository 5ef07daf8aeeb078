import { Type } from "@sinclair/typebox";
import {
  connect,
  DomainMigrateFlags as Flag,
  type MigrateOptions,
  type TypedParameters,
  type TypedParameterValue,
  type TypedParameterValues,
} from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, type Option } from "../command.js";
import type { Context } from "../context.js";
import { findDomain, readDocument } from "../find.js";
import { UsageError } from "../usage-error.js";

const FLAGS: Readonly<Record<string, readonly [bits: number, help: string]>> = {
  live: [Flag.LIVE, "while it runs"],
  offline: [Flag.OFFLINE, "while it is off"],
  p2p: [Flag.PEER2PEER, "the daemons do it among themselves"],
  direct: [0, "the hypervisors do it among themselves"],
  tunnelled: [Flag.TUNNELLED, "through the daemons' own connection"],
  persistent: [Flag.PERSIST_DEST, "define it at its destination"],
  undefinesource: [Flag.UNDEFINE_SOURCE, "undefine it where it was"],
  suspend: [Flag.PAUSED, "leave it suspended at its destination"],
  "copy-storage-all": [Flag.NON_SHARED_DISK, "copy its disks"],
  "copy-storage-inc": [Flag.NON_SHARED_INC, "copy what its disks add to what they are based on"],
  "change-protection": [Flag.CHANGE_PROTECTION, "let nobody change it meanwhile"],
  unsafe: [Flag.UNSAFE, "even if it may do harm"],
  compressed: [Flag.COMPRESSED, "compress what travels"],
  "auto-converge": [Flag.AUTO_CONVERGE, "slow it down until it can be caught up with"],
  "rdma-pin-all": [Flag.RDMA_PIN_ALL, "pin all memory before RDMA"],
  "abort-on-error": [Flag.ABORT_ON_ERROR, "give up on input and output errors"],
  postcopy: [Flag.POSTCOPY, "allow it to run there before all is there"],
  tls: [Flag.TLS, "encrypt what travels"],
  parallel: [Flag.PARALLEL, "over several connections"],
  "copy-storage-synchronous-writes": [
    Flag.NON_SHARED_SYNCHRONOUS_WRITES,
    "have what the guest writes to its disks written at both places",
  ],
  "postcopy-resume": [Flag.POSTCOPY_RESUME, "take up a migration again that failed while it ran there"],
  zerocopy: [Flag.ZEROCOPY, "send memory without copying it first"],
};

/** What migrations are told besides, by the names of libvirt's parameters. */
const PARAMETERS: readonly (readonly [option: string, parameter: string, help: string, type: Kind])[] = [
  ["migrateuri", "migrate_uri", "where the memory travels to", "text"],
  ["graphicsuri", "graphics_uri", "where viewers of its screen go on", "text"],
  ["listen-address", "listen_address", "where the destination waits for the memory", "text"],
  ["dname", "destination_name", "its name at the destination", "text"],
  ["xml", "destination_xml", "file with its document at the destination", "file"],
  ["migrate-disks", "migrate_disks", "which disks are copied, with commas", "list"],
  ["disks-port", "disks_port", "port at which the destination waits for disks", "number"],
  ["disks-uri", "disks_uri", "where the disks travel to", "text"],
  ["comp-methods", "compression", "how what travels is compressed, with commas", "list"],
  ["comp-mt-level", "compression.mt.level", "how much threads compress", "number"],
  ["comp-mt-threads", "compression.mt.threads", "how many threads compress", "number"],
  ["comp-mt-dthreads", "compression.mt.dthreads", "how many threads decompress", "number"],
  ["comp-xbzrle-cache", "compression.xbzrle.cache", "bytes to remember for XBZRLE", "bigint"],
  ["auto-converge-initial", "auto_converge.initial", "percent by which it is slowed down first", "number"],
  ["auto-converge-increment", "auto_converge.increment", "and percent more each time", "number"],
  ["persistent-xml", "persistent_xml", "file with its persistent document at the destination", "file"],
  ["postcopy-bandwidth", "bandwidth.postcopy", "MiB a second once it runs there", "bigint"],
  ["parallel-connections", "parallel.connections", "how many connections", "number"],
  ["bandwidth", "bandwidth", "MiB a second", "bigint"],
  ["tls-destination", "tls.destination", "name in the destination's certificate", "text"],
];
type Kind = "text" | "list" | "file" | "number" | "bigint";

/** Where `--timeout` stands among them. */
const BEFORE_TIMEOUT = 4;

const optionOf = ([name, , help, type]: (typeof PARAMETERS)[number]): Option =>
  data(name, help, false, type === "number" || type === "bigint" ? "number" : "string");

/** `migrate`: moves a domain to another host. */
export const migrate: Command = command({
  options: [
    data("domain", "domain name, id or uuid"),
    data("desturi", "the destination, as this program sees it; with --p2p, as its host sees it"),
    ...PARAMETERS.slice(0, BEFORE_TIMEOUT).map(optionOf),
    data("timeout", "seconds after which something is done, so that it ends", false, "number"),
    ...PARAMETERS.slice(BEFORE_TIMEOUT).map(optionOf),
    ...Object.entries(FLAGS).map(([name, [, help]]) => flag(name, help)),
    flag("postcopy-after-precopy", "let it run there once all memory was sent"),
    flag("timeout-suspend", "then: suspend it (default)"),
    flag("timeout-postcopy", "then: let it run there"),
    flag("verbose", "tell of the progress"),
  ],
  endsItself: true,
  description: "Moves a domain to another host. Ctrl-C cancels it, and the domain goes on where it was.",
  schema: Type.Object({ domain: Type.String(), desturi: Type.String() }),
  run: async (context, args) => {
    const flags = Object.entries(FLAGS).reduce(
      (all, [name, [bits]]) => (args.flag(name) ? all | bits : all),
      0,
    );
    checkOptions(args);
    const domain = await findDomain(context, args);
    const desturi = args.text("desturi");
    const parameters = await parametersOf(args);
    const seconds = args.number("timeout");
    const hurry = (): Promise<void> =>
      args.flag("timeout-postcopy") ? domain.migrateStartPostCopy() : domain.suspend();
    // It may be done by then.
    const timer =
      seconds === undefined
        ? undefined
        : setTimeout(() => void hurry().catch(() => undefined), seconds * 1000);
    const afterPass = args.flag("postcopy-after-precopy");
    let switched = false;
    const onProgress = (stats: TypedParameters): void => {
      if (args.flag("verbose")) show(context, stats);
      if (!afterPass || switched || Number(stats.memory_iteration ?? 0) < 2) return;
      switched = true;
      domain.migrateStartPostCopy().catch(() => undefined);
    };
    const options: MigrateOptions = {
      flags,
      signal: context.terminal.signal,
      ...((args.flag("verbose") || afterPass) && { onProgress }),
    };
    try {
      if (args.flag("p2p") || args.flag("direct")) await domain.migrateToURI3(desturi, parameters, options);
      else {
        await using destination = await connect(desturi);
        await domain.migrate3(destination, parameters, options);
      }
      if (args.flag("verbose")) context.terminal.stderr.write("\rMigration: [100 %]");
    } catch (error) {
      // What went wrong is to begin a line.
      if (args.flag("verbose")) context.terminal.stderr.write("\n");
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return { domain: domain.name, desturi };
  },
  text: () => "",
});

function checkOptions(args: Arguments): void {
  for (const [option, needs] of [
    ["timeout-postcopy", "postcopy"],
    ["postcopy-after-precopy", "postcopy"],
  ] as const) {
    if (args.flag(option) && !args.has(needs)) {
      throw new UsageError(`Option --${needs} is required by option --${option}`);
    }
  }
  if (args.flag("timeout-suspend") && args.flag("timeout-postcopy")) {
    throw new UsageError("Options --timeout-suspend and --timeout-postcopy are mutually exclusive");
  }
  if (args.has("timeout") && !args.flag("live")) {
    throw new UsageError("migrate: Unexpected timeout for offline migration");
  }
  if (!args.has("timeout") && (args.flag("timeout-suspend") || args.flag("timeout-postcopy"))) {
    throw new UsageError("migrate: Unexpected --timeout-* option without --timeout");
  }
}

async function parametersOf(args: Arguments): Promise<TypedParameterValues> {
  const values: Record<string, TypedParameterValue | string[]> = {};
  for (const [option, parameter, , type] of PARAMETERS) {
    const text = args.optional(option);
    if (text === undefined) continue;
    if (type === "text") values[parameter] = text;
    else if (type === "list") values[parameter] = text.split(",");
    else if (type === "file") values[parameter] = await readDocument(args, option);
    else
      values[parameter] = type === "bigint" ? BigInt(args.number(option) ?? 0) : (args.number(option) ?? 0);
  }
  return values;
}

function show({ terminal }: Context, stats: TypedParameters): void {
  const [total, remaining] = [Number(stats.data_total ?? 0), Number(stats.data_remaining ?? 0)];
  const percent = total === 0 ? 0 : Math.floor((1 - remaining / total) * 100);
  terminal.stderr.write(`\rMigration: [${String(percent).padStart(3)} %]`);
}
