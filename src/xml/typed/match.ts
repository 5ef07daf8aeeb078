import { textOf, type XmlElement } from "../tree/index.js";
import { originOf } from "./origin.js";
import { type Entry, once, readScalar, type Value } from "./plan.js";
import { readElement } from "./read.js";
import type { Scope } from "./scope.js";
import { ALIKE, likeness, nameOf, reach } from "./similar.js";

/** An element of a slot, and which of the slot's former elements it takes the place of. */
export interface Written {
  readonly element: XmlElement;
  readonly from: number | undefined;
}

interface Matched {
  readonly item: unknown;
  from: number | undefined;
}

/**
 * Says which former element each item of an array stands for: the one that it was read from; else one that says the
 * same; else, for objects, one that has more than half of its values in common with the object.
 */
export function match(
  entry: Entry,
  items: readonly unknown[],
  old: readonly XmlElement[],
  scope: Scope,
): Matched[] {
  const free = new Map(old.map((element, i) => [element, i]));
  const matched = items.map((item): Matched => {
    const element = entry.kind === "any" ? item : entry.kind === "children" ? linked(item) : undefined;
    const from = free.get(element as XmlElement);
    if (from !== undefined) free.delete(element as XmlElement);
    return { item, from };
  });
  if (free.size === 0 || entry.kind === "any") return matched;
  const said = new Map<XmlElement, Value>();
  const read = (element: XmlElement): Value => {
    const value = said.get(element) ?? readElement(element, entry.plan(), scope);
    said.set(element, value);
    return value;
  };
  const named = once(() => byName(free.keys(), read));
  for (const one of matched) {
    if (one.from !== undefined || free.size === 0) continue;
    const found =
      entry.kind === "leaves" ? sameText(entry, one.item, free) : alike(one.item, free, read, named);
    if (found === undefined) continue;
    one.from = free.get(found);
    free.delete(found);
  }
  if (entry.kind === "leaves" && items.length === old.length) {
    // As many as before: those that changed stay where they were.
    const rest = free.values();
    for (const one of matched) one.from ??= rest.next().value;
  }
  return matched;
}

function linked(item: unknown): XmlElement | undefined {
  return typeof item === "object" && item !== null ? originOf(item as Value)?.element : undefined;
}

function sameText(
  entry: Entry,
  item: unknown,
  free: ReadonlyMap<XmlElement, number>,
): XmlElement | undefined {
  for (const element of free.keys()) if (readScalar(entry, textOf(element)) === item) return element;
  return undefined;
}

/** The elements that have a name which no other has. */
function byName(
  elements: Iterable<XmlElement>,
  read: (element: XmlElement) => Value,
): Map<unknown, XmlElement> {
  const named = new Map<unknown, XmlElement>();
  const common = new Set<unknown>([undefined]);
  for (const element of elements) {
    const name = nameOf(read(element));
    if (named.has(name)) common.add(name);
    named.set(name, element);
  }
  for (const name of common) named.delete(name);
  return named;
}

/** The former element that an object without a link is most alike. */
function alike(
  item: unknown,
  free: ReadonlyMap<XmlElement, number>,
  read: (element: XmlElement) => Value,
  named: () => ReadonlyMap<unknown, XmlElement>,
): XmlElement | undefined {
  // What was read elsewhere is no copy of what is here.
  if (linked(item) !== undefined) return undefined;
  const namesake = named().get(nameOf(item));
  if (namesake !== undefined && free.has(namesake) && likeness(read(namesake), item) > ALIKE) return namesake;
  let [best, most]: [XmlElement | undefined, number] = [undefined, ALIKE];
  let left = reach(free.size);
  for (const element of free.keys()) {
    if (left-- === 0) break;
    const alikeness = likeness(read(element), item);
    if (alikeness > most) [best, most] = [element, alikeness];
    if (most === 1) break;
  }
  return best;
}
