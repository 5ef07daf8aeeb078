import { XMLBuilder } from "fast-xml-parser";
import { XmlError } from "../errors.js";
import { codePoint, encodeAttribute, encodeText, forbiddenAt, isName } from "./characters.js";
import { DEEPEST } from "./limits.js";
import type { XmlDocument, XmlElement, XmlNode } from "./nodes.js";

type Ordered = Record<string, unknown>;

/**
 * Writes a document or an element. Where XML leaves a choice (quotes, empty elements, references) it may look different
 * from what was read; a parser sees the same.
 *
 * @throws {XmlError} for names, comments and characters that XML cannot have.
 */
export function formatXml(tree: XmlDocument | XmlElement): string {
  if ("kind" in tree) return build([ordered(tree, 1)]);
  const { declaration = "", before, root, after } = tree;
  return declaration + build([...before, root, ...after].map((node) => ordered(node, 1)));
}

function build(nodes: readonly Ordered[]): string {
  const builder = new XMLBuilder({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    processEntities: false,
    suppressEmptyNode: true,
    suppressBooleanAttributes: false,
    commentPropName: "#comment",
    cdataPropName: "#cdata",
    textNodeName: "#text",
    maxNestedTags: 0,
  });
  const text = builder.build(nodes);
  const at = forbiddenAt(text);
  if (at >= 0)
    refuse(`XML cannot have the character ${codePoint(text, at)}: ${text.slice(Math.max(0, at - 40), at)}…`);
  return text;
}

function ordered(node: XmlNode, depth: number): Ordered {
  switch (node.kind) {
    case "element":
      return element(node, depth);
    case "text":
      return { "#text": encodeText(node.value) };
    case "cdata":
      return { "#cdata": [{ "#text": node.value }] };
    case "comment":
      if (/--|-$/.test(node.value)) refuse(`a comment cannot have -- in it: ${node.value}`);
      return { "#comment": [{ "#text": node.value }] };
    case "instruction":
      if (!isName(node.target) || node.data.includes("?>")) refuse("a processing instruction is wrong");
      return { [`?${node.target}${node.data === "" ? "" : ` ${node.data}`}`]: [] };
  }
}

function element({ name, attributes, children }: XmlElement, depth: number): Ordered {
  if (depth > DEEPEST) refuse(`elements are nested deeper than ${DEEPEST}, or in a circle`);
  if (!isName(name)) refuse(`no element can have the name ${JSON.stringify(name)}`);
  const inner = children.map((child) => ordered(child, depth + 1));
  if (attributes.size === 0) return { [name]: inner };
  const written: Record<string, string> = {};
  for (const [attribute, value] of attributes) {
    if (!isName(attribute)) refuse(`no attribute can have the name ${JSON.stringify(attribute)}`);
    // Set in the usual way, this one would be the object's prototype.
    if (attribute === "__proto__") Object.defineProperty(written, attribute, { value: encodeAttribute(value), enumerable: true });
    else written[attribute] = encodeAttribute(value);
  }
  return { [name]: inner, ":@": written };
}

function refuse(message: string): never {
  throw new XmlError("VALUE", message);
}
