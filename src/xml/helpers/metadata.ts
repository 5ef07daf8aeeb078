import { XmlError } from "../errors.js";
import type { XmlElement } from "../tree/index.js";
import { xmlElement } from "../tree/index.js";

/** A document that programs may keep something of their own in: a domain, a network. */
export interface WithMetadata {
  metadata?: XmlElement | undefined;
}

/** What a program keeps in a document under its namespace; undefined if nothing. */
export function getMetadata({ metadata }: WithMetadata, uri: string): XmlElement | undefined {
  return metadata?.children.find((node): node is XmlElement => node.kind === "element" && isIn(node, uri));
}

/**
 * Keeps something in a document, in place of what was there under its namespace; `undefined` takes it out. What other
 * programs keep there stays.
 *
 * @param uri - Namespace of the program; libvirt allows one element for each.
 * @param element - Must declare the namespace itself: `xmlElement("my:thing", { "xmlns:my": uri })`.
 * @throws {XmlError} for an element of another namespace.
 */
export function setMetadata(config: WithMetadata, uri: string, element: XmlElement | undefined): void {
  if (element !== undefined && !isIn(element, uri)) {
    throw new XmlError(
      "VALUE",
      `<${element.name}> is not in the namespace ${JSON.stringify(uri)}; declare it on the element, as xmlns or with a prefix`,
    );
  }
  const kept = config.metadata?.children.filter((node) => node.kind !== "element" || !isIn(node, uri)) ?? [];
  const children = element === undefined ? kept : [...kept, element];
  const rest = children.some(({ kind }) => kind === "element");
  config.metadata = rest ? { ...(config.metadata ?? xmlElement("metadata")), children } : undefined;
}

function isIn({ name, attributes }: XmlElement, uri: string): boolean {
  const colon = name.indexOf(":");
  return attributes[colon < 0 ? "xmlns" : `xmlns:${name.slice(0, colon)}`] === uri;
}
