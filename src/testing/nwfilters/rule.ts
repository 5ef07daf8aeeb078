import { isIP } from "node:net";
import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { refuse } from "../refuse.js";
import { XmlElement } from "../xml/index.js";
import { PROTOCOLS } from "./rule-attributes.js";

const ACTIONS = ["drop", "accept", "reject", "return", "continue"];
const DIRECTIONS = ["in", "out", "inout"];
const DEFAULT_PRIORITY = 500;
const MOST_PRIORITY = 1000;
const MAX_PORT = 65_535;
const PORT = /^(src|dst)port(start|end)$/;
/** Protocols within a frame, by the number that may stand for them. */
const ETHER_TYPES: Readonly<Record<number, string>> = {
  2048: "ipv4",
  2054: "arp",
  32821: "rarp",
  33024: "vlan",
  34525: "ipv6",
};

const no = (number: number, detail: string): Error => refuse(number, ErrorDomain.NWFILTER, detail);

/** Puts a `<rule>` into libvirt's form, which drops what it does not know. @throws Refusal as libvirt refuses it. */
export function readRule(rule: XmlElement): XmlElement {
  const priority = Number(rule.get("priority") ?? DEFAULT_PRIORITY);
  const stateless = ["0", "false"].includes(rule.get("statematch") ?? "");
  const protocol = rule.elements().find(({ name }) => PROTOCOLS[name] !== undefined);
  return new XmlElement(
    "rule",
    {
      action: choiceOf(rule, "action", ACTIONS),
      direction: choiceOf(rule, "direction", DIRECTIONS),
      priority: Math.abs(priority) <= MOST_PRIORITY ? priority : DEFAULT_PRIORITY,
      statematch: stateless ? "false" : undefined,
    },
    protocol === undefined ? [] : [readProtocol(protocol)],
  );
}

function choiceOf(rule: XmlElement, which: string, choices: readonly string[]): string {
  const value = rule.get(which);
  if (value === undefined) throw no(ErrorNumber.INTERNAL_ERROR, `rule node requires ${which} attribute`);
  if (choices.includes(value)) return value;
  throw no(ErrorNumber.CONFIG_UNSUPPORTED, `unknown rule ${which} attribute value`);
}

function readProtocol(protocol: XmlElement): XmlElement {
  const read = new XmlElement(protocol.name);
  const given = (PROTOCOLS[protocol.name] ?? []).filter((name) => protocol.get(name) !== undefined);
  // An element without attributes is no negation of anything.
  if (protocol.get("match") === "no" && given.length > 0) read.set("match", "no");
  for (const name of given) read.set(name, attributeValue(name, protocol.get(name) ?? ""));
  return read;
}

function attributeValue(name: string, value: string): string {
  if (value.startsWith("$")) return value;
  if (PORT.test(name) && Number(value) > MAX_PORT) {
    throw no(ErrorNumber.INTERNAL_ERROR, `${name} has illegal value ${value}`);
  }
  if (/(mac|address)(addr|mask)?(-mask)?$/.test(name) && value.includes(":")) {
    return value
      .split(":")
      .map((byte) => byte.toLowerCase().padStart(2, "0"))
      .join(":");
  }
  if (name.endsWith("ipmask") && isIP(value) !== 0) return String(prefixOf(value));
  if (name === "protocolid" || name === "encap-protocol") return ETHER_TYPES[Number(value)] ?? value;
  if (name === "gratuitous") return value === "yes" || value === "true" || value === "1" ? "true" : "false";
  return value;
}

/** The length of the prefix that a mask stands for. */
function prefixOf(mask: string): number {
  const version6 = isIP(mask) === 6;
  const parts = version6 ? mask.split("::", 1).flatMap((part) => part.split(":")) : mask.split(".");
  const bits = parts.map((part) => Number.parseInt(part, version6 ? 16 : 10).toString(2));
  return bits.join("").replaceAll("0", "").length;
}
