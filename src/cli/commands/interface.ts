import { type TSchema, Type } from "@sinclair/typebox";
import {
  type Connection,
  ConnectListAllInterfacesFlags as Filter,
  type Interface,
  isLibvirtError,
} from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag } from "../command.js";
import { CommandError } from "../command-error.js";
import type { Context } from "../context.js";
import { findInterface, readDocument } from "../find.js";
import { table } from "../table.js";
import { byName, VALIDATE } from "./objects.js";

const INTERFACE = data("interface", "interface name or hardware address");
const CHANGED: TSchema = Type.Object({ name: Type.String(), mac: Type.String() });
type Changed = { readonly name: string; readonly mac: string };

interface Row extends Changed {
  readonly active: boolean;
}

export const list: Command = command<readonly Row[]>({
  options: [flag("inactive", "list inactive interfaces"), flag("all", "list inactive and active interfaces")],
  schema: Type.Array(Type.Object({ name: Type.String(), mac: Type.String(), active: Type.Boolean() })),
  failure: () => "Failed to list interfaces",
  run: async (context, args) => {
    let flags: number = args.flag("inactive") ? Filter.INACTIVE : Filter.ACTIVE;
    if (args.flag("all")) flags = Filter.INACTIVE | Filter.ACTIVE;
    const found = await (await context.connection()).listAllInterfaces({ flags });
    const rows = await Promise.all(
      found.map(async (each) => ({ name: each.name, mac: each.mac, active: await each.isActive() })),
    );
    return rows.toSorted(byName);
  },
  text: (rows, _args, { options: { quiet } }) =>
    table(
      ["Name", "State", "MAC Address"],
      rows.map(({ name, mac, active }) => [name, active ? "active" : "inactive", mac]),
      quiet,
    ),
});

/** A command that does something to an interface. */
function action(verb: string, done: string, act: (each: Interface) => Promise<unknown>): Command {
  return command<Changed>({
    options: [INTERFACE],
    schema: CHANGED,
    failure: (args) => `Failed to ${verb} interface ${args.text("interface")}`,
    run: async (context, args) => {
      const found = await findInterface(context, args);
      const { name, mac } = found;
      await act(found);
      return { name, mac };
    },
    text: ({ name }, _args, { options: { quiet } }) => (quiet ? "" : `Interface ${name} ${done}\n`),
  });
}

export const start: Command = action("start", "started", (each) => each.create());
export const destroy: Command = action("destroy", "destroyed", (each) => each.destroy());
export const undefine: Command = action("undefine", "undefined", (each) => each.undefine());

/** A command that prints one fact of an interface. */
function fact(key: string, ask: (each: Interface) => string): Command {
  return command<Record<string, string>>({
    options: [INTERFACE],
    schema: Type.Object({ [key]: Type.String() }),
    run: async (context, args) => ({ [key]: ask(await findInterface(context, args)) }),
    text: (value) => `${value[key] ?? ""}\n`,
  });
}

export const name: Command = command({
  options: [data("interface", "hardware address of the interface")],
  schema: Type.Object({ name: Type.String() }),
  run: async (context, args) => {
    const wanted = args.text("interface");
    try {
      return { name: (await (await context.connection()).interfaceLookupByMACString(wanted)).name };
    } catch (error) {
      if (!isLibvirtError(error)) throw error;
      throw new CommandError(`failed to get interface '${wanted}'`, undefined, { cause: error });
    }
  },
  text: ({ name: found }) => `${found}\n`,
});
export const mac: Command = fact("mac", (each) => each.mac);

export const dumpxml: Command = command({
  options: [INTERFACE, flag("inactive", "the persistent definition")],
  schema: Type.Object({ xml: Type.String() }),
  run: async (context, args) => {
    const found = await findInterface(context, args);
    return { xml: await found.getXMLDesc({ flags: args.flag("inactive") ? 1 : 0 }) };
  },
  text: ({ xml }) => xml,
});

export const define: Command = command<Changed>({
  options: [data("file", "file with the interface's document"), VALIDATE],
  schema: CHANGED,
  failure: (args) => `Failed to define interface from ${args.text("file")}`,
  run: async (context, args) => {
    const conn = await context.connection();
    const flags = args.flag("validate") ? 1 : 0;
    const made = await conn.interfaceDefineXML(await readDocument(args), { flags });
    return { name: made.name, mac: made.mac };
  },
  text: (made, args, { options: { quiet } }) =>
    quiet ? "" : `Interface ${made.name} defined from ${args.text("file")}\n`,
});

/** A command about the changes that can be taken back. */
function transaction(verb: string, done: string, act: (conn: Connection) => Promise<unknown>): Command {
  return command({
    options: [],
    schema: Type.Object({ done: Type.String() }),
    failure: () => `Failed to ${verb} network config change transaction`,
    run: async (context: Context, _args: Arguments) => {
      await act(await context.connection());
      return { done };
    },
    text: (_value, _args, { options: { quiet } }) =>
      quiet ? "" : `Network config change transaction ${done}\n`,
  });
}

export const begin: Command = transaction("begin", "started", (conn) => conn.interfaceChangeBegin());
export const commit: Command = transaction("commit", "committed", (conn) => conn.interfaceChangeCommit());
export const rollback: Command = transaction("rollback", "rolled back", (conn) =>
  conn.interfaceChangeRollback(),
);
