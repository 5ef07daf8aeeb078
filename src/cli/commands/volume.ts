import { type TSchema, Type } from "@sinclair/typebox";
import {
  type StorageVol,
  StorageVolDeleteFlags,
  StorageVolInfoFlags,
  StorageVolResizeFlags,
  StorageVolType,
  StorageVolWipeAlgorithm,
} from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, type Option } from "../command.js";
import type { Context } from "../context.js";
import { findPool, findVolume } from "../find.js";
import { parseSize, prettySize } from "../sizes.js";
import { fields, table } from "../table.js";
import { UsageError } from "../usage-error.js";
import { byName } from "./objects.js";

const VOL = data("vol", "volume name, key or path");
const POOL = data("pool", "pool name or uuid", false);
const NUMBER = Type.Union([Type.Integer(), Type.String()]);
const CHANGED: TSchema = Type.Object({ name: Type.String(), path: Type.String() });
type Changed = { readonly name: string; readonly path: string };

const TYPES: Readonly<Record<number, string>> = {
  [StorageVolType.FILE]: "file",
  [StorageVolType.BLOCK]: "block",
  [StorageVolType.DIR]: "dir",
  [StorageVolType.NETWORK]: "net",
  [StorageVolType.NETDIR]: "netdir",
  [StorageVolType.PLOOP]: "ploop",
};

/** virStorageVolWipeAlgorithm, by virsh's names. */
const ALGORITHMS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries<number>(StorageVolWipeAlgorithm).map(([key_, value]) => [
    key_.toLowerCase().replaceAll("_", ""),
    value,
  ]),
);

const changed = async (volume: StorageVol): Promise<Changed> => ({
  name: volume.name,
  path: await volume.getPath(),
});

/** A command that does something to a volume. */
function action(parts: {
  readonly options?: readonly Option[];
  readonly failure: (args: Arguments) => string;
  readonly act: (volume: StorageVol, args: Arguments, context: Context) => Promise<unknown>;
  readonly done: (name: string, args: Arguments) => string;
}): Command {
  return command<Changed>({
    options: [VOL, ...(parts.options ?? [])],
    schema: CHANGED,
    failure: parts.failure,
    run: async (context, args) => {
      const volume = await findVolume(context, args);
      const before = await changed(volume);
      await parts.act(volume, args, context);
      return before;
    },
    text: ({ name }, args, { options: { quiet } }) => (quiet ? "" : parts.done(name, args)),
  });
}

interface Row {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly capacity: bigint;
  readonly allocation: bigint;
}

const ROW = Type.Object({
  name: Type.String(),
  path: Type.String(),
  type: Type.String(),
  capacity: NUMBER,
  allocation: NUMBER,
});

async function rowOf(volume: StorageVol): Promise<Row> {
  const [path, { type, capacity, allocation }] = await Promise.all([volume.getPath(), volume.getInfo()]);
  return { name: volume.name, path, type: TYPES[type] ?? "unknown", capacity, allocation };
}

export const list: Command = command<readonly Row[]>({
  options: [data("pool", "pool name or uuid"), flag("details", "with sizes")],
  schema: Type.Array(ROW),
  failure: () => "Failed to list volumes",
  run: async (context, args) => {
    const volumes = await (await findPool(context, args.text("pool"))).listAllVolumes();
    return (await Promise.all(volumes.map(rowOf))).toSorted(byName);
  },
  text: (rows, args, { options: { quiet } }) => {
    if (!args.flag("details"))
      return table(
        ["Name", "Path"],
        rows.map((row) => [row.name, row.path]),
        quiet,
      );
    const cells = rows.map((row) => [
      row.name,
      row.path,
      row.type,
      prettySize(row.capacity),
      prettySize(row.allocation),
    ]);
    return table(["Name", "Path", "Type", "Capacity", "Allocation"], cells, quiet);
  },
});

export const info: Command = command<Row>({
  options: [
    VOL,
    POOL,
    flag("bytes", "sizes in bytes"),
    flag("physical", "how much room it takes, instead of how much is allocated"),
  ],
  schema: ROW,
  run: async (context, args) => {
    const volume = await findVolume(context, args);
    if (!args.flag("physical")) return await rowOf(volume);
    const { type, capacity, allocation } = await volume.getInfoFlags({
      flags: StorageVolInfoFlags.GET_PHYSICAL,
    });
    return {
      name: volume.name,
      path: await volume.getPath(),
      type: TYPES[type] ?? "unknown",
      capacity,
      allocation,
    };
  },
  text: ({ name, type, capacity, allocation }, args) => {
    const size = (bytes: bigint): string => (args.flag("bytes") ? `${bytes} bytes` : prettySize(bytes));
    return fields([
      ["Name", name],
      ["Type", type],
      ["Capacity", size(capacity)],
      [args.flag("physical") ? "Physical" : "Allocation", size(allocation)],
    ]);
  },
});

/** A command that prints one fact of a volume. */
function fact(
  key: string,
  ask: (volume: StorageVol) => string | Promise<string>,
  { withPool = true, end = "\n" }: { readonly withPool?: boolean; readonly end?: string } = {},
): Command {
  return command<Record<string, string>>({
    options: withPool ? [VOL, POOL] : [VOL],
    schema: Type.Object({ [key]: Type.String() }),
    run: async (context, args) => ({
      [key]: await ask(await findVolume(context, args, "vol", withPool ? "pool" : "")),
    }),
    text: (value) => `${value[key] ?? ""}${end}`,
  });
}

export const dumpxml: Command = fact("xml", (volume) => volume.getXMLDesc(), { end: "" });
export const path: Command = fact("path", (volume) => volume.getPath());
export const key: Command = fact("key", (volume) => volume.key);
export const name: Command = fact("name", (volume) => volume.name, { withPool: false });

export const pool: Command = command({
  options: [VOL, flag("uuid", "its UUID instead of its name")],
  schema: Type.Object({ pool: Type.String(), uuid: Type.String() }),
  run: async (context, args) => {
    const volume = await findVolume(context, args, "vol", "");
    const { name: poolName, uuid } = await volume.storagePoolLookupByVolume();
    return { pool: poolName, uuid };
  },
  text: ({ pool: poolName, uuid }, args) => `${args.flag("uuid") ? uuid : poolName}\n`,
});

export const remove: Command = action({
  options: [POOL, flag("delete-snapshots", "with its snapshots")],
  failure: (args) => `Failed to delete vol ${args.text("vol")}`,
  act: (volume, args) =>
    volume.delete({ flags: args.flag("delete-snapshots") ? StorageVolDeleteFlags.WITH_SNAPSHOTS : 0 }),
  done: (volume) => `Vol ${volume} deleted\n`,
});

export const wipe: Command = action({
  options: [POOL, data("algorithm", `how: ${Object.keys(ALGORITHMS).join(", ")}`, false)],
  failure: (args) => `Failed to wipe vol ${args.text("vol")}`,
  act: (volume, args) => {
    const name_ = args.optional("algorithm") ?? "zero";
    const algorithm = ALGORITHMS[name_];
    if (algorithm === undefined) throw new UsageError(`Unsupported algorithm '${name_}'`);
    return algorithm === StorageVolWipeAlgorithm.ZERO ? volume.wipe() : volume.wipePattern(algorithm);
  },
  done: (volume) => `Vol ${volume} wiped\n`,
});

export const resize: Command = action({
  options: [
    data("capacity", "the new size, with an optional unit"),
    POOL,
    flag("allocate", "allocate what is added"),
    flag("delta", "the size is a difference"),
    flag("shrink", "let it become smaller"),
  ],
  failure: (args) => `Failed to change size of volume '${args.text("vol")}' to ${args.text("capacity")}`,
  act: (volume, args) => {
    const text = args.text("capacity");
    const { ALLOCATE, DELTA, SHRINK } = StorageVolResizeFlags;
    let flags = 0;
    if (args.flag("allocate")) flags |= ALLOCATE;
    if (args.flag("delta") || text.startsWith("-")) flags |= DELTA;
    if (args.flag("shrink") || text.startsWith("-")) flags |= SHRINK;
    return volume.resize(parseSize(text.replace(/^-/, ""), "capacity"), { flags });
  },
  done: (volume, args) => {
    const how = args.flag("delta") ? "by" : "to";
    return `Size of volume '${volume}' successfully changed ${how} ${args.text("capacity")}\n`;
  },
});
