import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { formatUuid, parseUuid } from "../../protocol/index.js";
import { refuse } from "../refuse.js";
import { parseXml, XmlSyntaxError } from "./parse.js";
import type { XmlElement } from "./xml-element.js";

/** Reads a document that a client has sent. @throws Refusal if it is not well-formed, or has another root. */
export function readDocument(text: string, root: string, domain: number): XmlElement {
  const element = readFragment(text, `${root}_definition`, domain);
  if (element.name === root) return element;
  const detail = `expecting root element of '${root}', not '${element.name}'`;
  throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.XML, detail);
}

/** Reads a document with any root; `what` is what libvirt calls it. @throws Refusal if it is not well-formed. */
export function readFragment(text: string, what: string, domain: number): XmlElement {
  try {
    return parseXml(text);
  } catch (error) {
    if (!(error instanceof XmlSyntaxError)) throw error;
    throw refuse(ErrorNumber.XML_DETAIL, domain, `(${what}):${error.message}`);
  }
}

/** A scale by the suffix that stands for it: `KiB`, `k` and their likes. */
function scaleOf(unit: string): bigint {
  const [, prefix = "", kind = ""] = /^([kmgtpe]?)(b|ib|bytes)?$/i.exec(unit) ?? [undefined, undefined, "?"];
  if (kind === "?") throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.NONE, `unknown suffix '${unit}'`);
  const power = BigInt("kmgtpe".indexOf(prefix.toLowerCase()) + 1);
  if (prefix === "") return 1n;
  return (kind.toLowerCase() === "b" ? 1000n : 1024n) ** power;
}

/** Bytes in an element such as `<memory unit='MiB'>1</memory>`. */
export function bytesOf(element: XmlElement, path: string, defaultUnit: string): bigint {
  const { text } = element;
  if (!/^\d+$/.test(text)) {
    const detail = `Invalid value '${text}' for element or attribute '${path}'`;
    throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.XML, detail);
  }
  return BigInt(text) * scaleOf(element.get("unit") ?? defaultUnit);
}

/** The same in KiB, rounded up. */
export function kibibytesOf(element: XmlElement, path: string): bigint {
  return (bytesOf(element, path, "KiB") + 1023n) / 1024n;
}

/** The canonical form of a UUID. @throws Refusal if it is none. */
export function uuidOf(text: string, what: () => Error): string {
  try {
    return formatUuid(parseUuid(text));
  } catch {
    throw what();
  }
}
