import { Type } from "@sinclair/typebox";
import {
  connect,
  DomainMigrateFlags as Flag,
  type MigrateOptions,
  type TypedParameters,
} from "../../index.js";
import { type Command, command, data, flag, named } from "../command.js";
import type { Context } from "../context.js";
import { findDomain } from "../find.js";

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
};

/** `migrate`: moves a domain to another host. */
export const migrate: Command = command({
  options: [
    data("domain", "domain name, id or uuid"),
    data("desturi", "the destination, as this program sees it; with --p2p, as its host sees it"),
    data("migrateuri", "where the memory travels to", false),
    data("dname", "its name at the destination", false),
    ...Object.entries(FLAGS).map(([name, [, help]]) => flag(name, help)),
    named("timeout", "seconds after which it is suspended, so that it gets done", "number"),
    named("bandwidth", "MiB a second", "number"),
    flag("verbose", "tell of the progress"),
  ],
  endsItself: true,
  description: "Moves a domain to another host. Ctrl-C cancels it, and the domain goes on where it was.",
  schema: Type.Object({ domain: Type.String(), desturi: Type.String() }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const desturi = args.text("desturi");
    const flags = Object.entries(FLAGS).reduce(
      (all, [name, [bits]]) => (args.flag(name) ? all | bits : all),
      0,
    );
    const seconds = args.number("timeout");
    const timer =
      seconds === undefined
        ? undefined
        : setTimeout(() => {
            // It may be done by now.
            domain.suspend().catch(() => undefined);
          }, seconds * 1000);
    const options: MigrateOptions = {
      flags,
      signal: context.terminal.signal,
      ...(args.flag("verbose") && { onProgress: (stats) => show(context, stats) }),
    };
    try {
      const [uri, dname] = [args.optional("migrateuri"), args.optional("dname")];
      const bandwidth = BigInt(args.number("bandwidth") ?? 0);
      if (args.flag("p2p") || args.flag("direct")) {
        await domain.migrateToURI3(desturi, parameters(uri, dname, bandwidth), options);
      } else {
        await using destination = await connect(desturi);
        await domain.migrate(destination, dname, uri, bandwidth, options);
      }
    } finally {
      clearTimeout(timer);
      if (args.flag("verbose")) context.terminal.stderr.write("\n");
    }
    return { domain: domain.name, desturi };
  },
  text: () => "",
});

function parameters(
  uri: string | undefined,
  dname: string | undefined,
  bandwidth: bigint,
): Record<string, string | bigint> {
  return {
    ...(uri !== undefined && { migrate_uri: uri }),
    ...(dname !== undefined && { destination_name: dname }),
    ...(bandwidth > 0n && { bandwidth }),
  };
}

function show({ terminal }: Context, stats: TypedParameters): void {
  const [total, remaining] = [Number(stats.data_total ?? 0), Number(stats.data_remaining ?? 0)];
  const percent = total === 0 ? 0 : Math.floor((1 - remaining / total) * 100);
  terminal.stderr.write(`\rMigration: [${String(percent).padStart(3)} %]`);
}
