import { Type } from "@sinclair/typebox";
import type { NetworkPort } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag } from "../command.js";
import { CommandError } from "../command-error.js";
import type { Context } from "../context.js";
import { findNetwork, readDocument } from "../find.js";
import { table } from "../table.js";
import { VALIDATE } from "./objects.js";

const NETWORK = data("network", "network name or uuid");
const PORT = data("port", "uuid of the port");
const CHANGED = Type.Object({ uuid: Type.String() });

async function findPort(context: Context, args: Arguments): Promise<NetworkPort> {
  const network = await findNetwork(context, args);
  const wanted = args.text("port");
  try {
    return await network.portLookupByUUID(wanted);
  } catch (error) {
    throw new CommandError(`failed to get network port '${wanted}'`, error);
  }
}

export const list: Command = command<readonly { readonly uuid: string }[]>({
  options: [NETWORK, flag("uuid", "list UUIDs only"), flag("table", "list a table (default)")],
  schema: Type.Array(CHANGED),
  run: async (context, args) => {
    const ports = await (await findNetwork(context, args)).listAllPorts();
    return ports.map(({ uuid }) => ({ uuid }));
  },
  text: (ports, args, { options: { quiet } }) =>
    args.flag("uuid") && !args.flag("table")
      ? ports.map(({ uuid }) => `${uuid}\n`).join("")
      : table(
          ["UUID"],
          ports.map(({ uuid }) => [uuid]),
          quiet,
        ),
});

export const dumpxml: Command = command({
  options: [NETWORK, PORT],
  schema: Type.Object({ xml: Type.String() }),
  run: async (context, args) => ({ xml: await (await findPort(context, args)).getXMLDesc() }),
  text: ({ xml }) => xml,
});

export const create: Command = command({
  options: [NETWORK, data("file", "file with the port's document"), VALIDATE],
  schema: CHANGED,
  failure: (args) => `Failed to create network from ${args.text("file")}`,
  run: async (context, args) => {
    const network = await findNetwork(context, args);
    const flags = args.flag("validate") ? 2 : 0;
    return { uuid: (await network.portCreateXML(await readDocument(args), { flags })).uuid };
  },
  text: ({ uuid }, args, { options: { quiet } }) =>
    quiet ? "" : `Network port ${uuid} created from ${args.text("file")}\n`,
});

export const remove: Command = command({
  options: [NETWORK, PORT],
  schema: CHANGED,
  failure: (args) => `Failed to delete network port ${args.text("port")}`,
  run: async (context, args) => {
    const port = await findPort(context, args);
    await port.delete();
    return { uuid: port.uuid };
  },
  text: ({ uuid }, _args, { options: { quiet } }) => (quiet ? "" : `Network port ${uuid} deleted\n`),
});
