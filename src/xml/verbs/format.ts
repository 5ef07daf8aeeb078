import { XmlError } from "../errors.js";
import type { ElementType } from "../schema/index.js";
import { formatXml, type XmlElement } from "../tree/index.js";
import { show } from "../typed/messages.js";
import { originOf } from "../typed/origin.js";
import { planFor, type Value } from "../typed/plan.js";
import { EMPTY } from "../typed/scope.js";
import { writeElement } from "../typed/write.js";

/** How a document is written. */
export interface FormatOptions<T> {
  /**
   * What the value was made from, for a value that has lost its memory of it (by structuredClone, JSON, a data base):
   * what the value does not know of is taken from there.
   */
  readonly original?: T;
}

/**
 * Writes a document. What was read by `parse` and has not been changed comes back as it was; what is new stands where
 * libvirt's schema has it. The value itself stays as it is.
 *
 * @throws {XmlError} for values that no document can have; `validate` tells of values that libvirt would not like.
 */
export function format<T>(
  kind: ElementType<T>,
  value: NoInfer<T>,
  options: FormatOptions<NoInfer<T>> = {},
): string {
  const document =
    originOf(value as Value)?.document ?? originOf((options.original ?? {}) as Value)?.document;
  const root = rootOf(kind, value, options);
  return formatXml(
    document === undefined
      ? { declaration: undefined, before: [], root, after: [{ kind: "text", value: "\n" }] }
      : { ...document, root },
  );
}

/** The root element of what `format` writes. */
export function rootOf<T>(kind: ElementType<T>, value: T, options: FormatOptions<T> = {}): XmlElement {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new XmlError("VALUE", `the document is ${show(value)} and must be an object`);
  const here = originOf((options.original ?? {}) as Value)?.element;
  const from = originOf(value as Value);
  const old = (from?.element ?? here)?.name;
  const local = old?.slice(old.indexOf(":") + 1) ?? "";
  const name = kind.tag === undefined || kind.tag === local || kind.tags?.includes(local) ? old : kind.tag;
  if (name === undefined)
    throw new XmlError("VALUE", "this type has no element name of its own; format what it is in");
  const scope = from?.document === undefined ? EMPTY : from.scope;
  const plan = planFor(kind);
  return writeElement(
    value as Value,
    plan,
    name,
    { scope, indent: "\n", path: "", depth: 0 },
    here && { element: here, plan },
  );
}
