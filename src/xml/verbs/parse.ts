import { XmlError } from "../errors.js";
import type { ElementType } from "../schema/index.js";
import { parseXml, type XmlElement, type XmlLimits } from "../tree/index.js";
import { type Plan, planFor } from "../typed/plan.js";
import { readElement } from "../typed/read.js";
import { Scope } from "../typed/scope.js";

/** A document that has been read and is known to be of a kind. */
export interface Opened {
  readonly root: XmlElement;
  readonly plan: Plan;
  /** The scope around the root. */
  readonly scope: Scope;
}

/**
 * Reads a document into plain objects. Each object remembers the element that it was made from, so that `format` can
 * write back all that the object does not show: unknown elements and attributes, comments, the layout.
 *
 * A value that is not of its property's type (a newer daemon's, say) arrives as the text that stands there.
 *
 * @param kind - What the root must be: a document such as `DomainConfig`, or a part with a name of its own.
 * @throws {XmlError} for what is no well-formed XML, for another root, and beyond the limits.
 */
export function parse<T>(kind: ElementType<T>, source: string | Uint8Array, limits?: XmlLimits): T {
  const document = parseXml(source, limits);
  const { plan, scope, root } = openRoot(kind, document.root);
  return readElement(root, plan, scope, document) as T;
}

/** Checks that a root is what a kind wants. */
export function openRoot(kind: ElementType<unknown>, root: XmlElement): Opened {
  const scope = Scope.around(root);
  const { tag, tags = [] } = kind;
  const local = root.name.slice(root.name.indexOf(":") + 1);
  if (tag !== undefined && local !== tag && !tags.includes(local)) {
    throw new XmlError("ROOT", `the document is a <${root.name}>, and should be a <${tag}>`);
  }
  return { root, plan: planFor(kind), scope };
}
