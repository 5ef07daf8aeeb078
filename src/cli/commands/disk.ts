import { stat } from "node:fs/promises";
import { Type } from "@sinclair/typebox";
import { DomainDeviceModifyFlags as Modify } from "../../index.js";
import { formatXml, type XmlElement, xmlElement } from "../../xml/index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, IMPACT } from "../command.js";
import { CommandError } from "../command-error.js";
import { childAttribute, children, deviceElements, documentFlags } from "../device-element.js";
import { diskAddress } from "../disk-address.js";
import { findDomain } from "../find.js";
import { impactOn, PERSISTENT_IMPACT } from "../impact.js";
import { UsageError } from "../usage-error.js";
import { attributes, leaf, line } from "../xml-text.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const PRINT = flag("print-xml", "print the document, and change nothing");
/** What became of a domain's device, by its document. */
const CHANGED = Type.Object({ domain: Type.String(), xml: Type.String(), changed: Type.Boolean() });
type Changed = { readonly domain: string; readonly xml: string; readonly changed: boolean };

const text = (done: string): Command<Changed>["text"] => {
  return ({ xml, changed }, _args, { options: { quiet } }) => (changed ? (quiet ? "" : `${done}\n`) : xml);
};

const NETWORK = ["source-host-name", "source-host-transport", "source-host-socket"];

async function isBlockDevice(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isBlockDevice(),
    () => false,
  );
}

async function diskXml(args: Arguments): Promise<string> {
  const at = (name: string): string | undefined => args.optional(name);
  const mode = at("mode");
  if (mode !== undefined && mode !== "readonly" && mode !== "shareable") {
    throw new CommandError(`No support for ${mode} in command 'attach-disk'`);
  }
  const source = args.text("source");
  const type = await sourceType(args, source);
  const address = at("address");
  const inner =
    leaf(2, "driver", {
      name: at("driver"),
      type: at("subdriver"),
      iothread: at("iothread"),
      cache: at("cache"),
      io: at("io"),
    }) +
    sourceXml(args, type, source) +
    leaf(2, "target", { dev: at("target"), bus: at("targetbus") }) +
    (mode === undefined ? "" : `  <${mode}/>\n`) +
    line(2, "serial", at("serial")) +
    leaf(2, "alias", { name: at("alias") }) +
    line(2, "wwn", at("wwn")) +
    (address === undefined ? "" : diskAddress(address, args.text("target"), args.flag("multifunction")));
  const rawio = args.flag("rawio") ? "yes" : undefined;
  return `<disk${attributes({ type, device: at("type"), rawio })}>\n${inner}</disk>\n`;
}

async function sourceType(args: Arguments, source: string): Promise<string> {
  const type = args.optional("sourcetype");
  if (type !== undefined) {
    if (type === "file" || type === "block" || type === "network") return type;
    throw new CommandError(`Unknown source type: '${type}'`);
  }
  if (args.has("source-protocol")) return "network";
  return (await isBlockDevice(source)) ? "block" : "file";
}

function sourceXml(args: Arguments, type: string, source: string): string {
  if (type !== "network") return leaf(2, "source", { [type === "block" ? "dev" : "file"]: source });
  // A host's name can have its port at its end.
  const [, name, port] =
    /^(.*?)(?::(\d+))?$/.exec(args.optional("source-host-name") ?? "") ?? ([] as undefined[]);
  const host = leaf(4, "host", {
    transport: args.optional("source-host-transport"),
    socket: args.optional("source-host-socket"),
    name: name === "" ? undefined : name,
    port,
  });
  const given = attributes({ protocol: args.optional("source-protocol"), name: source });
  return host === "" ? `  <source${given}/>\n` : `  <source${given}>\n${host}  </source>\n`;
}

export const attachDisk: Command = command<Changed>({
  options: [
    DOMAIN,
    data("source", "the file, block device or volume"),
    data("target", "its name in the guest, such as vdb"),
    data("targetbus", "the bus that the guest sees it on", false),
    data("driver", "name of the driver", false),
    data("subdriver", "format of what is in it", false),
    data("iothread", "the thread that serves it", false),
    data("cache", "how it is cached", false),
    data("io", "how it is read and written", false),
    data("type", "what it is: disk, lun, cdrom or floppy", false),
    data("mode", "readonly or shareable", false),
    data("sourcetype", "file, block or network", false),
    data("serial", "serial number that the guest sees", false),
    data("wwn", "world wide name that the guest sees", false),
    data("alias", "name that it goes by in the document", false),
    flag("rawio", "it needs the right to raw input and output"),
    data("address", "its address in the guest, such as pci:0000.00.09.0", false),
    flag("multifunction", "others have the same address, but for the function"),
    PRINT,
    data("source-protocol", "protocol of a network disk", false),
    data("source-host-name", "the host that has it", false),
    data("source-host-transport", "how to reach the host", false),
    data("source-host-socket", "the host's socket", false),
    ...PERSISTENT_IMPACT,
  ],
  schema: CHANGED,
  failure: () => "Failed to attach disk",
  run: async (context, args) => {
    for (const name of NETWORK) {
      if (args.has(name) && !args.has("source-protocol")) {
        throw new UsageError(`Option --source-protocol is required by option --${name}`);
      }
    }
    if (args.has("source-host-socket") && !args.has("source-host-transport")) {
      throw new UsageError("Option --source-host-transport is required by option --source-host-socket");
    }
    const domain = await findDomain(context, args);
    const flags = await impactOn(domain, args);
    const xml = await diskXml(args);
    if (args.flag("print-xml")) return { domain: domain.name, xml, changed: false };
    if (flags === 0 && !args.flag("current")) await domain.attachDevice(xml);
    else await domain.attachDeviceFlags(xml, { flags });
    return { domain: domain.name, xml, changed: true };
  },
  text: text("Disk attached successfully"),
});

/** The disk that has a target or a source of this name; of those that a test lets pass. */
function findDisk(
  disks: readonly XmlElement[],
  wanted: string,
  test: (disk: XmlElement) => boolean = () => true,
): XmlElement {
  if (disks.length === 0) throw new CommandError("Failed to get disk information");
  const found = disks.filter(test).find((disk) => {
    const sources = ["file", "dev", "dir", "name"].map((name) => childAttribute(disk, "source", name));
    return [childAttribute(disk, "target", "dev"), ...sources].includes(wanted);
  });
  if (found === undefined) throw new CommandError(`No disk found whose source path or target is ${wanted}`);
  return found;
}

export const detachDisk: Command = command<Changed>({
  options: [DOMAIN, data("target", "target or source of the disk"), ...PERSISTENT_IMPACT, PRINT],
  schema: CHANGED,
  failure: () => "Failed to detach disk",
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const flags = await impactOn(domain, args);
    const disks = await deviceElements(domain, "disk", documentFlags(flags));
    const xml = formatXml(findDisk(disks, args.text("target")));
    if (args.flag("print-xml")) return { domain: domain.name, xml, changed: false };
    if (flags === 0 && !args.flag("current")) await domain.detachDevice(xml);
    else await domain.detachDeviceFlags(xml, { flags });
    return { domain: domain.name, xml, changed: true };
  },
  text: text("Disk detached successfully"),
});

const ACTIONS = ["eject", "insert", "update"] as const;

function mediaAction(args: Arguments): (typeof ACTIONS)[number] {
  const [first, second] = ACTIONS.filter((name) => args.flag(name));
  if (second !== undefined) {
    throw new UsageError(`Options --${first ?? ""} and --${second} are mutually exclusive`);
  }
  if (first === "eject" && args.flag("block")) {
    throw new UsageError("Options --eject and --block are mutually exclusive");
  }
  return first ?? "update";
}

/** Puts another medium into a drive, or takes out the one that is there. */
function changeDrive(drive: XmlElement, args: Arguments): void {
  const path = args.text("path");
  const action = mediaAction(args);
  const source = args.optional("source");
  const [old] = children(drive, "source");
  // libvirt leaves the source of an empty drive in place when it has something else to say.
  const filled = old !== undefined && ["file", "dev", "dir", "name"].some((name) => name in old.attributes);
  if (action === "eject" && !filled) throw new CommandError(`The disk device '${path}' doesn't have media`);
  if (action === "insert" && filled) throw new CommandError(`The disk device '${path}' already has media`);
  if (action !== "eject" && source === undefined) {
    throw new CommandError("New disk media source was not specified");
  }
  drive.children = drive.children.filter((node) => node !== old);
  if (action === "eject") return;
  const block = args.flag("block");
  drive.attributes.type = block ? "block" : "file";
  const at = drive.children.findIndex((node) => node.kind === "element" && node.name === "target");
  const indent = drive.children.slice(Math.max(0, at - 1), at);
  drive.children.splice(
    Math.max(0, at),
    0,
    xmlElement("source", { [block ? "dev" : "file"]: source ?? "" }),
    ...indent,
  );
}

export const changeMedia: Command = command<Changed>({
  options: [
    DOMAIN,
    data("path", "target or source of the drive"),
    data("source", "the new medium", false),
    flag("eject", "take the medium out"),
    flag("insert", "put one into an empty drive"),
    flag("update", "put another one in its place"),
    ...IMPACT,
    flag("force", "even if the guest has locked the drive"),
    PRINT,
    flag("block", "the new medium is a block device"),
  ],
  schema: CHANGED,
  failure: (args) => `Failed to complete action ${mediaAction(args)} on media`,
  run: async (context, args) => {
    mediaAction(args);
    const flags = args.impact();
    const domain = await findDomain(context, args);
    const disks = await deviceElements(domain, "disk", documentFlags(flags));
    const drive = findDisk(disks, args.text("path"), ({ attributes: { device } }) => {
      return device === "cdrom" || device === "floppy";
    });
    changeDrive(drive, args);
    const xml = formatXml(drive);
    if (args.flag("print-xml")) return { domain: domain.name, xml, changed: false };
    await domain.updateDeviceFlags(xml, { flags: flags | (args.flag("force") ? Modify.FORCE : 0) });
    return { domain: domain.name, xml, changed: true };
  },
  text: (value, args, context) => {
    const done = { eject: "ejected", insert: "inserted", update: "updated" }[mediaAction(args)];
    return text(`Successfully ${done} media.`)(value, args, context);
  },
});
