import { isIP } from "node:net";
import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { randomUuid } from "../random.js";
import { refuse } from "../refuse.js";
import { readDocument, uuidOf, XmlElement } from "../xml/index.js";
import { settleHost, settleRange } from "./update-dhcp.js";
import { settlePortGroup } from "./update-groups.js";

const ELEMENTS = [
  "name",
  "uuid",
  "title",
  "description",
  "metadata",
  "forward",
  "bridge",
  "mtu",
  "mac",
  "domain",
  "dns",
  "vlan",
  "bandwidth",
  "port",
  "ip",
  "route",
  "virtualport",
  "portgroup",
];
const FORWARD_MODES = new Set("none nat route open bridge private vepa passthrough hostdev".split(" "));
/** Networks whose bridge is the daemon's own: it can run a spanning tree. */
const OWN_BRIDGE = new Set(["none", "nat", "route", "open"]);

/** Reads a network's document into the form in which libvirt writes it. @throws Refusal as libvirt refuses it. */
export function readNetwork(text: string): XmlElement {
  const network = readDocument(text, "network", ErrorDomain.NETWORK);
  const name = network.textOf("name") ?? "";
  if (name === "") throw refuse(ErrorNumber.NO_NAME, ErrorDomain.NETWORK);
  if (name.includes("/")) throw refuse(ErrorNumber.XML_DETAIL, ErrorDomain.XML, "invalid char in name: /");
  const uuid = network.textOf("uuid");
  const malformed = (): Error => refuse(ErrorNumber.XML_ERROR, ErrorDomain.NETWORK, `malformed uuid element`);
  network.ensure("uuid").text = uuid === undefined ? randomUuid() : uuidOf(uuid, malformed);
  const mode = settleForward(network);
  settleBridge(network, mode);
  for (const ip of network.elements("ip")) settleAddress(ip, name);
  for (const group of network.elements("portgroup")) settlePortGroup(group);
  if ((mode === "nat" || mode === "route") && network.find("ip") === undefined) {
    const detail = `${mode} forwarding requested, but no IP address provided for network '${name}'`;
    throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.NETWORK, detail);
  }
  return placeElements(network);
}

/** Puts what was added to a document where libvirt has it. */
export function placeElements(network: XmlElement): XmlElement {
  return network.sort([], ELEMENTS);
}

function settleForward(network: XmlElement): string {
  const forward = network.find("forward");
  if (forward === undefined) return "none";
  const mode = forward.get("mode") ?? "nat";
  if (!FORWARD_MODES.has(mode)) {
    const detail = `unknown forwarding type '${mode}'`;
    throw refuse(ErrorNumber.CONFIG_UNSUPPORTED, ErrorDomain.NETWORK, detail);
  }
  const dev = forward.get("dev");
  forward.set("mode", mode).sort(["dev", "mode", "managed"]);
  if (dev !== undefined && forward.find("interface") === undefined) {
    forward.append(new XmlElement("interface", { dev }));
  }
  return mode;
}

function settleBridge(network: XmlElement, mode: string): void {
  if (!OWN_BRIDGE.has(mode)) return;
  const bridge = network.ensure("bridge");
  if (bridge.get("stp") === undefined) bridge.set("stp", "on");
  if (bridge.get("delay") === undefined) bridge.set("delay", 0);
  bridge.sort(["name", "zone", "stp", "delay", "macTableManager"]);
}

function settleAddress(ip: XmlElement, network: string): void {
  const address = ip.get("address") ?? "";
  if (isIP(address) === 0) {
    const detail = `Invalid address '${address}' in network '${network}'`;
    throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.NETWORK, detail);
  }
  ip.spread = true;
  ip.sort(["family", "address", "netmask", "prefix", "localPtr"]);
  const dhcp = ip.find("dhcp");
  for (const range of dhcp?.elements("range") ?? []) settleRange(range, ip, network);
  for (const host of dhcp?.elements("host") ?? []) settleHost(host, ip, network);
  dhcp?.sort([], ["range", "host", "bootp"]);
}
