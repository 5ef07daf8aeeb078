/** An element. Plain data, to be read and changed at will. */
export interface XmlElement {
  readonly kind: "element";
  /** As it is written, with the prefix: `qemu:commandline`. */
  name: string;
  /** By the name as it is written, in order; declarations of namespaces among them. Values are without references. */
  attributes: Record<string, string>;
  children: XmlNode[];
}

/** Text between tags, without references: `a & b`. */
export interface XmlText {
  readonly kind: "text";
  value: string;
}

/** Text in a CDATA section. */
export interface XmlCData {
  readonly kind: "cdata";
  value: string;
}

/** A comment. */
export interface XmlComment {
  readonly kind: "comment";
  value: string;
}

/** A processing instruction. */
export interface XmlInstruction {
  readonly kind: "instruction";
  target: string;
  /** What follows the target, as it stands. */
  data: string;
}

/** What an element may hold. */
export type XmlNode = XmlElement | XmlText | XmlCData | XmlComment | XmlInstruction;

/** A whole document. */
export interface XmlDocument {
  /** The XML declaration as it is written, such as `<?xml version="1.0"?>`; undefined when there is none. */
  declaration: string | undefined;
  /** What stands between the declaration and the root: comments, instructions, white space. */
  before: XmlNode[];
  root: XmlElement;
  /** What follows the root. */
  after: XmlNode[];
}

/** Makes an element; a string among the children is text. */
export function xmlElement(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly (XmlNode | string)[] = [],
): XmlElement {
  return {
    kind: "element",
    name,
    attributes: { ...attributes },
    children: children.map((node) => (typeof node === "string" ? { kind: "text", value: node } : node)),
  };
}

/** The text directly in an element, without that of its children. */
export function textOf({ children }: XmlElement): string {
  const [only] = children;
  if (only === undefined) return "";
  if (children.length === 1) return only.kind === "text" || only.kind === "cdata" ? only.value : "";
  let text = "";
  for (const node of children) if (node.kind === "text" || node.kind === "cdata") text += node.value;
  return text;
}
