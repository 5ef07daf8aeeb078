import { XmlError } from "../errors.js";
import { choice, type Scalar } from "../schema/scalars.js";
import { attr } from "../schema/slots.js";
import type { ElementType, Lazy, Slot, SlotKind } from "../schema/types.js";
import type { XmlElement } from "../tree/index.js";
import { list, show } from "./messages.js";
import { keyOf } from "./scope.js";

/** A typed object while it is looked at without its type. */
export type Value = Record<string | symbol, unknown>;

/** A slot, ready for use. */
export interface Entry {
  readonly property: string;
  readonly kind: SlotKind;
  /** As it is written, with the usual prefix. */
  readonly name: string;
  readonly ns: string;
  readonly key: string;
  readonly required: boolean;
  /** Place among its siblings. */
  readonly order: number;
  readonly scalar: Scalar<unknown>;
  /** The plan for the objects of the slot. */
  readonly plan: () => Plan;
}

/** One form of an element. */
export class Shape {
  readonly attributes: Map<string, Entry> = new Map<string, Entry>();
  readonly elements: Map<string, Entry> = new Map<string, Entry>();
  readonly properties: Map<string, Entry> = new Map<string, Entry>();
  content: Entry | undefined;
  any: Entry | undefined;

  constructor(slots: Iterable<readonly [string, readonly Slot[]]>) {
    for (const [property, alternatives] of slots) this.#add(property, alternatives);
  }

  /** A copy that has one slot more. */
  withSlot(property: string, slot: Slot): Shape {
    const copy = new Shape([]);
    for (const entry of this.properties.values()) copy.#register(entry);
    copy.#add(property, [slot]);
    return copy;
  }

  #add(property: string, alternatives: readonly Slot[]): void {
    const [slot] = alternatives;
    if (slot === undefined) return;
    const { kind, name = property, ns = "" } = slot;
    let plan: Plan | undefined;
    const entry: Entry = {
      property,
      kind,
      name,
      ns,
      key: keyOf(ns === "" ? name : name.slice(name.indexOf(":") + 1), ns),
      required: slot.required ?? false,
      order: this.properties.size,
      scalar: slot.scalar as Scalar<unknown>,
      plan: () => {
        plan ??= planOf(alternatives.flatMap(({ type }) => (type === undefined ? [] : [type])));
        return plan;
      },
    };
    this.#register(entry);
  }

  #register(entry: Entry): void {
    const { kind } = entry;
    this.properties.set(entry.property, entry);
    if (kind === "attr") this.attributes.set(entry.key, entry);
    else if (kind === "content") this.content = entry;
    else if (kind === "any") this.any = entry;
    else this.elements.set(entry.key, entry);
  }
}

/** How an element type is read and written: its forms, and which one it is. */
export interface Plan {
  /** The attribute that chooses, and its values. */
  readonly by?: string;
  readonly tags?: readonly string[];
  ofElement(element: XmlElement): Shape;
  /** By the value of the property; undefined when there is no such form. */
  ofValue(value: Value): Shape | undefined;
  /** All forms in one. */
  readonly whole: () => Shape;
}

const plans = new WeakMap<ElementType<unknown>, Plan>();

function planOf(types: readonly Lazy<ElementType<unknown>>[]): Plan {
  const given = [...new Set(types.map(force))];
  const [only] = given;
  return only !== undefined && given.length === 1 ? planFor(only) : mergedPlan(given);
}

const force = <T>(lazy: Lazy<T>): T => (typeof lazy === "function" ? (lazy as () => T)() : lazy);

/** The plan of a type, made when it is first needed. */
export function planFor(type: ElementType<unknown>): Plan {
  const known = plans.get(type);
  if (known !== undefined) return known;
  const made = makePlan(type);
  plans.set(type, made);
  return made;
}

function makePlan(type: ElementType<unknown>): Plan {
  if (type.of !== undefined) return planFor(force(type.of));
  const { variants } = type;
  if (variants === undefined) return mergedPlan([type]);
  const { by, types, absent } = variants;
  const tags = Object.keys(types);
  const forms = new Map(Object.entries(types));
  const chosen = (tag: unknown): Plan | undefined => {
    const form = forms.get((tag ?? absent) as string);
    return form === undefined ? undefined : planFor(force(form));
  };
  const whole = once(() => withTag(mergedPlan([type]).whole(), by, tags));
  const shapes = new Map<Shape, Shape>();
  const tagged = (shape: Shape): Shape => {
    const made = shapes.get(shape) ?? withTag(shape, by, tags);
    shapes.set(shape, made);
    return made;
  };
  return {
    by,
    tags,
    ofElement: (element) => {
      const plan = chosen(element.attributes[by]);
      return plan === undefined ? whole() : tagged(plan.ofElement(element));
    },
    ofValue: (value) => {
      const shape = chosen(value[by])?.ofValue(value);
      return shape === undefined ? undefined : tagged(shape);
    },
    whole,
  };
}

/** The shape with the attribute that chooses it. */
function withTag(shape: Shape, by: string, tags: readonly string[]): Shape {
  return shape.properties.has(by) ? shape : shape.withSlot(by, attr(choice("", ...tags)));
}

/** One form that has the slots of all forms of all types. */
function mergedPlan(types: readonly ElementType<unknown>[]): Plan {
  const whole = once(() => {
    const slots = new Map<string, Slot[]>();
    let forms = 0;
    const add = (type: ElementType<unknown>): void => {
      if (type.of !== undefined) add(force(type.of));
      for (const form of Object.values(type.variants?.types ?? {})) add(force(form));
      if (type.slots !== undefined) forms++;
      for (const [property, slot] of Object.entries(type.slots ?? {})) {
        const known = slots.get(property);
        if (known === undefined) slots.set(property, [slot]);
        else if (known[0]?.kind === slot.kind) known.push(slot);
      }
    };
    for (const type of types) add(type);
    // Of several forms that one of which it is nobody knows, only what all of them demand is demanded.
    const isDemanded = (same: readonly Slot[]): boolean =>
      same.length === forms && same.every((slot) => slot.required);
    return new Shape(
      Array.from(slots, ([property, same]): [string, Slot[]] => [
        property,
        isDemanded(same) ? same : same.map((slot) => ({ ...slot, required: false })),
      ]),
    );
  });
  return { ofElement: whole, ofValue: whole, whole };
}

/** A function that makes something when it is first called, and gives it from then on. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The value of a text in a slot; the text itself when it is none. */
export function readScalar({ scalar }: Entry, text: string): unknown {
  return scalar.plain ? text : (scalar.lexical.read(text) ?? text);
}

/** The text of a value in a slot. */
export function writeScalar({ scalar }: Entry, value: unknown, path: string): string {
  const text = scalar.lexical.write(value);
  if (text !== undefined) return text;
  // What a newer daemon wrote arrives as text and goes as text.
  if (typeof value === "string") return value;
  const set = scalar.allowed === undefined ? "" : `; there ${list(scalar.allowed)}`;
  throw new XmlError("VALUE", `${path} is ${show(value)} and must be ${scalar.means}${set}`, { path });
}
