import { BlockList, isIP } from "node:net";
import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { refuse } from "../refuse.js";
import type { XmlElement } from "../xml/index.js";
import { prefixOf } from "./prefix.js";
import { applyChange, type Change, invalid, type Section } from "./update-change.js";

const MAC = /^[\da-f]{1,2}(:[\da-f]{1,2}){5}$/i;
const xmlError = (detail: string): Error => refuse(ErrorNumber.XML_ERROR, ErrorDomain.NETWORK, detail);
const internal = (detail: string): Error => refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.NONE, detail);
const isVersion6 = (ip: XmlElement): boolean => ip.get("family") === "ipv6";
const hasDhcp = (ip: XmlElement): boolean => (ip.find("dhcp")?.elements().length ?? 0) > 0;

/** Addresses that are always given to the same machine. */
export const HOSTS: Section = {
  element: "host",
  update(change) {
    const { network, name, added, command } = change;
    const ip = addressOf(change, "host");
    settleHost(added, ip, name, command === "delete");
    const same = (host: XmlElement, keys: readonly string[]): boolean =>
      keys.some((key) => added.get(key) !== undefined && added.get(key) === host.get(key));
    const shown = (key: string): string => added.get(key) ?? "(null)";
    changeDhcp(ip, (dhcp) => {
      applyChange(change, dhcp, {
        same: (host) => same(host, command === "modify" ? ["mac", "name"] : ["mac", "name", "ip"]),
        exists: () => {
          const mac = isVersion6(ip) ? "unknown" : shown("mac");
          const entry = `<host mac='${mac}' name='${shown("name")}' ip='${shown("ip")}'/>`;
          return `there is an existing dhcp host entry in network '${name}' that matches "${entry}"`;
        },
        missing: () =>
          command === "delete"
            ? `couldn't locate a matching dhcp host entry in network '${name}'`
            : `couldn't locate an existing dhcp host entry with "mac='${shown("mac")}'" ` +
              `"name='${shown("name")}'" "ip='${shown("ip")}'" in network '${name}'`,
      });
      if (command !== "delete") checkSingle(network, ip);
    });
  },
};

/** Addresses that are given to whoever asks. */
export const RANGES: Section = {
  element: "range",
  update(change) {
    const { network, name, added, command } = change;
    const ip = addressOf(change, "range");
    settleRange(added, ip, name);
    if (command === "modify") {
      const detail = "dhcp ranges cannot be modified, only added or deleted";
      throw refuse(ErrorNumber.OPERATION_UNSUPPORTED, ErrorDomain.NETWORK, detail);
    }
    const [start = "", end = ""] = [added.get("start"), added.get("end")];
    changeDhcp(ip, (dhcp) => {
      applyChange(change, dhcp, {
        same: (range) => range.get("start") === start && range.get("end") === end,
        exists: () =>
          `there is an existing dhcp range entry in network '${name}' that matches ` +
          `"<range start='${start}' end='${end}'/>"`,
        missing: () => `couldn't locate a matching dhcp range entry in network '${name}'`,
      });
      if (command !== "delete") checkSingle(network, ip);
    });
  },
};

/** The `<ip>` that a change is about: the one that it names by number, or the one that has DHCP. */
function addressOf({ network, name, parentIndex }: Change, what: string): XmlElement {
  const all = network.elements("ip");
  const ip =
    parentIndex < 0
      ? (all.find((each) => !isVersion6(each) && hasDhcp(each)) ?? all.find((each) => !isVersion6(each)))
      : all[parentIndex];
  if (ip !== undefined) return ip;
  const detail =
    parentIndex < 0
      ? `couldn't update dhcp ${what} entry - no <ip> element found in network '${name}'`
      : `couldn't update dhcp ${what} entry - no <ip> element found at index ${parentIndex} in network '${name}'`;
  throw invalid(detail);
}

function changeDhcp(ip: XmlElement, change: (dhcp: XmlElement) => void): void {
  const dhcp = ip.ensure("dhcp");
  change(dhcp);
  if (dhcp.elements().length === 0) ip.remove(dhcp);
  else dhcp.sort([], ["range", "host", "bootp"]);
}

function checkSingle(network: XmlElement, ip: XmlElement): void {
  if (isVersion6(ip)) return;
  const others = network.elements("ip").filter((each) => each !== ip && !isVersion6(each));
  if (others.some(hasDhcp)) {
    throw invalid("dhcp is supported only for a single IPv4 address on each network");
  }
}

/** Puts a `<host>` into libvirt's form. @throws Refusal if it names no machine, or no address unless one is enough. */
export function settleHost(host: XmlElement, ip: XmlElement, network: string, partial = false): void {
  const [mac, name, address] = [host.get("mac"), host.get("name"), host.get("ip")];
  if (mac !== undefined && !MAC.test(mac)) {
    throw xmlError(`Cannot parse MAC address '${mac}' in network '${network}'`);
  }
  if (mac !== undefined && isMulticast(mac)) {
    throw xmlError(`expected unicast mac address, found multicast '${mac}' in network '${network}'`);
  }
  if (!partial && !isVersion6(ip) && mac === undefined && name === undefined) {
    throw xmlError(`Static host definition in IPv4 network '${network}' must have mac or name attribute`);
  }
  if (!partial && address === undefined) {
    throw xmlError(`Missing IP address in static host definition for network '${network}'`);
  }
  if (address !== undefined && isIP(address) === 0) {
    throw xmlError(`Invalid IP address in static host definition for network '${network}'`);
  }
  host.sort(["mac", "id", "name", "ip"]);
}

/** Puts a `<range>` into libvirt's form. @throws Refusal if it is none, or leaves the network of its `<ip>`. */
export function settleRange(range: XmlElement, ip: XmlElement, network: string): void {
  const bounds = ["start", "end"].map((which) => {
    const address = range.get(which);
    if (address === undefined) {
      throw xmlError(`Missing '${which}' attribute in dhcp range for network '${network}'`);
    }
    if (isIP(address) === 0) {
      const detail = `Cannot parse socket address '${address}': Name or service not known`;
      throw refuse(ErrorNumber.SYSTEM_ERROR, ErrorDomain.NONE, detail);
    }
    return address;
  });
  const [start = "", end = ""] = bounds;
  const family = isVersion6(ip) ? "ipv6" : "ipv4";
  if (isReversed(start, end)) throw internal(`range ${start} - ${end} is reversed `);
  const prefix = ip.get("prefix") ?? (family === "ipv4" ? prefixOf(ip.get("netmask")) : undefined);
  if (prefix !== undefined) {
    const own = new BlockList();
    own.addSubnet(ip.get("address") ?? "", Number(prefix), family);
    if (!bounds.every((address) => own.check(address, family))) {
      const within = `${ip.get("address")}/${prefix}`;
      throw internal(`range ${start} - ${end} is not entirely within network ${within}`);
    }
  }
  range.sort(["start", "end"]);
}

function isReversed(start: string, end: string): boolean {
  try {
    new BlockList().addRange(start, end, isIP(start) === 6 ? "ipv6" : "ipv4");
    return false;
  } catch {
    return true;
  }
}

/** An address of many has the lowest bit of its first byte set. */
function isMulticast(mac: string): boolean {
  return (Number.parseInt(mac, 16) & 1) === 1;
}
