import { Type } from "@sinclair/typebox";
import { ConnectListAllStoragePoolsFlags as Filter, type StoragePool } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, type Option } from "../command.js";
import { findPool } from "../find.js";
import { prettySize } from "../sizes.js";
import { fields, table } from "../table.js";
import { UsageError } from "../usage-error.js";
import { byName, type Kind, objectAction, objectFact, objectFromFile, yesNo } from "./objects.js";
import { BUILDING, buildFlags, creationFlags, OVERWRITING } from "./pool-build.js";

const POOL: Kind<StoragePool> = {
  option: "pool",
  title: "Pool",
  help: "pool name or uuid",
  find: (context, args) => findPool(context, args.text("pool")),
};
/** virStoragePoolState, as virsh writes it. */
const STATES = ["inactive", "building", "running", "degraded", "inaccessible"];
const NUMBER = Type.Union([Type.Integer(), Type.String()]);

export const define: Command = objectFromFile(POOL, "define", async (context, xml, args) =>
  (await context.connection()).storagePoolDefineXML(xml, { flags: args.flag("validate") ? 1 : 0 }),
);
export const create: Command = objectFromFile(
  POOL,
  "create",
  async (context, xml, args) =>
    (await context.connection()).storagePoolCreateXML(xml, { flags: creationFlags(args) }),
  BUILDING,
);

/** A command that does something to a pool. */
function act(
  verb: string,
  done: string,
  what: (pool: StoragePool, args: Arguments) => Promise<unknown>,
  options: readonly Option[] = [],
): Command {
  return objectAction(POOL, { verb, options, act: what, done: (name) => `Pool ${name} ${done}` });
}

export const start: Command = act(
  "start",
  "started",
  (pool, args) => pool.create({ flags: creationFlags(args) }),
  BUILDING,
);
export const destroy: Command = act("destroy", "destroyed", (pool) => pool.destroy());
export const undefine: Command = act("undefine", "has been undefined", (pool) => pool.undefine());
export const build: Command = act(
  "build",
  "built",
  (pool, args) => pool.build({ flags: buildFlags(args) }),
  OVERWRITING,
);
export const remove: Command = act("delete", "deleted", (pool) => pool.delete());
export const refresh: Command = act("refresh", "refreshed", (pool) => pool.refresh());
export const autostart: Command = objectAction(POOL, {
  verb: "mark as autostarted",
  options: [flag("disable", "no longer start it with the host")],
  act: (pool, args) => pool.setAutostart(!args.flag("disable")),
  done: (name, args) => `Pool ${name} ${args.flag("disable") ? "un" : ""}marked as autostarted`,
});
export const dumpxml: Command = objectFact(
  POOL,
  "xml",
  (pool, args) => pool.getXMLDesc({ flags: args.flag("inactive") ? 1 : 0 }),
  { options: [flag("inactive", "the persistent definition")], end: "" },
);
export const uuid: Command = objectFact(POOL, "uuid", (pool) => pool.uuid);
export const name: Command = objectFact(POOL, "name", (pool) => pool.name);

interface Details {
  readonly name: string;
  readonly uuid: string;
  readonly state: string;
  readonly persistent: boolean;
  readonly autostart: boolean;
  readonly capacity: bigint;
  readonly allocation: bigint;
  readonly available: bigint;
}

const DETAILS = Type.Object({
  name: Type.String(),
  uuid: Type.String(),
  state: Type.String(),
  persistent: Type.Boolean(),
  autostart: Type.Boolean(),
  capacity: NUMBER,
  allocation: NUMBER,
  available: NUMBER,
});

async function detailsOf(pool: StoragePool): Promise<Details> {
  const [{ state, capacity, allocation, available }, persistent, starts] = await Promise.all([
    pool.getInfo(),
    pool.isPersistent(),
    pool.getAutostart(),
  ]);
  return {
    name: pool.name,
    uuid: pool.uuid,
    state: STATES[state] ?? "unknown",
    persistent,
    autostart: starts,
    capacity,
    allocation,
    available,
  };
}

export const info: Command = command<Details>({
  options: [data("pool", POOL.help), flag("bytes", "sizes in bytes")],
  schema: DETAILS,
  run: async (context, args) => await detailsOf(await POOL.find(context, args)),
  text: (pool, args) => {
    const size = (bytes: bigint): string => (args.flag("bytes") ? String(bytes) : prettySize(bytes));
    const running = pool.state === "running" || pool.state === "degraded";
    return fields([
      ["Name", pool.name],
      ["UUID", pool.uuid],
      ["State", pool.state],
      ["Persistent", yesNo(pool.persistent)],
      ["Autostart", yesNo(pool.autostart)],
      ...(running
        ? ([
            ["Capacity", size(pool.capacity)],
            ["Allocation", size(pool.allocation)],
            ["Available", size(pool.available)],
          ] as const)
        : []),
    ]);
  },
});

export const list: Command = command<readonly Details[]>({
  options: [
    flag("inactive", "list inactive pools"),
    flag("all", "list inactive and active pools"),
    flag("transient", "list transient pools"),
    flag("persistent", "list persistent pools"),
    flag("autostart", "list pools that start with the host"),
    flag("no-autostart", "list pools that do not start with the host"),
    data("type", "only of these types, with commas", false),
    flag("details", "with sizes"),
    flag("uuid", "list UUIDs only"),
    flag("name", "list names only"),
  ],
  schema: Type.Array(DETAILS),
  failure: () => "Failed to list pools",
  run: async (context, args) => {
    const pools = await (await context.connection()).listAllStoragePools({ flags: filters(args) });
    return (await Promise.all(pools.map(detailsOf))).toSorted(byName);
  },
  text: (pools, args, { options: { quiet } }) => {
    // Twenty columns wide, as virsh prints them.
    if (args.flag("name")) return pools.map((pool) => `${pool.name.padEnd(20)}\n`).join("");
    if (args.flag("uuid")) return pools.map((pool) => `${pool.uuid.padEnd(36)}\n`).join("");
    if (args.flag("details")) {
      const sized = (pool: Details, bytes: bigint): string =>
        pool.state === "running" ? prettySize(bytes) : "-";
      const cells = pools.map((pool) => [
        pool.name,
        pool.state,
        yesNo(pool.autostart),
        yesNo(pool.persistent),
        sized(pool, pool.capacity),
        sized(pool, pool.allocation),
        sized(pool, pool.available),
      ]);
      const header = ["Name", "State", "Autostart", "Persistent", "Capacity", "Allocation", "Available"];
      return table(header, cells, quiet);
    }
    const cells = pools.map((pool) => [
      pool.name,
      pool.state === "inactive" ? "inactive" : "active",
      yesNo(pool.autostart),
    ]);
    return table(["Name", "State", "Autostart"], cells, quiet);
  },
});

function filters(args: Arguments): number {
  let flags: number = args.flag("inactive") ? Filter.INACTIVE : Filter.ACTIVE;
  if (args.flag("all")) flags = Filter.INACTIVE | Filter.ACTIVE;
  if (args.flag("persistent")) flags |= Filter.PERSISTENT;
  if (args.flag("transient")) flags |= Filter.TRANSIENT;
  if (args.flag("autostart")) flags |= Filter.AUTOSTART;
  if (args.flag("no-autostart")) flags |= Filter.NO_AUTOSTART;
  for (const type of args.optional("type")?.split(",") ?? []) {
    const bit = (Filter as Readonly<Record<string, number>>)[type.toUpperCase().replaceAll("-", "_")];
    if (bit === undefined || bit < Filter.DIR) throw new UsageError(`Invalid pool type '${type}'`);
    flags |= bit;
  }
  return flags;
}
