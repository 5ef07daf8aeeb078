import { XMLParser, XMLValidator } from "fast-xml-parser";
import { XmlElement, type XmlNode } from "./xml-element.js";

const ATTRIBUTES = ":@";
const TEXT = "#text";

type Parsed = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  processEntities: true,
});

/** A document that is not well-formed; the message begins with the line. */
export class XmlSyntaxError extends Error {}

/**
 * Reads a document; comments are dropped, and so is space between elements.
 * @throws XmlSyntaxError if it is not well-formed.
 */
export function parseXml(text: string): XmlElement {
  const valid = XMLValidator.validate(text, { allowBooleanAttributes: false });
  if (valid !== true) throw new XmlSyntaxError(`${valid.err.line}: ${valid.err.msg}`);
  const [root] = toNodes(parser.parse(text) as readonly Parsed[]).filter((node) => typeof node !== "string");
  if (root === undefined) throw new XmlSyntaxError("1: there is no element");
  return root;
}

function toNodes(parsed: readonly Parsed[]): XmlNode[] {
  const nodes = parsed.map(toNode);
  const mixed = nodes.some((node) => typeof node !== "string");
  return mixed ? nodes.filter((node) => typeof node !== "string") : nodes;
}

function toNode(parsed: Parsed): XmlNode {
  if (TEXT in parsed) return String(parsed[TEXT]);
  const name = Object.keys(parsed).find((key) => key !== ATTRIBUTES) ?? "";
  const attributes = (parsed[ATTRIBUTES] ?? {}) as Readonly<Record<string, string>>;
  return new XmlElement(name, attributes, toNodes(parsed[name] as readonly Parsed[]));
}
