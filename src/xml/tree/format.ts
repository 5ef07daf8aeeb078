import { XMLBuilder } from "fast-xml-parser";
import { XmlError } from "../errors.js";
import { codePoint, encodeAttribute, encodeText, forbiddenAt, isName } from "./characters.js";
import { DEEPEST } from "./limits.js";
import type { XmlDocument, XmlElement, XmlNode } from "./nodes.js";

/** What has to be escaped in an attribute, but for quotes, which the builder escapes. */
const NOT_PLAIN = /[&<\t\n\r]/;

const NOT_ASCII = /[^\0-\x7f]/;

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
  const text = build([...before, root, ...after].map((node) => ordered(node, 1)));
  // What has become more than ASCII is no longer what the declaration says.
  const told = NOT_ASCII.test(text)
    ? declaration.replace(/(["'])(?:us-)?ascii\1/i, "$1UTF-8$1")
    : declaration;
  return told + text;
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
      return { "#text": encodeText(string(node.value)) };
    case "cdata":
      return { "#cdata": [{ "#text": string(node.value) }] };
    case "comment":
      if (/--|-$/.test(string(node.value))) refuse(`a comment cannot have -- in it: ${node.value}`);
      return { "#comment": [{ "#text": node.value }] };
    case "instruction":
      if (!isName(string(node.target)) || /^xml$/i.test(node.target) || string(node.data).includes("?>"))
        refuse("a processing instruction is wrong");
      return { [`?${node.target}${node.data === "" ? "" : ` ${node.data}`}`]: [] };
    default:
      return refuse(`there is no kind of node ${JSON.stringify((node as { readonly kind: unknown }).kind)}`);
  }
}

function element({ name, attributes, children }: XmlElement, depth: number): Ordered {
  if (depth > DEEPEST) refuse(`elements are nested deeper than ${DEEPEST}, or in a circle`);
  if (!isName(string(name))) refuse(`no element can have the name ${JSON.stringify(name)}`);
  if (!Array.isArray(children)) refuse(`the children of <${name}> must be an array`);
  const inner = children.map((child) => ordered(child, depth + 1));
  const written = attributesOf(attributes);
  return written === undefined ? { [name]: inner } : { [name]: inner, ":@": written };
}

/** The attributes as the builder wants them: the very object, unless a value has something to escape. */
function attributesOf(
  attributes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  let any = false;
  let plain = true;
  for (const name in attributes) {
    if (!isName(name)) refuse(`no attribute can have the name ${JSON.stringify(name)}`);
    any = true;
    plain &&= !NOT_PLAIN.test(string(attributes[name]));
  }
  if (!any || plain) return any ? attributes : undefined;
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, encodeAttribute(value)]),
  );
}

/** Values of others may be anything. */
function string(value: string | undefined): string {
  return typeof value === "string"
    ? value
    : refuse(`a text or attribute is of type ${typeof value}, and must be text`);
}

function refuse(message: string): never {
  throw new XmlError("VALUE", message);
}
