import { type X2jOptions, XMLParser } from "fast-xml-parser";
import { XmlError } from "../errors.js";
import { decodeAttribute, decodeReferences } from "./characters.js";
import { Checker, type Outline } from "./check.js";
import { limitsFrom, type XmlLimits } from "./limits.js";
import type { XmlDocument, XmlInstruction, XmlNode } from "./nodes.js";

/** What fast-xml-parser makes of a node: one property, named as the node is, and perhaps `:@` with the attributes. */
type Ordered = Readonly<Record<string, string | readonly Ordered[] | Readonly<Record<string, string>>>>;

const ATTRIBUTES = ":@";
const COMMENT = "#comment";
const CDATA = "#cdata";
const TEXT = "#text";
/** Before names that fast-xml-parser refuses; no name can start with it. */
const GUARD = "=";
/** What makes the value of an attribute another one than it is written. */
const NOT_PLAIN = /[&\t\n\r]/;

/**
 * Reads a document into a tree that has all of it: text, comments, CDATA sections, instructions and the white space
 * between. References are replaced by what they stand for.
 *
 * @throws {XmlError} for what is not well-formed, for document types, other encodings than UTF-8, and beyond the limits.
 */
export function parseXml(source: string | Uint8Array, limits?: XmlLimits): XmlDocument {
  const bounds = limitsFrom(limits);
  if (source.length > bounds.size) {
    throw new XmlError(
      "LIMIT",
      `the document has ${source.length} bytes, more than ${bounds.size}; if that is meant, raise limits.size`,
    );
  }
  const text = withoutMark(typeof source === "string" ? source : utf8(source));
  const outline = new Checker(text, bounds).outline();
  const replaced = withoutInstructions(text, outline);
  const ordered = parserFor(outline.reserved).parse(replaced) as readonly Ordered[];
  const instructions = outline.instructions.map(([from, to]) => instruction(text.slice(from, to)));
  const [root] = nodes(ordered, instructions);
  if (root?.kind !== "element") throw new XmlError("SYNTAX", "there is no root element");
  return {
    declaration: outline.prolog === 0 ? undefined : text.slice(0, outline.prolog),
    before: miscellaneous(text.slice(outline.prolog, outline.root)),
    root,
    after: miscellaneous(text.slice(outline.end)),
  };
}

function utf8(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe) || first === 0) {
    throw new XmlError("ENCODING", "the document is in UTF-16 or UTF-32; only UTF-8 is read: convert it");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new XmlError("ENCODING", "the bytes are no UTF-8; convert the document to it");
  }
}

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

/** The root's text. fast-xml-parser reads instructions as tags, quotes and all, so they get a number each instead. */
function withoutInstructions(text: string, { root, end, instructions }: Outline): string {
  if (instructions.length === 0) return text.slice(root, end);
  let replaced = "";
  let at = root;
  for (const [i, [from, to]] of instructions.entries()) {
    replaced += `${text.slice(at, from)}<?i${i}?>`;
    at = to;
  }
  return replaced + text.slice(at, end);
}

const OPTIONS: X2jOptions = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  commentPropName: COMMENT,
  cdataPropName: CDATA,
  textNodeName: TEXT,
  // The depth has been checked.
  maxNestedTags: Number.POSITIVE_INFINITY,
  jPath: false,
  onDangerousProperty: (name) => name,
};

let usual: XMLParser | undefined;

function parserFor(reserved: boolean): XMLParser {
  usual ??= new XMLParser(OPTIONS);
  if (!reserved) return usual;
  return new XMLParser({
    ...OPTIONS,
    attributeNamePrefix: GUARD,
    // Of an empty element the name is asked for twice.
    transformTagName: (name) => (name.startsWith(GUARD) ? name : GUARD + name),
  });
}

function nodes(ordered: readonly Ordered[], instructions: readonly XmlInstruction[]): XmlNode[] {
  const made: XmlNode[] = [];
  for (const item of ordered) {
    for (const key in item) {
      if (key !== ATTRIBUTES) {
        made.push(node(key, item, instructions));
        break;
      }
    }
  }
  return made;
}

function node(key: string, item: Ordered, instructions: readonly XmlInstruction[]): XmlNode {
  const value = item[key];
  if (typeof value === "string") return { kind: "text", value: decodeReferences(value) };
  const inner = value as readonly Ordered[];
  switch (key.charCodeAt(0)) {
    case 35:
      return { kind: key === COMMENT ? "comment" : "cdata", value: (inner[0]?.[TEXT] ?? "") as string };
    case 63:
      return instructions[Number(key.slice(2))] ?? { kind: "instruction", target: "", data: "" };
    default:
      return {
        kind: "element",
        name: unguarded(key),
        attributes: attributes(item[ATTRIBUTES] as Record<string, string> | undefined),
        children: inner.length === 0 ? [] : nodes(inner, instructions),
      };
  }
}

/** The attributes as fast-xml-parser has them, with what their references stand for. */
function attributes(raw: Record<string, string> | undefined): Record<string, string> {
  if (raw === undefined) return {};
  for (const name in raw) {
    const value = raw[name] ?? "";
    if (name.startsWith(GUARD)) return unguardedAttributes(raw);
    if (NOT_PLAIN.test(value)) raw[name] = decodeAttribute(value);
  }
  return raw;
}

function unguardedAttributes(raw: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [unguarded(name), decodeAttribute(value)]),
  );
}

const unguarded = (name: string): string => (name.charCodeAt(0) === 61 ? name.slice(1) : name);

function instruction(text: string): XmlInstruction {
  const inner = text.slice(2, -2);
  const space = inner.search(/[ \t\r\n]/);
  return space < 0
    ? { kind: "instruction", target: inner, data: "" }
    : {
        kind: "instruction",
        target: inner.slice(0, space),
        data: lineEnds(inner.slice(space).replace(/^[ \t\r\n]+/, "")),
      };
}

const lineEnds = (text: string): string => text.replace(/\r\n?/g, "\n");

const MISCELLANEOUS = /<!--([\s\S]*?)-->|(<\?[\s\S]*?\?>)|([ \t\r\n]+)/g;

/** Comments, instructions and white space outside of the root. */
function miscellaneous(text: string): XmlNode[] {
  return Array.from(text.matchAll(MISCELLANEOUS), ([, comment, whole, space]): XmlNode => {
    if (whole !== undefined) return instruction(whole);
    return comment === undefined
      ? { kind: "text", value: lineEnds(space ?? "") }
      : { kind: "comment", value: lineEnds(comment) };
  });
}
