import { Type } from "@sinclair/typebox";
import { isLibvirtError } from "../../index.js";
import { type Command, command, data, flag } from "../command.js";
import { CommandError } from "../command-error.js";
import { findDomain, findSnapshot } from "../find.js";
import { momentFacts, momentTree } from "../moment-text.js";
import { fields, table } from "../table.js";
import { localTimeWithZone } from "../time-text.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const SNAPSHOT = data("snapshotname", "name of the snapshot", false);
const CHANGED = Type.Object({ domain: Type.String(), snapshot: Type.String() });
type Changed = { readonly domain: string; readonly snapshot: string };

interface Row {
  readonly name: string;
  readonly created: string;
  readonly state: string;
  readonly parent: string | undefined;
}

const FILTERS: Readonly<Record<string, readonly [bit: number, help: string]>> = {
  roots: [0x1, "only those without a parent"],
  leaves: [0x4, "only those without children"],
  "no-leaves": [0x8, "only those with children"],
  metadata: [0x2, "only those of which there is a record"],
  "no-metadata": [0x10, "only those of which there is none"],
  inactive: [0x20, "only those of a domain that was off"],
  active: [0x40, "only those of a domain that was running"],
  "disk-only": [0x80, "only those of the disks"],
  internal: [0x100, "only those within the disks"],
  external: [0x200, "only those in files of their own"],
};

/** VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL */
const TOPOLOGICAL = 0x400;

export const list: Command = command<readonly Row[]>({
  options: [
    DOMAIN,
    flag("parent", "show the parents"),
    ...Object.entries(FILTERS).map(([name, [, help]]) => flag(name, help)),
    flag("tree", "as a tree"),
    data("from", "only those after this one", false),
    flag("current", "only those after the current one"),
    flag("descendants", "with those after them"),
    flag("name", "names only"),
    flag("topological", "parents before their children"),
  ],
  schema: Type.Array(
    Type.Object({
      name: Type.String(),
      created: Type.String(),
      state: Type.String(),
      parent: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    let flags = Object.entries(FILTERS).reduce(
      (all, [name, [bit]]) => (args.flag(name) ? all | bit : all),
      0,
    );
    const from = args.optional("from");
    const start = args.flag("current")
      ? await domain.snapshotCurrent()
      : from === undefined
        ? undefined
        : await domain.snapshotLookupByName(from);
    if (start !== undefined && args.flag("descendants")) flags |= 1;
    const topological = args.flag("topological");
    if (topological) flags |= TOPOLOGICAL;
    const found =
      start === undefined
        ? await domain.listAllSnapshots({ flags })
        : await start.listAllChildren({ flags: args.flag("tree") ? flags | 1 : flags });
    const rows = await Promise.all(
      found.map(async (snapshot) => {
        const { state, created, parent } = momentFacts(await snapshot.getXMLDesc());
        return { name: snapshot.name, created: localTimeWithZone(created), state, parent };
      }),
    );
    return topological ? rows : rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  },
  text: (rows, args, { options: { quiet } }) => {
    if (args.flag("tree")) return momentTree(rows);
    if (args.flag("name")) return rows.map(({ name }) => `${name}\n`).join("");
    const parents = args.flag("parent");
    const header = ["Name", "Creation Time", "State", ...(parents ? ["Parent"] : [])];
    const cells = rows.map(({ name, created, state, parent }) => [
      name,
      created,
      state,
      ...(parents ? [parent ?? ""] : []),
    ]);
    return table(header, cells, quiet);
  },
});

export const dumpxml: Command = command({
  options: [DOMAIN, data("snapshotname", "name of the snapshot"), flag("security-info", "with passwords")],
  schema: Type.Object({ xml: Type.String() }),
  run: async (context, args) => {
    const { snapshot } = await findSnapshot(context, args);
    return { xml: await snapshot.getXMLDesc({ flags: args.flag("security-info") ? 1 : 0 }) };
  },
  text: ({ xml }) => xml,
});

export const info: Command = command({
  options: [DOMAIN, SNAPSHOT, flag("current", "the current one")],
  schema: Type.Object({
    name: Type.String(),
    domain: Type.String(),
    current: Type.Boolean(),
    state: Type.String(),
    location: Type.String(),
    parent: Type.Union([Type.String(), Type.Null()]),
    children: Type.Integer(),
    descendants: Type.Integer(),
    metadata: Type.Boolean(),
  }),
  run: async (context, args) => {
    const { domain, snapshot } = await findSnapshot(context, args);
    const [current, xml, children, descendants, metadata] = await Promise.all([
      snapshot.isCurrent(),
      snapshot.getXMLDesc(),
      snapshot.numChildren(),
      snapshot.numChildren({ flags: 1 }),
      snapshot.hasMetadata(),
    ]);
    const { state, parent } = momentFacts(xml);
    const external = state === "disk-snapshot" || /<(?:memory|disk) [^>]*snapshot='external'/.test(xml);
    return {
      name: snapshot.name,
      domain: domain.name,
      current,
      state,
      location: external ? "external" : "internal",
      parent,
      children,
      descendants,
      metadata,
    };
  },
  text: (value) =>
    fields([
      ["Name", value.name],
      ["Domain", value.domain],
      ["Current", value.current ? "yes" : "no"],
      ["State", value.state],
      ["Location", value.location],
      ["Parent", value.parent ?? "-"],
      ["Children", String(value.children)],
      ["Descendants", String(value.descendants)],
      ["Metadata", value.metadata ? "yes" : "no"],
    ]),
});

export const parent: Command = command({
  options: [DOMAIN, SNAPSHOT, flag("current", "of the current one")],
  schema: Type.Object({ parent: Type.String() }),
  run: async (context, args) => {
    const { snapshot } = await findSnapshot(context, args);
    try {
      return { parent: (await snapshot.getParent()).name };
    } catch (error) {
      if (!isLibvirtError(error, "NO_DOMAIN_SNAPSHOT")) throw error;
      throw new CommandError(`snapshot '${snapshot.name}' has no parent`, undefined, { cause: error });
    }
  },
  text: ({ parent: name }) => `${name}`,
});

export const revert: Command = command<Changed>({
  options: [
    DOMAIN,
    SNAPSHOT,
    flag("current", "to the current one"),
    flag("running", "and run it"),
    flag("paused", "and leave it paused"),
    flag("force", "even if something may be lost"),
    flag("reset-nvram", "initialise its firmware's variables anew"),
  ],
  schema: CHANGED,
  run: async (context, args) => {
    const { domain, snapshot } = await findSnapshot(context, args);
    const bits: Readonly<Record<string, number>> = { running: 1, paused: 2, force: 4, "reset-nvram": 8 };
    const flags = Object.entries(bits).reduce((all, [name, bit]) => (args.flag(name) ? all | bit : all), 0);
    await snapshot.domainRevertToSnapshot({ flags });
    return { domain: domain.name, snapshot: snapshot.name };
  },
  text: ({ snapshot }, _args, { options: { quiet } }) =>
    quiet ? "" : `Domain snapshot ${snapshot} reverted\n`,
});

export const remove: Command = command<Changed>({
  options: [
    DOMAIN,
    SNAPSHOT,
    flag("current", "the current one"),
    flag("children", "with those after it"),
    flag("children-only", "only those after it"),
    flag("metadata", "only the record of it"),
  ],
  schema: CHANGED,
  failure: (args) => `Failed to delete snapshot ${args.optional("snapshotname") ?? ""}`,
  run: async (context, args) => {
    const found = await findSnapshot(context, args).catch((error: unknown) => {
      throw isLibvirtError(error) ? new CommandError(error.message, undefined, { cause: error }) : error;
    });
    const bits: Readonly<Record<string, number>> = { children: 1, metadata: 2, "children-only": 4 };
    const flags = Object.entries(bits).reduce((all, [name, bit]) => (args.flag(name) ? all | bit : all), 0);
    await found.snapshot.delete({ flags });
    return { domain: found.domain.name, snapshot: found.snapshot.name };
  },
  text: ({ snapshot }, args, { options: { quiet } }) => {
    if (quiet) return "";
    return `Domain snapshot ${snapshot} ${args.flag("children-only") ? "children " : ""}deleted\n`;
  },
});
