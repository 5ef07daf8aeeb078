import { stat } from "node:fs/promises";
import { type TSchema, Type } from "@sinclair/typebox";
import { type StorageVol, StorageVolResizeFlags, StorageVolType } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, named, type Option } from "../command.js";
import { CommandError } from "../command-error.js";
import type { Context } from "../context.js";
import { findPool, findVolume, readDocument } from "../find.js";
import { progress } from "../progress.js";
import { parseSize, prettySize } from "../sizes.js";
import { fields, table } from "../table.js";
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
    options: [VOL, ...(parts.options ?? []), POOL],
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
  options: [VOL, POOL, flag("bytes", "sizes in bytes")],
  schema: ROW,
  run: async (context, args) => await rowOf(await findVolume(context, args)),
  text: ({ name, type, capacity, allocation }, args) => {
    const size = (bytes: bigint): string => (args.flag("bytes") ? `${bytes} bytes` : prettySize(bytes));
    return fields([
      ["Name", name],
      ["Type", type],
      ["Capacity", size(capacity)],
      ["Allocation", size(allocation)],
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
    run: async (context, args) => ({ [key]: await ask(await findVolume(context, args)) }),
    text: (value) => `${value[key] ?? ""}${end}`,
  });
}

export const dumpxml: Command = fact("xml", (volume) => volume.getXMLDesc(), { end: "" });
export const path: Command = fact("path", (volume) => volume.getPath());
export const key: Command = fact("key", (volume) => volume.key);
export const name: Command = fact("name", (volume) => volume.name, { withPool: false });
export const pool: Command = fact("pool", (volume) => volume.pool, { withPool: false });

export const create: Command = command<Changed>({
  options: [
    data("pool", "pool name or uuid"),
    data("file", "file with the volume's document"),
    flag("prealloc-metadata", "allocate what describes the volume"),
  ],
  schema: CHANGED,
  failure: (args) => `Failed to create vol from ${args.text("file")}`,
  run: async (context, args) => {
    const target = await findPool(context, args.text("pool"));
    const flags = args.flag("prealloc-metadata") ? 1 : 0;
    return await changed(await target.storageVolCreateXML(await readDocument(args), { flags }));
  },
  text: (made, args, { options: { quiet } }) =>
    quiet ? "" : `Vol ${made.name} created from ${args.text("file")}\n`,
});

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function sizeOf(text: string): bigint {
  try {
    return parseSize(text, "capacity");
  } catch {
    throw new CommandError(`Malformed size ${text}`);
  }
}

function volumeXml(args: Arguments, volumeName: string, capacity: bigint): string {
  const allocation = args.optional("allocation");
  const format = args.optional("format");
  const backing = args.optional("backing-vol");
  const backingFormat = args.optional("backing-vol-format");
  const formatOf = (which: string | undefined): string =>
    which === undefined ? "" : `<format type="${escapeXml(which)}"/>`;
  return (
    `<volume><name>${escapeXml(volumeName)}</name><capacity>${capacity}</capacity>` +
    (allocation === undefined ? "" : `<allocation>${sizeOf(allocation)}</allocation>`) +
    (format === undefined ? "" : `<target>${formatOf(format)}</target>`) +
    (backing === undefined
      ? ""
      : `<backingStore><path>${escapeXml(backing)}</path>${formatOf(backingFormat)}</backingStore>`) +
    "</volume>"
  );
}

export const createAs: Command = command<Changed>({
  options: [
    data("pool", "pool name or uuid"),
    data("name", "name of the new volume"),
    data("capacity", "its size, with an optional unit"),
    named("allocation", "how much of it to allocate at once"),
    named("format", "format of the file, such as qcow2"),
    named("backing-vol", "volume that it is based on"),
    named("backing-vol-format", "the format of that"),
    flag("prealloc-metadata", "allocate what describes the volume"),
  ],
  schema: CHANGED,
  failure: (args) => `Failed to create vol ${args.text("name")}`,
  run: async (context, args) => {
    const target = await findPool(context, args.text("pool"));
    const xml = volumeXml(args, args.text("name"), sizeOf(args.text("capacity")));
    const flags = args.flag("prealloc-metadata") ? 1 : 0;
    return await changed(await target.storageVolCreateXML(xml, { flags }));
  },
  text: (made, _args, { options: { quiet } }) => (quiet ? "" : `Vol ${made.name} created\n`),
});

export const clone: Command = command<Changed & { readonly from: string }>({
  options: [
    VOL,
    data("newname", "name of the copy"),
    POOL,
    flag("prealloc-metadata", "allocate what describes the volume"),
    flag("reflink", "share the blocks"),
  ],
  schema: Type.Object({ name: Type.String(), path: Type.String(), from: Type.String() }),
  failure: (args) => `Failed to clone vol from ${args.text("vol")}`,
  run: async (context, args) => {
    const volume = await findVolume(context, args);
    const target = await volume.storagePoolLookupByVolume();
    const xml = (await volume.getXMLDesc())
      .replace(/<name>[^<]*<\/name>/, `<name>${escapeXml(args.text("newname"))}</name>`)
      .replace(/<key>[^<]*<\/key>\s*/, "");
    const flags = (args.flag("prealloc-metadata") ? 1 : 0) | (args.flag("reflink") ? 2 : 0);
    const copy = await target.storageVolCreateXMLFrom(xml, volume, { flags });
    return { ...(await changed(copy)), from: volume.name };
  },
  text: (copy, _args, { options: { quiet } }) => (quiet ? "" : `Vol ${copy.name} cloned from ${copy.from}\n`),
});

export const remove: Command = action({
  failure: (args) => `Failed to delete vol ${args.text("vol")}`,
  act: (volume) => volume.delete(),
  done: (volume) => `Vol ${volume} deleted\n`,
});

export const wipe: Command = action({
  options: [named("algorithm", "how: zero, nnsa, dod, bsi, …")],
  failure: (args) => `Failed to wipe vol ${args.text("vol")}`,
  act: (volume) => volume.wipe(),
  done: (volume) => `Vol ${volume} wiped\n`,
});

export const resize: Command = action({
  options: [
    data("capacity", "the new size, with an optional unit"),
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
  done: (volume, args) => `Size of volume '${volume}' successfully changed to ${args.text("capacity")}\n`,
});

const TRANSFER: readonly Option[] = [
  named("offset", "where in the volume to begin", "number"),
  named("length", "how many bytes", "number"),
  flag("sparse", "send holes as holes"),
];

interface Transferred {
  readonly name: string;
  readonly bytes: bigint;
}
const TRANSFERRED: TSchema = Type.Object({ name: Type.String(), bytes: NUMBER });

/** What the options say of a transfer, with a bar that shows how far it is. */
function transfer(
  context: Context,
  args: Arguments,
  what: string,
  total: bigint | undefined,
): {
  readonly options: Parameters<StorageVol["downloadTo"]>[1];
  readonly bar: ReturnType<typeof progress>;
} {
  const bar = progress(context, what, total);
  const size = (name_: string): bigint | undefined => {
    const text = args.optional(name_);
    return text === undefined ? undefined : parseSize(text, name_);
  };
  const options = {
    offset: size("offset"),
    length: size("length"),
    sparse: args.flag("sparse"),
    signal: context.terminal.signal,
    onProgress: ({ transferred }: { readonly transferred: bigint }) => bar.show(transferred),
  };
  return { options, bar };
}

export const upload: Command = command<Transferred>({
  options: [VOL, data("file", "the file to send"), POOL, ...TRANSFER],
  schema: TRANSFERRED,
  endsItself: true,
  failure: (args) => `cannot upload to volume ${args.text("vol")}`,
  run: async (context, args) => {
    const volume = await findVolume(context, args);
    const file = args.text("file");
    const size = await stat(file).then(
      (found) => BigInt(found.size),
      (error: { code?: string }) => {
        const why = error.code === "ENOENT" ? "No such file or directory" : String(error.code);
        throw new CommandError(`cannot read ${file}: ${why}`);
      },
    );
    const { options, bar } = transfer(context, args, `Uploading ${volume.name}`, size);
    try {
      await volume.upload(file, options);
    } finally {
      bar.end();
    }
    return { name: volume.name, bytes: bar.transferred };
  },
  text: () => "",
});

export const download: Command = command<Transferred>({
  options: [VOL, data("file", "the file to write"), POOL, ...TRANSFER],
  schema: TRANSFERRED,
  endsItself: true,
  failure: (args) => `cannot download from volume ${args.text("vol")}`,
  run: async (context, args) => {
    const volume = await findVolume(context, args);
    const { capacity } = await volume.getInfo();
    const { options, bar } = transfer(context, args, `Downloading ${volume.name}`, capacity);
    try {
      await volume.downloadTo(args.text("file"), options);
    } finally {
      bar.end();
    }
    return { name: volume.name, bytes: bar.transferred };
  },
  text: () => "",
});
