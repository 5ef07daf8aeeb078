import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { randomMac } from "../random.js";
import { refuse } from "../refuse.js";
import { textElement, XmlElement } from "../xml/index.js";
import { BELOW, DEVICES } from "./device-order.js";
import { settleDisks } from "./disks.js";

const INTERFACE_TYPES = new Set(
  "ethernet server client mcast network bridge internal direct hostdev user udp vhostuser vdpa null vds".split(
    " ",
  ),
);
/** What the test driver calls the host's side of a network card. */
const INTERFACE_NAME = "testnet";

/** Fills in what libvirt adds to a domain's devices, and puts them in its order. */
export function canonicalDevices(domain: XmlElement): void {
  const devices = domain.ensure("devices");
  devices.spread = true;
  settleDisks(devices);
  settleInterfaces(devices);
  settleCharacterDevices(domain, devices);
  for (const device of devices.elements()) settleDevice(device);
  settleVideos(devices);
  addControllers(devices);
  for (const device of devices.elements()) {
    const order = BELOW[device.name];
    if (order !== undefined) device.sort(order.attributes, order.elements);
  }
  devices.sort([], DEVICES);
}

function settleInterfaces(devices: XmlElement): void {
  const interfaces = devices.elements("interface");
  const names = new Set(interfaces.map((each) => each.get("dev", "target")));
  for (const each of interfaces) {
    const type = each.get("type") ?? "";
    if (!INTERFACE_TYPES.has(type)) {
      const detail = `Invalid value for attribute 'type' in element 'interface': '${type}'.`;
      throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.XML, detail);
    }
    settleMac(each);
    if ((type === "network" || type === "bridge") && each.find("source") === undefined) {
      const detail = `interface type='${type}' requires a 'source' element`;
      throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.DOMAIN, detail);
    }
    const target = each.ensure("target");
    // Such names are the daemon's to give.
    const given = target.get("dev");
    if (given !== undefined && !/^(?:vnet|macvtap|macvlan)\d+$/.test(given)) continue;
    let number = 0;
    while (names.has(`${INTERFACE_NAME}${number}`)) number++;
    target.set("dev", `${INTERFACE_NAME}${number}`);
    names.add(`${INTERFACE_NAME}${number}`);
  }
}

function settleMac(device: XmlElement): void {
  const mac = device.ensure("mac");
  const address = mac.get("address") ?? randomMac("52:54:00");
  if (!/^[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}$/i.test(address)) {
    throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.DOMAIN, `unable to parse mac address '${address}'`);
  }
  const bytes = address.split(":").map((byte) => byte.toLowerCase().padStart(2, "0"));
  mac.set("address", bytes.join(":"));
}

/** A hypervisor of the hvm kind shows its first serial port as its first console, and the other way round. */
function settleCharacterDevices(domain: XmlElement, devices: XmlElement): void {
  const [console] = devices.elements("console");
  const [serial] = devices.elements("serial");
  if (domain.textOf("os/type") === "hvm") {
    if (
      console !== undefined &&
      serial === undefined &&
      (console.get("type", "target") ?? "serial") === "serial"
    ) {
      devices.append(renamed(console, "serial"));
    } else if (console === undefined && serial !== undefined) {
      devices.append(renamed(serial, "console"));
    }
  }
  for (const kind of ["serial", "parallel", "console"] as const) {
    for (const [port, device] of devices.elements(kind).entries()) {
      const target = device.ensure("target");
      if (kind === "console" && target.get("type") === undefined) target.set("type", "serial");
      if (target.get("port") === undefined) target.set("port", port);
      target.sort(["type", "port"]);
    }
  }
}

function renamed(device: XmlElement, name: string): XmlElement {
  const children = device
    .clone()
    .children.filter((node) => typeof node !== "string" && node.name !== "target");
  return new XmlElement(name, Object.fromEntries(device.attributes), children);
}

function settleDevice(device: XmlElement): void {
  const fill = (attribute: string, value: string): void => {
    if (device.get(attribute) === undefined) device.set(attribute, value);
  };
  switch (device.name) {
    case "filesystem":
      fill("type", "mount");
      fill("accessmode", "passthrough");
      break;
    case "graphics":
      settleGraphics(device);
      break;
    case "hostdev":
      fill("mode", "subsystem");
      fill("managed", "no");
      break;
    case "watchdog":
      fill("action", "reset");
      break;
    default:
  }
}

function settleGraphics(graphics: XmlElement): void {
  const type = graphics.get("type");
  const port = graphics.get("port");
  if (type !== "vnc" && type !== "spice") return;
  if (type === "vnc") {
    if (port === undefined && graphics.get("socket") === undefined) graphics.set("port", -1);
    if (graphics.get("port") === "-1") graphics.set("autoport", "yes");
  }
  const address = graphics.get("listen") ?? graphics.get("address", "listen");
  if (graphics.find("listen") === undefined) {
    const silent = type === "spice" && port === undefined && graphics.get("autoport") === undefined;
    graphics.append(new XmlElement("listen", silent ? { type: "none" } : { type: "address", address }));
  }
  if (graphics.get("type", "listen") === "address" && address !== undefined) graphics.set("listen", address);
}

/** Memory and heads by model. */
const VIDEO: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  vga: { vram: 16384, heads: 1 },
  cirrus: { vram: 16384, heads: 1 },
  vmvga: { vram: 16384, heads: 1 },
  qxl: { ram: 65536, vram: 65536, vgamem: 16384, heads: 1 },
  virtio: { heads: 1 },
  vbox: { vram: 16384, heads: 1 },
};

function settleVideos(devices: XmlElement): void {
  for (const [index, video] of devices.elements("video").entries()) {
    const model = video.ensure("model");
    for (const [attribute, value] of Object.entries(VIDEO[model.get("type") ?? ""] ?? {})) {
      if (model.get(attribute) === undefined) model.set(attribute, value);
    }
    if (index === 0 && model.get("primary") === undefined) model.set("primary", "yes");
    model.sort(["type", "ram", "vram", "vram64", "vgamem", "heads", "primary", "blob"]);
  }
}

/** Disks and channels need something to be plugged into. */
function addControllers(devices: XmlElement): void {
  const needed = new Map<string, number>();
  const buses = devices
    .elements("disk")
    .map((disk) => [disk.get("bus", "target"), disk.get("controller", "address")] as const);
  for (const type of ["scsi", "fdc", "ide", "sata"]) {
    for (const [bus, controller] of buses) {
      if (bus === type) needed.set(type, Math.max(needed.get(type) ?? 0, Number(controller ?? 0) + 1));
    }
  }
  const serial = devices.elements("channel").some((channel) => channel.get("type", "target") === "virtio");
  if (serial) needed.set("virtio-serial", 1);
  for (const [type, count] of needed) {
    const there = new Set(
      devices
        .elements("controller")
        .filter((controller) => controller.get("type") === type)
        .map((controller) => controller.get("index")),
    );
    for (let index = 0; index < count; index++) {
      if (!there.has(String(index))) devices.append(new XmlElement("controller", { type, index }));
    }
  }
}

/** Makes the text of a document's element out of a value; without one, there is no such element. */
export function setText(parent: XmlElement, name: string, value: string | number | bigint | undefined): void {
  parent.remove(name);
  if (value !== undefined) parent.append(textElement(name, value));
}
