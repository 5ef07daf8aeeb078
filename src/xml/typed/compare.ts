import { textOf, type XmlElement } from "../tree/index.js";
import { align } from "./align.js";
import { normal } from "./normal.js";
import { type Entry, type Plan, readScalar } from "./plan.js";
import { readElement } from "./read.js";
import type { Scope } from "./scope.js";
import { likeness, nameOf } from "./similar.js";
import { inBytes, unitWithout } from "./sizes.js";

/** A difference between two documents. */
export interface Difference {
  /**
   * `added` is only in the second document, `removed` only in the first; `moved` has changed places with others of its
   * name: `before` and `after` are its numbers among them.
   */
  readonly kind: "added" | "removed" | "changed" | "moved";
  /**
   * Where, as in `devices.disk[0].driver.cache`, by the numbers that the first document has, or the second for what is
   * added. What the types do not know has its XML name.
   */
  readonly path: string;
  /** What the first document has. */
  readonly before: unknown;
  /** What the second document has. */
  readonly after: unknown;
}

/** An element with what is known of it. Without a plan its contents are compared as they stand. */
export interface Side {
  readonly element: XmlElement;
  readonly plan: Plan | undefined;
  /** The scope around the element. */
  readonly around: Scope;
}

/** One thing in an element: an attribute, its text, or the child elements of one name. */
interface Part {
  readonly name: string;
  readonly entry: Entry | undefined;
  /** Of an attribute or text. */
  readonly value: unknown;
  readonly sides: Side[];
}

/** The key of an element's own text; attributes have theirs with an @. */
const TEXT = "";
const UNIT = "@unit";

/** Compares two elements and reports what differs. */
export function compare(a: Side, b: Side, path: string, report: (difference: Difference) => void): void {
  const [before, after] = [partsOf(a), partsOf(b)];
  const sizes = sizesOf(a, before);
  if (sizes !== undefined && sizes.text === sizesOf(b, after)?.text) {
    // The same in another unit.
    for (const parts of [before, after]) for (const key of [...sizes.keys, UNIT]) parts.delete(key);
  }
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [left, right] = [before.get(key), after.get(key)];
    const { name, entry } = left ?? right ?? { name: "", entry: undefined };
    const at = path === "" ? name : `${path}.${name}`;
    const [lefts, rights] = [left?.sides ?? [], right?.sides ?? []];
    if (lefts.length + rights.length === 0) {
      if (said(left?.value, entry) !== said(right?.value, entry))
        report(difference(at, left?.value, right?.value));
    } else if (isOne(entry, lefts, rights)) comparePair(lefts[0], rights[0], entry, at, report);
    else {
      const values = new Map([...lefts, ...rights].map((side) => [side, valueIn(side, entry)]));
      const keys = [fingerprint, (side: Side): unknown => nameOf(values.get(side))];
      const alike = (one: Side, other: Side): number => likeness(values.get(one), values.get(other));
      for (const { left: i, right: j, moved } of align(lefts, rights, keys, alike)) {
        const where = `${at}[${i ?? j}]`;
        if (moved) report({ kind: "moved", path: where, before: i, after: j });
        comparePair(lefts[i ?? -1], rights[j ?? -1], entry, where, report);
      }
    }
  }
}

function isOne(entry: Entry | undefined, lefts: readonly Side[], rights: readonly Side[]): boolean {
  return entry === undefined
    ? lefts.length < 2 && rights.length < 2
    : !["children", "leaves", "any"].includes(entry.kind);
}

function comparePair(
  a: Side | undefined,
  b: Side | undefined,
  entry: Entry | undefined,
  path: string,
  report: (difference: Difference) => void,
): void {
  if (a !== undefined && b !== undefined && !isText(entry)) compare(a, b, path, report);
  else {
    const [before, after] = [valueIn(a, entry), valueIn(b, entry)];
    if (said(before, entry) !== said(after, entry)) report(difference(path, before, after));
  }
}

const isText = (entry: Entry | undefined): boolean =>
  entry !== undefined && ["leaf", "leaves", "flag"].includes(entry.kind);

/** What a side has, as `parse` gives it; the element itself where the types do not know it. */
function valueIn(side: Side | undefined, entry: Entry | undefined): unknown {
  if (side === undefined) return undefined;
  const { element, plan, around } = side;
  if (plan !== undefined) return readElement(element, plan, around);
  if (entry === undefined || !isText(entry)) return element;
  return entry.kind === "flag" ? true : readScalar(entry, textOf(element).trim());
}

function difference(path: string, before: unknown, after: unknown): Difference {
  const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  return { kind, path, before, after };
}

function partsOf({ element, plan, around }: Side): Map<string, Part> {
  const shape = plan?.ofElement(element);
  const scope = around.inside(element);
  const parts = new Map<string, Part>();
  const add = (key: string, name: string, text: string, entry: Entry | undefined): void => {
    const value = entry === undefined ? text : readScalar(entry, text);
    parts.set(key, { name: entry?.property ?? name, entry, value, sides: [] });
  };
  for (const [name, text] of Object.entries(element.attributes)) {
    if (name === "xmlns" || name.startsWith("xmlns:")) continue;
    const entry = shape && scope.findAttribute(shape.attributes, name);
    add(`@${scope.attributeKey(name) ?? name}`, name, text, entry);
  }
  const text = textOf(element).trim();
  if (text !== "") add(TEXT, "text", text, shape?.content);
  for (const node of element.children) {
    if (node.kind !== "element") continue;
    const key = scope.elementKey(node) ?? node.name;
    const entry = shape && scope.findElement(shape.elements, node);
    const isObject = entry?.kind === "child" || entry?.kind === "children";
    const side: Side = { element: node, plan: isObject ? entry.plan() : undefined, around: scope };
    const known = parts.get(key);
    if (known !== undefined) known.sides.push(side);
    else parts.set(key, { name: entry?.property ?? node.name, entry, value: undefined, sides: [side] });
  }
  return parts;
}

const said = (value: unknown, entry: Entry | undefined): unknown => normal(value, entry?.scalar?.rules);

/** The sizes in an element that has a unit: their keys, and a text that is the same for the same sizes. */
function sizesOf(
  { element }: Side,
  parts: ReadonlyMap<string, Part>,
): { keys: string[]; text: string } | undefined {
  const unit = parts.get(UNIT)?.value ?? unitWithout(element.name);
  const sizes = [...parts].flatMap(([key, { value }]): [string, bigint][] => {
    const bytes = inBytes(value, unit);
    return bytes === undefined ? [] : [[key, bytes]];
  });
  if (sizes.length === 0) return undefined;
  return {
    keys: sizes.map(([key]) => key),
    text: sizes
      .map(([key, bytes]) => `${key} ${bytes} bytes`)
      .sort()
      .join(),
  };
}

/** A text that is the same for two elements between which there is no difference. */
function fingerprint(side: Side): string {
  const parts = partsOf(side);
  const sizes = sizesOf(side, parts);
  const texts = sizes === undefined ? [] : [sizes.text];
  for (const [key, { value, entry, sides }] of parts) {
    if (sizes !== undefined && (key === UNIT || sizes.keys.includes(key))) continue;
    const inner = sides.map(fingerprint).join();
    texts.push(`${JSON.stringify([key, typeof value, String(said(value, entry))])}(${inner})`);
  }
  return `{${texts.sort().join()}}`;
}
