import { escapeXml } from "./escape.js";

/** A node below an element: another element, or text. */
export type XmlNode = XmlElement | string;

/** An element of a document as libvirt writes them: attributes, and either text or elements below. */
export class XmlElement {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: XmlNode[];
  /** Written with a start and an end tag on lines of their own even if nothing is below. */
  spread = false;
  /** Written with a start and an end tag, one behind the other, even if nothing is below. */
  paired = false;

  constructor(
    name: string,
    attributes: Readonly<Record<string, string | number | bigint | undefined>> = {},
    children: readonly XmlNode[] = [],
  ) {
    this.name = name;
    this.attributes = new Map();
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined) this.attributes.set(key, String(value));
    }
    this.children = [...children];
  }

  /** The elements directly below; with a name, only those of that name. */
  elements(name?: string): XmlElement[] {
    return this.children.filter(
      (node): node is XmlElement => typeof node !== "string" && (name === undefined || node.name === name),
    );
  }

  /** The first element at a path of names such as "devices/emulator". */
  find(path: string): XmlElement | undefined {
    return path
      .split("/")
      .reduce<XmlElement | undefined>((element, name) => element?.elements(name)[0], this);
  }

  /** The element at a path, made if it is not there. */
  ensure(path: string): XmlElement {
    return path.split("/").reduce<XmlElement>((element, name) => {
      const next = element.elements(name)[0] ?? new XmlElement(name);
      if (!element.children.includes(next)) element.append(next);
      return next;
    }, this);
  }

  /** The text of this element, without the blanks around it. */
  get text(): string {
    return this.rawText.trim();
  }

  set text(value: string | number | bigint) {
    this.children.splice(0, this.children.length, String(value));
  }

  private get rawText(): string {
    return this.children.filter((node) => typeof node === "string").join("");
  }

  /** The text of the element at a path; `undefined` if there is none. */
  textOf(path: string): string | undefined {
    return this.find(path)?.text;
  }

  /** An attribute of this element, or of the one at a path. */
  get(attribute: string, path?: string): string | undefined {
    const element = path === undefined ? this : this.find(path);
    return element?.attributes.get(attribute);
  }

  set(attribute: string, value: string | number | bigint | undefined): this {
    if (value === undefined) this.attributes.delete(attribute);
    else this.attributes.set(attribute, String(value));
    return this;
  }

  append(...nodes: XmlNode[]): this {
    this.children.push(...nodes);
    return this;
  }

  /** Takes the elements of a name, or one element, from below this one. */
  remove(which: string | XmlElement): void {
    const kept = this.children.filter(
      (node) => node !== which && (typeof node === "string" || node.name !== which),
    );
    this.children.splice(0, this.children.length, ...kept);
  }

  clone(): XmlElement {
    const children = this.children.map((node) => (typeof node === "string" ? node : node.clone()));
    const copy = new XmlElement(this.name, Object.fromEntries(this.attributes), children);
    copy.spread = this.spread;
    copy.paired = this.paired;
    return copy;
  }

  /** A copy in which it, and all below it, have other names. */
  mapNames(change: (name: string) => string): XmlElement {
    const children = this.children.map((node) => (typeof node === "string" ? node : node.mapNames(change)));
    return new XmlElement(change(this.name), Object.fromEntries(this.attributes), children);
  }

  /** Puts the attributes, and the elements below, in the order of these names; others follow as they are. */
  sort(attributes: readonly string[], elements: readonly string[] = []): this {
    const sorted = rank([...this.attributes], attributes, ([name]) => name);
    this.attributes.clear();
    for (const [name, value] of sorted) this.attributes.set(name, value);
    const below = rank(this.children, elements, (node) => (typeof node === "string" ? "" : node.name));
    this.children.splice(0, this.children.length, ...below);
    return this;
  }

  /** The document as libvirt writes it: two spaces a level, single quotes, a line break at the end. */
  format(level = 0, quote = "'"): string {
    const indent = "  ".repeat(level);
    let start = `${indent}<${this.name}`;
    for (const [key, value] of this.attributes) start += ` ${key}=${quote}${escapeXml(value, quote)}${quote}`;
    const elements = this.elements();
    if (elements.length > 0 || this.spread) {
      // What is not libvirt's own is written by libxml.
      const inner = this.name === "metadata" ? '"' : quote;
      const below = elements.map((element) => element.format(level + 1, inner)).join("");
      return `${start}>\n${below}${indent}</${this.name}>\n`;
    }
    const text = this.rawText;
    return text === "" && !this.paired
      ? `${start}/>\n`
      : `${start}>${escapeXml(text, quote)}</${this.name}>\n`;
  }
}

/** Sorts by the place of a name in a list; what is not in it keeps its order behind the rest. */
function rank<T>(items: readonly T[], names: readonly string[], nameOf: (item: T) => string): T[] {
  const places = new Map(names.map((name, place) => [name, place]));
  const placeOf = (item: T): number => places.get(nameOf(item)) ?? names.length;
  return items.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Makes an element with a text below. */
export function textElement(
  name: string,
  text: string | number | bigint,
  attributes: Readonly<Record<string, string | number | bigint | undefined>> = {},
): XmlElement {
  return new XmlElement(name, attributes, [String(text)]);
}
