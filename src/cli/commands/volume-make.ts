import { type TSchema, Type } from "@sinclair/typebox";
import { isLibvirtError, type StoragePool, type StorageVol, StorageVolCreateFlags } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag } from "../command.js";
import { CommandError } from "../command-error.js";
import type { Context } from "../context.js";
import { findPool, findVolume, readDocument } from "../find.js";
import { parseSize } from "../sizes.js";
import { around, escapeXml, leaf, line } from "../xml-text.js";
import { VALIDATE } from "./objects.js";

const POOL = data("pool", "pool name or uuid");
const PREALLOC = flag("prealloc-metadata", "allocate what describes the volume");
const REFLINK = flag("reflink", "share the blocks");
const PRINT = flag("print-xml", "only print the document");
const CHANGED: TSchema = Type.Object({ name: Type.String(), path: Type.String() });
type Changed = { readonly name: string; readonly path: string };
/** The document instead, with `--print-xml`. */
type Printed = { readonly xml: string };
const CHANGED_OR_XML: TSchema = Type.Union([CHANGED, Type.Object({ xml: Type.String() })]);

const changed = async (volume: StorageVol): Promise<Changed> => ({
  name: volume.name,
  path: await volume.getPath(),
});

/** virStorageVolCreateFlags. */
function creationFlags(args: Arguments): number {
  let flags = args.flag("prealloc-metadata") ? StorageVolCreateFlags.PREALLOC_METADATA : 0;
  if (args.flag("reflink")) flags |= StorageVolCreateFlags.REFLINK;
  if (args.flag("validate")) flags |= StorageVolCreateFlags.VALIDATE;
  return flags;
}

export const create: Command = command<Changed>({
  options: [POOL, data("file", "file with the volume's document"), PREALLOC, VALIDATE],
  schema: CHANGED,
  failure: (args) => `Failed to create vol from ${args.text("file")}`,
  run: async (context, args) => {
    const target = await findPool(context, args.text("pool"));
    const xml = await readDocument(args);
    return await changed(await target.storageVolCreateXML(xml, { flags: creationFlags(args) }));
  },
  text: (made, args, { options: { quiet } }) =>
    quiet ? "" : `Vol ${made.name} created from ${args.text("file")}\n`,
});

export const createFrom: Command = command<Changed & { readonly from: string }>({
  options: [
    POOL,
    data("file", "file with the volume's document"),
    data("vol", "the volume to copy: name, key or path"),
    data("inputpool", "name or uuid of that volume's pool", false),
    PREALLOC,
    REFLINK,
    VALIDATE,
  ],
  schema: Type.Object({ name: Type.String(), path: Type.String(), from: Type.String() }),
  failure: (args) => `Failed to create vol from ${args.text("file")}`,
  run: async (context, args) => {
    const target = await findPool(context, args.text("pool"));
    const source = await findVolume(context, args, "vol", "inputpool");
    const xml = await readDocument(args);
    const made = await target.storageVolCreateXMLFrom(xml, source, { flags: creationFlags(args) });
    return { ...(await changed(made)), from: source.name };
  },
  text: (made, _args, { options: { quiet } }) =>
    quiet ? "" : `Vol ${made.name} created from input vol ${made.from}\n`,
});

function sizeOf(text: string): bigint {
  try {
    return parseSize(text, "capacity");
  } catch {
    throw new CommandError(`Malformed size ${text}`);
  }
}

/** Where a volume is that another is based on: a name in the same pool, or a key or path anywhere. */
async function backingPath(context: Context, pool: StoragePool, wanted: string): Promise<string> {
  const conn = await context.connection();
  const ways = [
    () => pool.storageVolLookupByName(wanted),
    () => conn.storageVolLookupByKey(wanted),
    () => conn.storageVolLookupByPath(wanted),
  ];
  let missing: unknown;
  for (const way of ways) {
    try {
      return await (await way()).getPath();
    } catch (error) {
      if (!isLibvirtError(error)) throw error;
      missing = error;
    }
  }
  throw new CommandError(`failed to get vol '${wanted}'`, missing);
}

function volumeXml(args: Arguments, backing: string | undefined): string {
  const capacity = sizeOf(args.text("capacity"));
  const allocation = args.optional("allocation");
  const formatOf = (name: string): string => leaf(4, "format", { type: args.optional(name) });
  return (
    "<volume>\n" +
    line(2, "name", args.text("name")) +
    line(2, "capacity", String(capacity)) +
    line(2, "allocation", allocation === undefined ? undefined : String(sizeOf(allocation))) +
    around(2, "target", formatOf("format")) +
    (backing === undefined
      ? ""
      : around(2, "backingStore", line(4, "path", backing) + formatOf("backing-vol-format"))) +
    "</volume>\n"
  );
}

export const createAs: Command = command<Changed | Printed>({
  options: [
    POOL,
    data("name", "name of the new volume"),
    data("capacity", "its size, with an optional unit"),
    data("allocation", "how much of it to allocate at once", false),
    data("format", "format of the file, such as qcow2", false),
    data("backing-vol", "volume that it is based on", false),
    data("backing-vol-format", "the format of that", false),
    PREALLOC,
    PRINT,
  ],
  schema: CHANGED_OR_XML,
  failure: (args) => `Failed to create vol ${args.text("name")}`,
  run: async (context, args) => {
    const target = await findPool(context, args.text("pool"));
    const wanted = args.optional("backing-vol");
    const backing = wanted === undefined ? undefined : await backingPath(context, target, wanted);
    const xml = volumeXml(args, backing);
    if (args.flag("print-xml")) return { xml };
    return await changed(await target.storageVolCreateXML(xml, { flags: creationFlags(args) }));
  },
  text: (made, _args, { options: { quiet } }) =>
    "xml" in made ? made.xml : quiet ? "" : `Vol ${made.name} created\n`,
});

export const clone: Command = command<(Changed & { readonly from: string }) | Printed>({
  options: [
    data("vol", "volume name, key or path"),
    data("newname", "name of the copy"),
    data("pool", POOL.help, false),
    PREALLOC,
    REFLINK,
    PRINT,
  ],
  schema: Type.Union([
    Type.Object({ name: Type.String(), path: Type.String(), from: Type.String() }),
    Type.Object({ xml: Type.String() }),
  ]),
  failure: (args) => `Failed to clone vol from ${args.text("vol")}`,
  run: async (context, args) => {
    const volume = await findVolume(context, args);
    const target = await volume.storagePoolLookupByVolume();
    const xml = (await volume.getXMLDesc()).replace(
      /<name>[^<]*<\/name>/,
      `<name>${escapeXml(args.text("newname"))}</name>`,
    );
    if (args.flag("print-xml")) return { xml: xml.trimEnd().replace(/='([^'"]*)'/g, '="$1"') };
    const copy = await target.storageVolCreateXMLFrom(xml, volume, { flags: creationFlags(args) });
    return { ...(await changed(copy)), from: volume.name };
  },
  text: (copy, _args, { options: { quiet } }) =>
    "xml" in copy ? copy.xml : quiet ? "" : `Vol ${copy.name} cloned from ${copy.from}\n`,
});
