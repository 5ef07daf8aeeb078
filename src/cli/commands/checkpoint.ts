import { Type } from "@sinclair/typebox";
import {
  DomainCheckpointCreateFlags as Create,
  DomainCheckpointListFlags as Filter,
  isLibvirtError,
  DomainCheckpointXMLFlags as Xml,
} from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag } from "../command.js";
import { CommandError } from "../command-error.js";
import { findCheckpoint, findDomain, readDocument } from "../find.js";
import { momentFacts, momentTree } from "../moment-text.js";
import { fields, table } from "../table.js";
import { localTimeWithZone } from "../time-text.js";
import { UsageError } from "../usage-error.js";
import { around, attributes, line } from "../xml-text.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const CHECKPOINT = data("checkpointname", "name of the checkpoint", false);
const QUIESCE = flag("quiesce", "have the guest's file systems rest");
const CHANGED = Type.Object({ domain: Type.String(), checkpoint: Type.String() });
type Changed = { readonly domain: string; readonly checkpoint: string };

function bits(args: Arguments, flags: Readonly<Record<string, number>>): number {
  return Object.entries(flags).reduce((all, [name, bit]) => (args.flag(name) ? all | bit : all), 0);
}

export const create: Command = command<Changed>({
  options: [
    DOMAIN,
    data("xmlfile", "file with the checkpoint's document", false),
    flag("redefine", "keep a record of one that there is already"),
    flag("redefine-validate", "and check it against the disks"),
    QUIESCE,
  ],
  schema: CHANGED,
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const given = args.has("xmlfile");
    const xml = given ? await readDocument(args, "xmlfile") : "<domaincheckpoint/>";
    const { REDEFINE, REDEFINE_VALIDATE, QUIESCE: REST } = Create;
    const flags = bits(args, {
      redefine: REDEFINE,
      "redefine-validate": REDEFINE | REDEFINE_VALIDATE,
      quiesce: REST,
    });
    return { domain: domain.name, checkpoint: (await domain.checkpointCreateXML(xml, { flags })).name };
  },
  text: ({ checkpoint }, args, { options: { quiet } }) => {
    const from = args.optional("xmlfile");
    return quiet
      ? ""
      : `Domain checkpoint ${checkpoint} created${from === undefined ? "" : ` from '${from}'`}`;
  },
});

/** What becomes of one disk: `NAME[,checkpoint=TYPE][,bitmap=NAME]`. */
function diskElement(spec: string): string {
  const [name, ...more] = spec.split(",");
  const given = new Map(more.map((word) => [word.split("=")[0] ?? "", word.slice(word.indexOf("=") + 1)]));
  if ([...given.keys()].some((key) => key !== "checkpoint" && key !== "bitmap")) {
    throw new UsageError(`unable to parse diskspec: ${spec}`);
  }
  return `    <disk${attributes({ name, checkpoint: given.get("checkpoint"), bitmap: given.get("bitmap") })}/>\n`;
}

export const createAs: Command = command<Changed>({
  options: [
    DOMAIN,
    data("name", "its name", false),
    data("description", "a description", false),
    flag("print-xml", "only print the document"),
    QUIESCE,
    {
      name: "diskspec",
      kind: "rest",
      help: "what becomes of a disk: NAME[,checkpoint=TYPE][,bitmap=NAME]",
    },
  ],
  schema: CHANGED,
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const xml =
      "<domaincheckpoint>\n" +
      line(2, "name", args.optional("name")) +
      line(2, "description", args.optional("description")) +
      around(2, "disks", args.rest("diskspec").map(diskElement).join("")) +
      "</domaincheckpoint>\n";
    if (args.flag("print-xml")) return { domain: domain.name, checkpoint: xml };
    const flags = bits(args, { quiesce: Create.QUIESCE });
    return { domain: domain.name, checkpoint: (await domain.checkpointCreateXML(xml, { flags })).name };
  },
  text: ({ checkpoint }, args, { options: { quiet } }) => {
    if (args.flag("print-xml")) return `${checkpoint}\n`;
    return quiet ? "" : `Domain checkpoint ${checkpoint} created`;
  },
});

interface Row {
  readonly name: string;
  readonly created: string;
  readonly parent: string | undefined;
}

export const list: Command = command<readonly Row[]>({
  options: [
    DOMAIN,
    flag("parent", "show the parents"),
    flag("roots", "only those without a parent"),
    flag("leaves", "only those without children"),
    flag("no-leaves", "only those with children"),
    flag("tree", "as a tree"),
    data("from", "only those after this one", false),
    flag("descendants", "with those after them"),
    flag("name", "names only"),
    flag("topological", "parents before their children"),
  ],
  schema: Type.Array(
    Type.Object({
      name: Type.String(),
      created: Type.String(),
      parent: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const { ROOTS, LEAVES, NO_LEAVES, DESCENDANTS, TOPOLOGICAL } = Filter;
    let flags = bits(args, {
      roots: ROOTS,
      leaves: LEAVES,
      "no-leaves": NO_LEAVES,
      topological: TOPOLOGICAL,
    });
    const from = args.optional("from");
    if (from !== undefined && (args.flag("descendants") || args.flag("tree"))) flags |= DESCENDANTS;
    const found =
      from === undefined
        ? await domain.listAllCheckpoints({ flags })
        : await (await domain.checkpointLookupByName(from)).listAllChildren({ flags });
    const rows = await Promise.all(
      found.map(async (checkpoint) => {
        const { created, parent } = momentFacts(await checkpoint.getXMLDesc());
        return { name: checkpoint.name, created: localTimeWithZone(created), parent };
      }),
    );
    return args.flag("topological") ? rows : rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  },
  text: (rows, args, { options: { quiet } }) => {
    if (args.flag("tree")) return momentTree(rows);
    if (args.flag("name")) return rows.map(({ name }) => `${name}\n`).join("");
    const parents = args.flag("parent");
    return table(
      ["Name", "Creation Time", ...(parents ? ["Parent"] : [])],
      rows.map(({ name, created, parent }) => [name, created, ...(parents ? [parent ?? ""] : [])]),
      quiet,
    );
  },
});

export const info: Command = command({
  options: [DOMAIN, CHECKPOINT],
  schema: Type.Object({
    name: Type.String(),
    domain: Type.String(),
    parent: Type.Union([Type.String(), Type.Null()]),
    children: Type.Integer(),
    descendants: Type.Integer(),
  }),
  run: async (context, args) => {
    const { domain, checkpoint } = await findCheckpoint(context, args);
    const [xml, children, descendants] = await Promise.all([
      checkpoint.getXMLDesc(),
      checkpoint.listAllChildren(),
      checkpoint.listAllChildren({ flags: Filter.DESCENDANTS }),
    ]);
    return {
      name: checkpoint.name,
      domain: domain.name,
      parent: momentFacts(xml).parent,
      children: children.length,
      descendants: descendants.length,
    };
  },
  text: (value) =>
    fields([
      ["Name", value.name],
      ["Domain", value.domain],
      ["Parent", value.parent ?? "-"],
      ["Children", String(value.children)],
      ["Descendants", String(value.descendants)],
    ]),
});

export const parent: Command = command({
  options: [DOMAIN, CHECKPOINT],
  schema: Type.Object({ parent: Type.String() }),
  run: async (context, args) => {
    const { checkpoint } = await findCheckpoint(context, args);
    try {
      return { parent: (await checkpoint.getParent()).name };
    } catch (error) {
      if (!isLibvirtError(error, "NO_DOMAIN_CHECKPOINT")) throw error;
      throw new CommandError(`checkpoint '${checkpoint.name}' has no parent`, undefined, { cause: error });
    }
  },
  text: ({ parent: name }) => name,
});

export const dumpxml: Command = command({
  options: [
    DOMAIN,
    CHECKPOINT,
    flag("security-info", "with passwords"),
    flag("no-domain", "without the domain's document"),
    flag("size", "with the size of what has changed since"),
  ],
  schema: Type.Object({ xml: Type.String() }),
  run: async (context, args) => {
    const { checkpoint } = await findCheckpoint(context, args);
    const flags = bits(args, { "security-info": Xml.SECURE, "no-domain": Xml.NO_DOMAIN, size: Xml.SIZE });
    return { xml: await checkpoint.getXMLDesc({ flags }) };
  },
  text: ({ xml }) => xml,
});

export const remove: Command = command<Changed>({
  options: [
    DOMAIN,
    CHECKPOINT,
    flag("children", "with those after it"),
    flag("children-only", "only those after it"),
    flag("metadata", "only the record of it"),
  ],
  schema: CHANGED,
  run: async (context, args) => {
    const { domain, checkpoint } = await findCheckpoint(context, args);
    try {
      await checkpoint.delete({ flags: bits(args, { children: 1, metadata: 2, "children-only": 4 }) });
    } catch (error) {
      throw new CommandError(`Failed to delete checkpoint ${args.optional("checkpointname") ?? ""}`, error);
    }
    return { domain: domain.name, checkpoint: checkpoint.name };
  },
  text: ({ checkpoint }, args, { options: { quiet } }) => {
    if (quiet) return "";
    return `Domain checkpoint ${checkpoint} ${args.flag("children-only") ? "children " : ""}deleted\n`;
  },
});
