import { Type } from "@sinclair/typebox";
import { DomainSnapshotCreateFlags as Create, type Domain } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, named } from "../command.js";
import { CommandError } from "../command-error.js";
import { findDomain, readDocument } from "../find.js";
import { UsageError } from "../usage-error.js";
import { around, attributes, leaf, line } from "../xml-text.js";
import { VALIDATE } from "./objects.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const CREATE = [
  flag("no-metadata", "take it, and keep no record of it"),
  flag("halt", "stop the domain afterwards"),
  flag("disk-only", "of the disks only"),
  flag("reuse-external", "use files that are there"),
  flag("quiesce", "have the guest's file systems rest"),
  flag("atomic", "all or nothing"),
  flag("live", "while the domain runs on"),
];
const CHANGED = Type.Object({ domain: Type.String(), snapshot: Type.String() });
type Changed = { readonly domain: string; readonly snapshot: string };

function createFlags(args: Arguments): number {
  const bits: Readonly<Record<string, number>> = {
    redefine: Create.REDEFINE,
    current: Create.CURRENT,
    "no-metadata": Create.NO_METADATA,
    halt: Create.HALT,
    "disk-only": Create.DISK_ONLY,
    "reuse-external": Create.REUSE_EXT,
    quiesce: Create.QUIESCE,
    atomic: Create.ATOMIC,
    live: Create.LIVE,
    validate: Create.VALIDATE,
  };
  return Object.entries(bits).reduce((all, [name, bit]) => (args.flag(name) ? all | bit : all), 0);
}

async function taken(domain: Domain, xml: string, flags: number): Promise<Changed> {
  const { name } = await domain.snapshotCreateXML(xml, { flags });
  return { domain: domain.name, snapshot: name };
}

export const create: Command = command<Changed>({
  options: [
    DOMAIN,
    data("xmlfile", "file with the snapshot's document", false),
    flag("redefine", "keep a record of one that there is already"),
    flag("current", "with --redefine: the domain goes on from it"),
    VALIDATE,
    ...CREATE,
  ],
  schema: CHANGED,
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const given = args.optional("xmlfile") !== undefined;
    const xml = given ? await readDocument(args, "xmlfile") : "<domainsnapshot/>";
    return await taken(domain, xml, createFlags(args));
  },
  text: ({ snapshot }, args, { options: { quiet } }) => {
    const from = args.optional("xmlfile");
    return quiet ? "" : `Domain snapshot ${snapshot} created${from === undefined ? "" : ` from '${from}'`}`;
  },
});

/** Parts of a text that are separated by commas; two commas stand for one that is part of it. */
function parts(text: string): string[] {
  return text.split(/(?<!,),(?!,)/).map((part) => part.replaceAll(",,", ","));
}

/** Reads `key=value` parts. @throws UsageError for keys that there are not. */
function pairs(
  what: string,
  text: string,
  words: readonly string[],
  keys: readonly string[],
): Map<string, string> {
  return new Map(
    words.map((word) => {
      const at = word.indexOf("=");
      const key = word.slice(0, Math.max(at, 0));
      if (!keys.includes(key)) throw new UsageError(`unable to parse ${what}: ${text}`);
      return [key, word.slice(at + 1)];
    }),
  );
}

function memoryElement(spec: string | undefined): string {
  if (spec === undefined) return "";
  const [first = "", ...more] = parts(spec);
  // The file's name may stand alone.
  const words = first.includes("=") ? [first, ...more] : [`file=${first}`, ...more];
  const given = pairs("memspec", spec, words, ["file", "snapshot"]);
  return leaf(2, "memory", { snapshot: given.get("snapshot"), file: given.get("file") });
}

function diskElement(spec: string): string {
  const [name, ...more] = parts(spec);
  const given = pairs("diskspec", spec, more, ["snapshot", "driver", "file", "stype"]);
  const type = given.get("stype");
  const own = attributes({ name, snapshot: given.get("snapshot"), type });
  const inner =
    leaf(6, "driver", { type: given.get("driver") }) +
    leaf(6, "source", { [type === "block" ? "dev" : "file"]: given.get("file") });
  return inner === "" ? `    <disk${own}/>\n` : `    <disk${own}>\n${inner}    </disk>\n`;
}

export const createAs: Command = command<Changed>({
  options: [
    DOMAIN,
    data("name", "its name", false),
    data("description", "a description", false),
    flag("print-xml", "only print the document"),
    ...CREATE,
    VALIDATE,
    named("memspec", "where memory goes: [file=]PATH[,snapshot=TYPE]"),
    {
      name: "diskspec",
      kind: "rest",
      help: "what becomes of a disk: NAME[,snapshot=TYPE][,driver=TYPE][,stype=TYPE][,file=PATH]",
    },
  ],
  schema: CHANGED,
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const xml =
      "<domainsnapshot>\n" +
      line(2, "name", args.optional("name")) +
      line(2, "description", args.optional("description")) +
      memoryElement(args.optional("memspec")) +
      around(2, "disks", args.rest("diskspec").map(diskElement).join("")) +
      "</domainsnapshot>\n";
    if (args.flag("print-xml")) return { domain: domain.name, snapshot: xml };
    return await taken(domain, xml, createFlags(args));
  },
  text: ({ snapshot }, args, { options: { quiet } }) => {
    if (args.flag("print-xml")) return `${snapshot}\n`;
    return quiet ? "" : `Domain snapshot ${snapshot} created`;
  },
});

interface Current {
  readonly name: string;
  readonly xml: string;
  /** It has become the current one by this. */
  readonly changed: boolean;
}

export const current: Command = command<Current>({
  options: [
    DOMAIN,
    flag("name", "its name only"),
    flag("security-info", "with passwords"),
    data("snapshotname", "make this one the current one", false),
  ],
  schema: Type.Object({ name: Type.String(), xml: Type.String(), changed: Type.Boolean() }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const wanted = args.optional("snapshotname");
    if (wanted !== undefined) {
      if (args.flag("name")) {
        throw new UsageError("Options --name and --snapshotname are mutually exclusive");
      }
      const named_ = await domain.snapshotLookupByName(wanted);
      const document = await named_.getXMLDesc({ flags: 1 });
      await domain.snapshotCreateXML(document, { flags: Create.REDEFINE | Create.CURRENT });
      return { name: wanted, xml: document, changed: true };
    }
    if (!(await domain.hasCurrentSnapshot())) {
      throw new CommandError(`domain '${domain.name}' has no current snapshot`);
    }
    const snapshot = await domain.snapshotCurrent();
    const flags = args.flag("security-info") ? 1 : 0;
    return { name: snapshot.name, xml: await snapshot.getXMLDesc({ flags }), changed: false };
  },
  text: ({ name, xml, changed }, args, { options: { quiet } }) => {
    if (changed) return quiet ? "" : `Snapshot ${name} set as current`;
    return args.flag("name") ? name : xml;
  },
});
