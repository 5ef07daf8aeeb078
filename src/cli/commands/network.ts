import { Type } from "@sinclair/typebox";
import {
  ConnectListAllNetworksFlags as Filter,
  type Network,
  NetworkUpdateCommand,
  NetworkUpdateSection,
} from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, IMPACT } from "../command.js";
import { findNetwork } from "../find.js";
import { fields, table } from "../table.js";
import { localTime } from "../time-text.js";
import { UsageError } from "../usage-error.js";
import { byName, type Kind, objectAction, objectFact, objectFromFile, yesNo } from "./objects.js";

const NETWORK: Kind<Network> = {
  option: "network",
  title: "Network",
  help: "network name or uuid",
  find: findNetwork,
};

export const define: Command = objectFromFile(NETWORK, "define", async (context, xml, args) => {
  const conn = await context.connection();
  return args.flag("validate") ? conn.networkDefineXMLFlags(xml, { flags: 1 }) : conn.networkDefineXML(xml);
});
export const create: Command = objectFromFile(NETWORK, "create", async (context, xml, args) => {
  const conn = await context.connection();
  return args.flag("validate") ? conn.networkCreateXMLFlags(xml, { flags: 1 }) : conn.networkCreateXML(xml);
});
export const start: Command = objectAction(NETWORK, {
  verb: "start",
  act: (network) => network.create(),
  done: (name) => `Network ${name} started`,
});
export const destroy: Command = objectAction(NETWORK, {
  verb: "destroy",
  act: (network) => network.destroy(),
  done: (name) => `Network ${name} destroyed`,
});
export const undefine: Command = objectAction(NETWORK, {
  verb: "undefine",
  act: (network) => network.undefine(),
  done: (name) => `Network ${name} has been undefined`,
});
export const autostart: Command = objectAction(NETWORK, {
  verb: "mark as autostarted",
  options: [flag("disable", "no longer start it with the host")],
  act: (network, args) => network.setAutostart(!args.flag("disable")),
  done: (name, args) => `Network ${name} ${args.flag("disable") ? "un" : ""}marked as autostarted`,
});
export const dumpxml: Command = objectFact(
  NETWORK,
  "xml",
  (network, args) => network.getXMLDesc({ flags: args.flag("inactive") ? 1 : 0 }),
  { options: [flag("inactive", "the persistent definition")], end: "" },
);
export const uuid: Command = objectFact(NETWORK, "uuid", (network) => network.uuid);
export const name: Command = objectFact(NETWORK, "name", (network) => network.name);

export const info: Command = command({
  options: [data("network", NETWORK.help)],
  schema: Type.Object({
    name: Type.String(),
    uuid: Type.String(),
    active: Type.Boolean(),
    persistent: Type.Boolean(),
    autostart: Type.Boolean(),
    bridge: Type.Union([Type.String(), Type.Null()]),
  }),
  run: async (context, args) => {
    const network = await findNetwork(context, args);
    const [active, persistent, starts, bridge] = await Promise.all([
      network.isActive(),
      network.isPersistent(),
      network.getAutostart(),
      // A network need not have one.
      network.getBridgeName().catch(() => undefined),
    ]);
    return { name: network.name, uuid: network.uuid, active, persistent, autostart: starts, bridge };
  },
  text: (value) =>
    fields([
      ["Name", value.name],
      ["UUID", value.uuid],
      ["Active", yesNo(value.active)],
      ["Persistent", yesNo(value.persistent)],
      ["Autostart", yesNo(value.autostart)],
      ...(value.bridge === undefined ? [] : [["Bridge", value.bridge] as const]),
    ]),
});

interface Row {
  readonly name: string;
  readonly uuid: string;
  readonly active: boolean;
  readonly autostart: boolean;
  readonly persistent: boolean;
}

export const list: Command = command<readonly Row[]>({
  options: [
    flag("inactive", "list inactive networks"),
    flag("all", "list inactive and active networks"),
    flag("persistent", "list persistent networks"),
    flag("transient", "list transient networks"),
    flag("autostart", "list networks that start with the host"),
    flag("no-autostart", "list networks that do not start with the host"),
    flag("uuid", "list UUIDs only"),
    flag("name", "list names only"),
    flag("table", "list a table (default)"),
  ],
  schema: Type.Array(
    Type.Object({
      name: Type.String(),
      uuid: Type.String(),
      active: Type.Boolean(),
      autostart: Type.Boolean(),
      persistent: Type.Boolean(),
    }),
  ),
  failure: () => "Failed to list networks",
  run: async (context, args) => {
    const networks = await (await context.connection()).listAllNetworks({ flags: filters(args) });
    const rows = await Promise.all(
      networks.map(async (network) => {
        const [active, starts, persistent] = await Promise.all([
          network.isActive(),
          network.getAutostart(),
          network.isPersistent(),
        ]);
        return { name: network.name, uuid: network.uuid, active, autostart: starts, persistent };
      }),
    );
    return rows.toSorted(byName);
  },
  text: (rows, args, { options: { quiet } }) => {
    if (args.flag("name")) return rows.map((row) => `${row.name}\n`).join("");
    if (args.flag("uuid")) return rows.map((row) => `${row.uuid}\n`).join("");
    const cells = rows.map((row) => [
      row.name,
      row.active ? "active" : "inactive",
      yesNo(row.autostart),
      yesNo(row.persistent),
    ]);
    return table(["Name", "State", "Autostart", "Persistent"], cells, quiet);
  },
});

function filters(args: Arguments): number {
  let flags: number = args.flag("inactive") ? Filter.INACTIVE : Filter.ACTIVE;
  if (args.flag("all")) flags = Filter.INACTIVE | Filter.ACTIVE;
  if (args.flag("persistent")) flags |= Filter.PERSISTENT;
  if (args.flag("transient")) flags |= Filter.TRANSIENT;
  if (args.flag("autostart")) flags |= Filter.AUTOSTART;
  if (args.flag("no-autostart")) flags |= Filter.NO_AUTOSTART;
  return flags;
}

const COMMANDS: Readonly<Record<string, number>> = {
  modify: NetworkUpdateCommand.MODIFY,
  delete: NetworkUpdateCommand.DELETE,
  add: NetworkUpdateCommand.ADD_LAST,
  "add-last": NetworkUpdateCommand.ADD_LAST,
  "add-first": NetworkUpdateCommand.ADD_FIRST,
};
const SECTIONS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries<number>(NetworkUpdateSection).map(([key, value]) => [
    key.toLowerCase().replaceAll("_", "-"),
    value,
  ]),
);

export const update: Command = command({
  options: [
    data("network", NETWORK.help),
    data("command", "what to do: add-first, add-last (add), delete or modify"),
    data("section", "which section"),
    data("xml", "the element, or a file with it"),
    data("parent-index", "which of several parents", false, "number"),
    ...IMPACT,
  ],
  schema: Type.Object({ name: Type.String(), uuid: Type.String() }),
  failure: (args) => `Failed to update network ${args.text("network")}`,
  run: async (context, args) => {
    const network = await findNetwork(context, args);
    const what = COMMANDS[args.text("command")];
    if (what === undefined) throw new UsageError(`unrecognized command name '${args.text("command")}'`);
    const section = SECTIONS[args.text("section")];
    if (section === undefined) throw new UsageError(`unrecognized section name '${args.text("section")}'`);
    const given = args.text("xml");
    const xml = given.startsWith("<")
      ? given
      : await (await import("node:fs/promises")).readFile(given, "utf8");
    await network.update(what, section, args.number("parent-index") ?? -1, xml, { flags: args.impact() });
    return { name: network.name, uuid: network.uuid };
  },
  text: ({ name: updated }, args, { options: { quiet } }) => {
    if (quiet) return "";
    const [live, config] = [args.flag("live"), args.flag("config")];
    const what =
      live && config ? "persistent config and live state" : config ? "persistent config" : "live state";
    return `Updated network ${updated} ${what}`;
  },
});

export const dhcpLeases: Command = command({
  options: [data("network", NETWORK.help), data("mac", "only of this hardware address", false)],
  schema: Type.Array(
    Type.Object({
      expiry: Type.String(),
      mac: Type.Union([Type.String(), Type.Null()]),
      family: Type.String(),
      address: Type.String(),
      prefix: Type.Integer(),
      hostname: Type.Union([Type.String(), Type.Null()]),
      clientId: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  failure: (args) => `Failed to get leases info for ${args.text("network")}`,
  run: async (context, args) => {
    const network = await findNetwork(context, args);
    const leases = await network.getDHCPLeases(args.optional("mac"));
    return leases.map((lease) => ({
      expiry: localTime(new Date(Number(lease.expirytime) * 1000)),
      mac: lease.mac,
      family: lease.type === 0 ? "ipv4" : "ipv6",
      address: lease.ipaddr,
      prefix: lease.prefix,
      hostname: lease.hostname,
      clientId: lease.clientid,
    }));
  },
  text: (leases, _args, { options: { quiet } }) =>
    table(
      ["Expiry Time", "MAC address", "Protocol", "IP address", "Hostname", "Client ID or DUID"],
      leases.map((lease) => [
        lease.expiry,
        lease.mac ?? "-",
        lease.family,
        `${lease.address}/${lease.prefix}`,
        lease.hostname ?? "-",
        lease.clientId ?? "-",
      ]),
      quiet,
    ),
});
