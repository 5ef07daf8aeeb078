import { NAMESPACES } from "../../xml-kinds.js";
import type { XmlSlot } from "../../xml-model.js";

/** A slot with the name of its property, and its XML name with prefix where that is another one. */
export interface NamedSlot extends XmlSlot {
  readonly property: string;
  readonly qualified?: string;
}

/** `hint-dedicated` → `hintDedicated`, `qemu:commandline` → `qemuCommandline`; underscores stay. */
export function propertyName(name: string): string {
  const [first = "", ...rest] = name.split(/[^A-Za-z0-9_]+/);
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

/**
 * Names the properties of an element whose own namespace is `ns`. A child takes precedence over an attribute of the
 * same name, and both over text. The attribute that tells variants apart, `by`, comes before all.
 */
export function nameSlots(
  slots: readonly XmlSlot[],
  ns: string | undefined,
  by?: string,
): readonly NamedSlot[] {
  const children = new Set(slots.filter(isChild).map((slot) => childName(slot, ns)));
  const attributes = new Set(
    slots.filter(({ kind }) => kind === "attribute").map(({ xml }) => propertyName(xml)),
  );
  return slots.map((slot) => {
    if (slot.kind === "content")
      return { ...slot, property: children.has("value") || attributes.has("value") ? "text" : "value" };
    const qualified = slot.ns === undefined ? slot.xml : `${prefixOf(slot.ns)}:${slot.xml}`;
    const base = slot.kind === "attribute" ? propertyName(slot.xml) : childName(slot, ns);
    const property = propertyFor(slot, base, children, by);
    return { ...slot, property, ...(qualified !== property && { qualified }) };
  });
}

function propertyFor(
  { kind }: XmlSlot,
  base: string,
  children: ReadonlySet<string>,
  by: string | undefined,
): string {
  if (kind === "attribute") return children.has(base) ? `${base}Attribute` : base;
  return base === by ? `${base}Element` : base;
}

export function isChild({ kind }: XmlSlot): boolean {
  return kind !== "attribute" && kind !== "content";
}

/** Within a namespace its prefix is left out. */
function childName({ xml, ns }: XmlSlot, parent: string | undefined): string {
  return propertyName(ns === undefined || ns === parent ? xml : `${prefixOf(ns)}:${xml}`);
}

function prefixOf(ns: string): string {
  const prefix = NAMESPACES[ns];
  if (prefix === undefined) throw new Error(`codegen/import/rng/kinds.ts has no prefix for ${ns}`);
  return prefix;
}
