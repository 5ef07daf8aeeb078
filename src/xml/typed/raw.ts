import type { XmlElement } from "../tree/index.js";

/** True for what looks like an element of the tree. */
export function isElement(value: unknown): value is XmlElement {
  if (typeof value !== "object" || value === null) return false;
  const { kind, name, attributes, children } = value as Readonly<Record<string, unknown>>;
  const isObject = typeof attributes === "object" && attributes !== null;
  return kind === "element" && typeof name === "string" && isObject && Array.isArray(children);
}

/** Whether an element has the name of its place, whatever its prefix. */
export function isNamed({ name }: XmlElement, wanted: string): boolean {
  return name.slice(name.indexOf(":") + 1) === wanted.slice(wanted.indexOf(":") + 1);
}

/** What should stand where an element of the tree may. */
export function wantedElement(name: string | undefined): string {
  return name === undefined
    ? "an element of the tree, as parseXml and xmlElement make them"
    : `a <${name}> element, as in xmlElement("${name}", {}, [ … ])`;
}
