import { XmlError } from "../errors.js";
import { textOf, type XmlElement, type XmlNode } from "../tree/index.js";
import { DEEPEST } from "../tree/limits.js";
import { childIndent, Edits } from "./edits.js";
import { match, type Written } from "./match.js";
import { list, show } from "./messages.js";
import { originOf } from "./origin.js";
import { type Entry, type Plan, readScalar, type Shape, type Value, writeScalar } from "./plan.js";
import { isElement, isNamed, wantedElement } from "./raw.js";
import { isLayout, rawScopes } from "./read.js";
import { type Scope, transplant, undeclared } from "./scope.js";

/** Where something is written. */
export interface Place {
  readonly scope: Scope;
  /** The white space before the element; undefined in documents without. */
  readonly indent: string | undefined;
  /** For messages. */
  readonly path: string;
  /** How many elements it is in. */
  readonly depth: number;
  /** What a new element has to declare for its name. */
  readonly declarations?: Readonly<Record<string, string>>;
}

/** An element where something is written. */
export interface Here {
  readonly element: XmlElement;
  readonly plan: Plan;
}

/**
 * The element that an object stands for. What the object says is merged into the element that it was read from: what
 * is equal stays as it is, and so does all that the object does not know of. An unchanged object gives its very element.
 *
 * @param name - Of a new element, and of one that was read under another name.
 * @param here - The element that is in the object's place, for an object that was not read, and how to read that.
 */
export function writeElement(value: Value, plan: Plan, name: string, place: Place, here?: Here): XmlElement {
  if (place.depth >= DEEPEST) {
    const path = place.path.slice(0, 80);
    throw new XmlError("VALUE", `${path}… is nested deeper than ${DEEPEST}, or in a circle`, { path });
  }
  const from = originOf(value);
  const fresh: XmlElement = { kind: "element", name, attributes: { ...place.declarations }, children: [] };
  const old = from?.element ?? here?.element ?? fresh;
  const around = from?.scope ?? place.scope;
  const shape = plan.ofValue(value) ?? plan.whole();
  const before = from?.shape ?? here?.plan.ofElement(here.element) ?? shape;
  const merged = new Merge(value, shape, old, before, around.inside(old), place).element();
  const renamed: XmlElement = { ...merged, name, attributes: {} };
  const named = old.name === name || around.elementKey(merged) === place.scope.elementKey(renamed);
  return transplant(named ? merged : { ...merged, name }, around, place.scope);
}

/** Merges an object into an element. */
class Merge {
  readonly #value: Value;
  readonly #shape: Shape;
  readonly #old: XmlElement;
  readonly #before: Shape;
  readonly #scope: Scope;
  readonly #place: Place;

  constructor(value: Value, shape: Shape, old: XmlElement, before: Shape, scope: Scope, place: Place) {
    this.#value = value;
    this.#shape = shape;
    this.#old = old;
    this.#before = before;
    this.#scope = scope;
    this.#place = place;
  }

  element(): XmlElement {
    const attributes = this.#attributes();
    const children = this.#children(this.#content());
    return attributes === this.#old.attributes && children === this.#old.children
      ? this.#old
      : { kind: "element", name: this.#old.name, attributes, children };
  }

  #attributes(): Record<string, string> {
    const { attributes } = this.#old;
    let made: Record<string, string> | undefined;
    for (const name in attributes) {
      const text = attributes[name] ?? "";
      const entry = this.#scope.findAttribute(this.#shape.attributes, name);
      if (entry === undefined && this.#scope.findAttribute(this.#before.attributes, name) === undefined)
        continue;
      const value = entry === undefined ? undefined : this.#value[entry.property];
      if (entry === undefined || isAbsent(value)) {
        made ??= { ...attributes };
        delete made[name];
        continue;
      }
      if (readScalar(entry, text) === value) continue;
      const written = writeScalar(entry, value, this.#path(entry.property));
      if (written === text) continue;
      made ??= { ...attributes };
      made[name] = written;
    }
    for (const property in this.#value) {
      const value = this.#value[property];
      if (isAbsent(value)) continue;
      const entry = this.#shape.properties.get(property);
      if (entry === undefined) {
        const path = this.#path(property);
        const set = list([...this.#shape.properties.keys()]);
        throw new XmlError(
          "VALUE",
          `${path} is no property of <${this.#old.name}>, and would be lost; there ${set}`,
          { path },
        );
      }
      if (entry.kind !== "attr" || this.#has(entry)) continue;
      made ??= { ...attributes };
      const { name, declared } = qualify(entry, this.#scope);
      if (declared !== undefined) made[declared] = entry.ns;
      made[name] = writeScalar(entry, value, this.#path(property));
    }
    return made ?? attributes;
  }

  #has({ name, ns, key }: Entry): boolean {
    const { attributes } = this.#old;
    if (ns === "") return Object.hasOwn(attributes, name);
    return Object.keys(attributes).some((written) => this.#scope.attributeKey(written) === key);
  }

  /** The children, with the element's own text. */
  #content(): XmlNode[] {
    const { children } = this.#old;
    const entry = this.#shape.content;
    if (entry === undefined && this.#before.content === undefined) return children;
    const text = textOf(this.#old);
    const blank = text === "" || isLayout(text, this.#old);
    const value = entry === undefined ? undefined : this.#value[entry.property];
    if (entry === undefined || isAbsent(value)) return blank ? children : withText(children, "");
    if (!blank && readScalar(entry, text) === value) return children;
    const written = writeScalar(entry, value, this.#path(entry.property));
    return written === text ? children : withText(children, written);
  }

  #children(children: XmlNode[]): XmlNode[] {
    const found = this.#found(children);
    const edits = new Edits(children);
    const indent = childIndent(children, this.#place.indent);
    const homeless: [Entry, XmlElement][] = [];
    for (const property in this.#value) {
      const value = this.#value[property];
      const entry = this.#shape.properties.get(property);
      if (entry === undefined || entry.kind === "attr" || entry.kind === "content") continue;
      if (isAbsent(value) || (entry.kind === "flag" && value === false)) continue;
      const places = found.get(entry) ?? [];
      found.delete(entry);
      if (isList(entry)) {
        const elements = places.map((at) => children[at] as XmlElement);
        const written = this.#list(entry, value, elements, indent);
        for (const element of arrange(edits, places, written)) homeless.push([entry, element]);
      } else {
        // What there should be only one of, and is not, is left alone.
        const [at] = places;
        const old = at === undefined ? undefined : (children[at] as XmlElement);
        const element = this.#one(entry, value, old, indent, this.#path(property));
        if (at === undefined) homeless.push([entry, element]);
        else edits.replace(at, element);
      }
    }
    for (const places of found.values()) for (const at of places) edits.remove(at);
    for (const [entry, element] of homeless.sort(([a], [b]) => a.order - b.order)) {
      settle(edits, this.#orders(children), entry.order, element);
    }
    return edits.any ? edits.apply(indent, this.#place.indent) : children;
  }

  /** Where the elements of each slot are; under undefined those that the object no longer has a slot for. */
  #found(children: readonly XmlNode[]): Map<Entry | undefined, number[]> {
    const found = new Map<Entry | undefined, number[]>();
    for (let i = 0; i < children.length; i++) {
      const node = children[i];
      if (node?.kind !== "element") continue;
      const entry = this.#scope.findElement(this.#shape.elements, node) ?? this.#shape.any;
      if (entry === undefined && this.#scope.findElement(this.#before.elements, node) === undefined) continue;
      const places = found.get(entry);
      if (places === undefined) found.set(entry, [i]);
      else places.push(i);
    }
    return found;
  }

  /** The places of the children among their siblings, by the schema. */
  #orders(children: readonly XmlNode[]): (number | undefined)[] {
    return children.map((node) =>
      node.kind === "element" ? this.#scope.findElement(this.#shape.elements, node)?.order : undefined,
    );
  }

  #list(entry: Entry, value: unknown, old: readonly XmlElement[], indent: string | undefined): Written[] {
    const path = this.#path(entry.property);
    if (!Array.isArray(value)) throw wrong(path, value, "an array");
    const items = value.filter((item) => !isAbsent(item)) as unknown[];
    return match(entry, items, old, this.#scope).map(({ item, from }, i) => ({
      element: this.#one(entry, item, from === undefined ? undefined : old[from], indent, `${path}[${i}]`),
      from,
    }));
  }

  #one(
    entry: Entry,
    value: unknown,
    old: XmlElement | undefined,
    indent: string | undefined,
    path: string,
  ): XmlElement {
    switch (entry.kind) {
      case "child":
      case "children": {
        if (typeof value !== "object" || value === null)
          throw wrong(path, value, "an object", entry.plan().whole());
        const { name, declared } = qualify(entry, this.#scope);
        const declarations = declared === undefined || old !== undefined ? {} : { [declared]: entry.ns };
        const place = { scope: this.#scope, indent, path, depth: this.#place.depth + 1, declarations };
        const plan = entry.plan();
        const element = writeElement(value as Value, plan, old?.name ?? name, place, this.#here(old, plan));
        return declare(element, declarations);
      }
      case "raw":
      case "any": {
        const wanted = entry.kind === "raw" ? entry.name : undefined;
        if (!isElement(value) || (wanted !== undefined && !isNamed(value, wanted)))
          throw wrong(path, value, wantedElement(wanted));
        const prefix = rawScopes.has(value) ? undefined : undeclared(value, this.#scope);
        if (prefix !== undefined)
          throw wrong(path, value, `told what its prefix ${prefix} means; add the attribute xmlns:${prefix}`);
        return transplant(value, rawScopes.get(value) ?? this.#scope, this.#scope);
      }
      case "flag":
        return old ?? this.#fresh(entry, "");
      default: {
        if (old === undefined) return this.#fresh(entry, writeScalar(entry, value, path));
        const text = textOf(old);
        if (readScalar(entry, text) === value) return old;
        const written = writeScalar(entry, value, path);
        return written === text ? old : { ...old, children: withText(old.children, written) };
      }
    }
  }

  /** A former child, to be read by what the element was. */
  #here(old: XmlElement | undefined, plan: Plan): Here | undefined {
    if (old === undefined) return undefined;
    const before = this.#scope.findElement(this.#before.elements, old);
    const isObject = before?.kind === "child" || before?.kind === "children";
    return { element: old, plan: isObject ? before.plan() : plan };
  }

  #fresh(entry: Entry, text: string): XmlElement {
    const { name, declared } = qualify(entry, this.#scope);
    const children: XmlNode[] = text === "" ? [] : [{ kind: "text", value: text }];
    const element: XmlElement = { kind: "element", name, attributes: {}, children };
    return declared === undefined ? element : declare(element, { [declared]: entry.ns });
  }

  #path(property: string): string {
    return this.#place.path === "" ? property : `${this.#place.path}.${property}`;
  }
}

/** Puts what was written where the slot's elements were, and gives what has no place yet. */
function arrange(edits: Edits, places: readonly number[], written: readonly Written[]): XmlElement[] {
  if (written.length === places.length && written.every(({ from }, i) => from === i)) {
    for (const [i, { element }] of written.entries()) edits.replace(places[i] ?? -1, element);
    return [];
  }
  const kept = written.flatMap(({ from }) => (from === undefined ? [] : [from])).sort((a, b) => a - b);
  const homes = kept.map((from) => places[from] ?? -1);
  for (const at of places) if (!homes.includes(at)) edits.remove(at);
  const [anchor] = homes.length > 0 ? homes : places;
  const homeless: XmlElement[] = [];
  let next = 0;
  for (const { element, from } of written) {
    if (from !== undefined) edits.replace(homes[next++] ?? -1, element);
    else if (next > 0) edits.after(homes[next - 1] ?? -1, element);
    else if (anchor === undefined) homeless.push(element);
    else if (homes.length > 0) edits.before(anchor, element);
    else edits.after(anchor, element);
  }
  return homeless;
}

/** Puts an element after its last sibling that comes before it by the schema's order. */
function settle(
  edits: Edits,
  orders: readonly (number | undefined)[],
  order: number,
  element: XmlElement,
): void {
  const after = orders.findLastIndex((other) => other !== undefined && other < order);
  const before = orders.findIndex((other) => other !== undefined && other > order);
  if (after >= 0 || before < 0) edits.after(after, element);
  else edits.before(before, element);
}

/** The name to write, and the declaration that it needs first. */
function qualify({ kind, name, ns }: Entry, scope: Scope): { name: string; declared?: string } {
  if (ns === "") return { name };
  const [prefix = "", local] = name.split(":");
  // Attributes are never in the default namespace.
  if (local !== undefined && kind !== "attr" && ns !== scope.base && scope.uri("") === ns)
    return { name: local };
  if (local === undefined) return scope.uri("") === ns ? { name } : { name, declared: "xmlns" };
  if (scope.uri(prefix) === ns) return { name };
  const known = scope.prefix(ns);
  if (known !== undefined) return { name: `${known}:${local}` };
  let free = prefix;
  while (scope.uri(free) !== undefined) free += "1";
  return { name: `${free}:${local}`, declared: `xmlns:${free}` };
}

function declare(element: XmlElement, declarations: Readonly<Record<string, string>>): XmlElement {
  for (const name in declarations) {
    if (element.attributes[name] === declarations[name]) continue;
    return { ...element, attributes: { ...declarations, ...element.attributes } };
  }
  return element;
}

/** The children with another text of their parent's. */
function withText(children: readonly XmlNode[], text: string): XmlNode[] {
  const at = children.findIndex(isText);
  const kind = children[at]?.kind === "cdata" ? "cdata" : "text";
  const made = children.filter((node, i) => i === at || !isText(node));
  const nodes: XmlNode[] = text === "" ? [] : [{ kind, value: text }];
  made.splice(Math.max(at, 0), at < 0 ? 0 : 1, ...nodes);
  return made;
}

const isText = ({ kind }: XmlNode): boolean => kind === "text" || kind === "cdata";

const isList = ({ kind }: Entry): boolean => kind === "children" || kind === "leaves" || kind === "any";

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

function wrong(path: string, value: unknown, wanted: string, shape?: Shape): XmlError {
  const set = shape === undefined ? "" : `; there ${list([...shape.properties.keys()])}`;
  const is = isElement(value) ? `<${value.name}>` : show(value);
  return new XmlError("VALUE", `${path} is ${is} and must be ${wanted}${set}`, { path });
}
