import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { randomUuid } from "../random.js";
import { refuse } from "../refuse.js";
import { readDocument, textElement, uuidOf, XmlElement } from "../xml/index.js";
import { readRule } from "./rule.js";

/** Chains that packets pass through, and where among the others: one of these, or a name that begins with one. */
const CHAINS: Readonly<Record<string, number>> = {
  root: 0,
  mac: -800,
  vlan: -750,
  stp: 0,
  arp: -500,
  rarp: -400,
  ipv4: -700,
  ipv6: -600,
};
const MOST = 1000;

const no = (number: number, detail: string): Error => refuse(number, ErrorDomain.NWFILTER, detail);

/** A filter as its document tells. */
export interface FilterConfig {
  readonly name: string;
  readonly uuid: string;
  /** The filters that it includes. */
  readonly includes: readonly string[];
  readonly document: XmlElement;
}

/** Reads a filter's document. @throws Refusal as libvirt refuses it. */
export function readFilter(text: string): FilterConfig {
  const filter = readDocument(text, "filter", ErrorDomain.NWFILTER);
  const name = filter.get("name") ?? "";
  if (name === "") throw no(ErrorNumber.INTERNAL_ERROR, "filter has no name");
  const chain = chainOf(filter.get("chain") ?? "root");
  const priority = priorityOf(filter.get("priority")) ?? chain.priority;
  const given = filter.textOf("uuid");
  const malformed = (): Error => no(ErrorNumber.XML_ERROR, "malformed uuid element");
  const uuid = given === undefined ? randomUuid() : uuidOf(given, malformed);
  const parts = filter
    .elements()
    .filter((each) => each.name === "rule" || each.name === "filterref")
    .map((each) => (each.name === "rule" ? readRule(each) : readReference(each)));
  const document = new XmlElement(
    "filter",
    { name, chain: chain.name, priority: chain.name === "root" || priority === 0 ? undefined : priority },
    [textElement("uuid", uuid), ...parts],
  );
  const includes = document.elements("filterref").map((each) => each.get("filter") ?? "");
  return { name, uuid, includes, document };
}

function chainOf(name: string): { readonly name: string; readonly priority: number } {
  const prefix = Object.keys(CHAINS).find((each) => name === each || name.startsWith(`${each}-`));
  if (prefix !== undefined && (prefix !== "root" || name === "root")) {
    return { name, priority: CHAINS[prefix] ?? 0 };
  }
  const known = Object.keys(CHAINS).filter((each) => each !== "root");
  const detail =
    `Invalid chain name '${name}'. Please use a chain name called 'root' or any of the following prefixes: ` +
    known.join(", ");
  throw no(ErrorNumber.INVALID_ARG, detail);
}

function priorityOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[-+]?\d+$/.test(text)) {
    throw no(ErrorNumber.INVALID_ARG, `Could not parse chain priority '${text}'`);
  }
  const priority = Number(text);
  if (Math.abs(priority) <= MOST) return priority;
  const detail = `Priority '${text}' is outside valid range of [-${MOST},${MOST}]`;
  throw no(ErrorNumber.INVALID_ARG, detail);
}

/** The parameters of a reference are in the order of their names. */
export function readReference(reference: XmlElement): XmlElement {
  const filter = reference.get("filter");
  if (filter === undefined) throw no(ErrorNumber.INTERNAL_ERROR, "rule node requires action attribute");
  const nameOf = (parameter: XmlElement): string => parameter.get("name") ?? "";
  const parameters = reference
    .elements("parameter")
    .map((each) => new XmlElement("parameter", { name: each.get("name"), value: each.get("value") }))
    .toSorted((a, b) => Number(nameOf(a) > nameOf(b)) - Number(nameOf(a) < nameOf(b)));
  return new XmlElement("filterref", { filter }, parameters);
}
