import { XmlError } from "../errors.js";
import type { XmlElement } from "../tree/index.js";
import { xmlElement } from "../tree/index.js";
import { rawScopes } from "../typed/read.js";
import { EMPTY } from "../typed/scope.js";

/** A document that programs may keep something of their own in: a domain, a network. */
export interface WithMetadata {
  metadata?: XmlElement | undefined;
}

/** What a program keeps in a document under its namespace; undefined if nothing. */
export function getMetadata({ metadata }: WithMetadata, uri: string): XmlElement | undefined {
  return metadata?.children.find(
    (node): node is XmlElement => node.kind === "element" && isIn(node, uri, metadata),
  );
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
  const { metadata = xmlElement("metadata") } = config;
  const kept = metadata.children.filter((node) => node.kind !== "element" || !isIn(node, uri, metadata));
  const children = element === undefined ? kept : [...kept, element];
  const rest = children.some(({ kind }) => kind === "element");
  config.metadata = rest ? withChildren(metadata, children) : undefined;
}

/** Whether an element is in a namespace that it declares, or that what it is in does. */
function isIn(element: XmlElement, uri: string, metadata?: XmlElement): boolean {
  const scope = metadata === undefined ? EMPTY : (rawScopes.get(metadata) ?? EMPTY).inside(metadata);
  const colon = element.name.indexOf(":");
  return scope.inside(element).uri(element.name.slice(0, Math.max(colon, 0))) === uri;
}

/** A copy that still knows what the prefixes mean that are declared around it. */
function withChildren(metadata: XmlElement, children: XmlElement["children"]): XmlElement {
  const copy = { ...metadata, children };
  const scope = rawScopes.get(metadata);
  if (scope !== undefined) rawScopes.set(copy, scope);
  return copy;
}
