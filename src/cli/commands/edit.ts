import { Type } from "@sinclair/typebox";
import {
  DomainCheckpointCreateFlags,
  DomainCheckpointXMLFlags,
  DomainDefineFlags,
  DomainSnapshotCreateFlags,
  isLibvirtError,
  DomainXMLFlags as Xml,
} from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, type Option } from "../command.js";
import { CommandError } from "../command-error.js";
import type { Context } from "../context.js";
import { editUntilDone } from "../editor.js";
import {
  findCheckpoint,
  findDomain,
  findFilter,
  findInterface,
  findNetwork,
  findPool,
  findSnapshot,
} from "../find.js";

interface Edited {
  readonly name: string;
  readonly changed: boolean;
}

/** An object whose document is changed. */
interface Editable {
  readonly name: string;
  document(): Promise<string>;
  /** Makes it what the document says; gives the name that it has then. */
  redefine(xml: string): Promise<string>;
}

interface Edit {
  readonly options: readonly Option[];
  readonly find: (context: Context, args: Arguments) => Promise<Editable>;
  /** What is said afterwards. */
  readonly edited: (name: string) => string;
  readonly unchanged: (name: string) => string;
}

function edit({ options, find, edited, unchanged }: Edit): Command {
  return command<Edited>({
    options,
    schema: Type.Object({ name: Type.String(), changed: Type.Boolean() }),
    // Ctrl-C is the editor's.
    endsItself: true,
    run: async (context, args) => {
      const object = await find(context, args);
      const before = await object.document();
      const name = await editUntilDone(context, ".xml", before, async (xml) => {
        if ((await object.document()) !== before) {
          throw new CommandError("the document was changed by somebody else meanwhile");
        }
        return await object.redefine(xml);
      });
      return { name: name ?? object.name, changed: name !== undefined };
    },
    text: ({ name, changed }, _args, { options: { quiet } }) =>
      quiet ? "" : `${changed ? edited(name) : unchanged(name)}\n`,
  });
}

/** The persistent document, or the only one where a driver does not tell them apart. */
async function persistent(ask: (flags: number) => Promise<string>, inactive: number): Promise<string> {
  try {
    return await ask(inactive);
  } catch (error) {
    if (!isLibvirtError(error, "INVALID_ARG")) throw error;
    return await ask(0);
  }
}

export const domainEdit: Command = edit({
  options: [
    data("domain", "domain name, id or uuid"),
    flag("skip-validate", "do not check it against the schema"),
  ],
  find: async (context, args) => {
    const conn = await context.connection();
    const domain = await findDomain(context, args);
    const flags = Xml.SECURE | (domain.id >= 0 && !(await domain.isPersistent()) ? 0 : Xml.INACTIVE);
    return {
      name: domain.name,
      document: () => domain.getXMLDesc({ flags }),
      redefine: async (xml) => {
        const validate = args.flag("skip-validate") ? 0 : DomainDefineFlags.VALIDATE;
        return (await conn.domainDefineXMLFlags(xml, { flags: validate })).name;
      },
    };
  },
  edited: (name) => `Domain '${name}' XML configuration edited.`,
  unchanged: (name) => `Domain '${name}' XML configuration not changed.`,
});

export const networkEdit: Command = edit({
  options: [data("network", "network name or uuid")],
  find: async (context, args) => {
    const conn = await context.connection();
    const network = await findNetwork(context, args);
    return {
      name: network.name,
      document: () => persistent((flags) => network.getXMLDesc({ flags }), 1),
      redefine: async (xml) => (await conn.networkDefineXML(xml)).name,
    };
  },
  edited: (name) => `Network ${name} XML configuration edited.`,
  unchanged: (name) => `Network ${name} XML configuration not changed.`,
});

export const poolEdit: Command = edit({
  options: [data("pool", "pool name or uuid")],
  find: async (context, args) => {
    const conn = await context.connection();
    const pool = await findPool(context, args.text("pool"));
    return {
      name: pool.name,
      document: () => persistent((flags) => pool.getXMLDesc({ flags }), 1),
      redefine: async (xml) => (await conn.storagePoolDefineXML(xml)).name,
    };
  },
  edited: (name) => `Pool ${name} XML configuration edited.`,
  unchanged: (name) => `Pool ${name} XML configuration not changed.`,
});

export const interfaceEdit: Command = edit({
  options: [data("interface", "interface name or hardware address")],
  find: async (context, args) => {
    const conn = await context.connection();
    const found = await findInterface(context, args);
    return {
      name: found.name,
      document: () => persistent((flags) => found.getXMLDesc({ flags }), 1),
      redefine: async (xml) => (await conn.interfaceDefineXML(xml)).name,
    };
  },
  edited: (name) => `Interface ${name} XML configuration edited.`,
  unchanged: (name) => `Interface ${name} XML configuration not changed.`,
});

export const filterEdit: Command = edit({
  options: [data("nwfilter", "network filter name or uuid")],
  find: async (context, args) => {
    const conn = await context.connection();
    const filter = await findFilter(context, args);
    return {
      name: filter.name,
      document: () => filter.getXMLDesc(),
      redefine: async (xml) => (await conn.nwFilterDefineXML(xml)).name,
    };
  },
  edited: (name) => `Network filter ${name} XML configuration edited.`,
  unchanged: (name) => `Network filter ${name} XML configuration not changed.`,
});

const { REDEFINE, CURRENT } = DomainSnapshotCreateFlags;
/** VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY */
const METADATA_ONLY = 2;

export const snapshotEdit: Command = edit({
  options: [
    data("domain", "domain name, id or uuid"),
    data("snapshotname", "name of the snapshot", false),
    flag("current", "the current one; with a name: make that the current one, too"),
    flag("rename", "allow it to get another name"),
    flag("clone", "keep the old one, too, if the name is changed"),
  ],
  find: async (context, args) => {
    const { domain, snapshot } = await findSnapshot(context, args);
    const flags = REDEFINE | (args.flag("current") ? CURRENT : 0);
    return {
      name: snapshot.name,
      document: () => snapshot.getXMLDesc({ flags: 1 }),
      redefine: async (xml) => {
        const made = await domain.snapshotCreateXML(xml, { flags });
        if (made.name !== snapshot.name && !args.flag("clone")) {
          const wrong = args.flag("rename") ? snapshot : made;
          await wrong.delete({ flags: METADATA_ONLY }).catch((error: unknown) => {
            throw new CommandError(`Failed to clean up ${wrong.name}`, error);
          });
          if (wrong === made) {
            throw new CommandError(`must use --rename or --clone to change ${snapshot.name} to ${made.name}`);
          }
        }
        return made.name;
      },
    };
  },
  edited: (name) => `Snapshot ${name} edited.`,
  unchanged: (name) => `Snapshot ${name} XML configuration not changed.`,
});

export const checkpointEdit: Command = edit({
  options: [
    data("domain", "domain name, id or uuid"),
    data("checkpointname", "name of the checkpoint", false),
  ],
  find: async (context, args) => {
    const { domain, checkpoint } = await findCheckpoint(context, args);
    return {
      name: checkpoint.name,
      document: () => checkpoint.getXMLDesc({ flags: DomainCheckpointXMLFlags.SECURE }),
      redefine: async (xml) => {
        const flags = DomainCheckpointCreateFlags.REDEFINE;
        return (await domain.checkpointCreateXML(xml, { flags })).name;
      },
    };
  },
  edited: (name) => `Checkpoint ${name} edited.`,
  unchanged: (name) => `Checkpoint ${name} XML configuration not changed.`,
});
