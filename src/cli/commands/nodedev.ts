import { Type } from "@sinclair/typebox";
import { ConnectListAllNodeDeviceFlags as Filter } from "../../index.js";
import { type Command, command, data, flag } from "../command.js";
import { findNodeDevice, readDocument } from "../find.js";
import { fields } from "../table.js";
import { UsageError } from "../usage-error.js";
import { yesNo } from "./objects.js";

/** `CAP_PCI_DEV` by "pci", and the others alike. */
const BITS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries<number>(Filter)
    .filter(([key]) => key.startsWith("CAP_"))
    .map(([key, bit]) => [key.slice(4).toLowerCase(), bit]),
);
const RENAMED: Readonly<Record<string, string>> = {
  pci: "pci_dev",
  usb_device: "usb_dev",
  usb: "usb_interface",
  ccw: "ccw_dev",
  css: "css_dev",
};

export const list: Command = command<{ readonly name: string; readonly parent: string | undefined }[]>({
  options: [
    flag("tree", "as a tree"),
    data("cap", "only of these kinds, with commas", false),
    flag("inactive", "list inactive devices"),
    flag("all", "list inactive and active devices"),
  ],
  schema: Type.Array(Type.Object({ name: Type.String(), parent: Type.Union([Type.String(), Type.Null()]) })),
  failure: () => "Failed to list node devices",
  run: async (context, args) => {
    let flags: number = args.flag("inactive") ? Filter.INACTIVE : Filter.ACTIVE;
    if (args.flag("all")) flags = 0;
    for (const kind of args.optional("cap")?.split(",") ?? []) {
      const bit = BITS[RENAMED[kind] ?? kind];
      if (bit === undefined) throw new UsageError("Invalid capability type");
      flags = (flags | bit) >>> 0;
    }
    const devices = await (await context.connection()).listAllNodeDevices({ flags: flags >>> 0 });
    const rows = await Promise.all(
      devices.map(async (device) => ({
        name: device.name,
        parent: args.flag("tree") ? await device.getParent() : undefined,
      })),
    );
    return rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  },
  text: (devices, args) => {
    if (!args.flag("tree")) return devices.map(({ name }) => `${name}\n`).join("");
    const names = new Set(devices.map(({ name }) => name));
    const below = (parent: string | undefined): string[] =>
      devices
        .filter(
          (each) =>
            (each.parent !== undefined && names.has(each.parent) ? each.parent : undefined) === parent,
        )
        .map(({ name }) => name);
    const branch = (name: string, indent: string): string => {
      const children = below(name);
      return children
        .map((child, i) => {
          const last = i === children.length - 1;
          return `${indent}|\n${indent}+- ${child}\n${branch(child, `${indent}${last ? "    " : "|   "}`)}`;
        })
        .join("");
    };
    return below(undefined)
      .map((root) => `${root}\n${branch(root, "  ")}`)
      .join("");
  },
});

const MAYBE = Type.Union([Type.Boolean(), Type.Null()]);
const DEVICE = data("device", "device name");

export const dumpxml: Command = command({
  options: [DEVICE],
  schema: Type.Object({ xml: Type.String() }),
  run: async (context, args) => ({ xml: await (await findNodeDevice(context, args)).getXMLDesc() }),
  text: ({ xml }) => xml,
});

export const info: Command = command({
  options: [DEVICE],
  schema: Type.Object({
    name: Type.String(),
    parent: Type.Union([Type.String(), Type.Null()]),
    active: MAYBE,
    persistent: MAYBE,
    autostart: MAYBE,
  }),
  run: async (context, args) => {
    const device = await findNodeDevice(context, args);
    const [parent, active, persistent, starts] = await Promise.all([
      device.getParent(),
      // Not every driver tells such devices apart.
      device.isActive().catch(() => undefined),
      device.isPersistent().catch(() => undefined),
      device.getAutostart().catch(() => undefined),
    ]);
    return { name: device.name, parent, active, persistent, autostart: starts };
  },
  text: (device) =>
    fields([
      ["Name", device.name],
      ["Parent", device.parent ?? ""],
      ["Active", yesNo(device.active ?? true)],
      ["Persistent", yesNo(device.persistent ?? true)],
      ["Autostart", device.autostart === undefined ? "no autostart" : yesNo(device.autostart)],
    ]),
});

export const create: Command = command({
  options: [
    data("file", "file with the device's document"),
    flag("validate", "check it by libvirt's schema"),
  ],
  schema: Type.Object({ name: Type.String() }),
  failure: (args) => `Failed to create node device from ${args.text("file")}`,
  run: async (context, args) => {
    const xml = await readDocument(args);
    const conn = await context.connection();
    const device = await conn.nodeDeviceCreateXML(xml, { flags: args.flag("validate") ? VALIDATE : 0 });
    return { name: device.name };
  },
  text: ({ name }, args, { options: { quiet } }) =>
    quiet ? "" : `Node device ${name} created from ${args.text("file")}\n`,
});
const VALIDATE = 1;

export const destroy: Command = command({
  options: [DEVICE],
  schema: Type.Object({ name: Type.String() }),
  failure: (args) => `Failed to destroy node device '${args.text("device")}'`,
  run: async (context, args) => {
    const device = await findNodeDevice(context, args);
    await device.destroy();
    return { name: device.name };
  },
  text: ({ name }, _args, { options: { quiet } }) => (quiet ? "" : `Destroyed node device '${name}'\n`),
});
