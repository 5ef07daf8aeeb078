import type { ElementType } from "./element.js";
import type { Scalar } from "./scalars.js";

/** What of an element a property stands for. */
export type SlotKind = "attr" | "content" | "leaf" | "leaves" | "child" | "children" | "flag" | "raw" | "any";

/** Says how a property of a typed object stands in the element that the object was read from. */
export interface Slot {
  readonly kind: SlotKind;
  /** Of kinds that have text. */
  readonly scalar?: Scalar<unknown>;
  /** Of kinds that have objects. */
  readonly type?: Lazy<ElementType<unknown>>;
  /** The XML name with its usual prefix, where it is not the property's name. */
  readonly name?: string;
  /** Namespace of the name. Elements and attributes without one are in none. */
  readonly ns?: string;
  readonly required?: true;
}

/** A value, or a function that gives it where declarations go in a circle. */
export type Lazy<T> = T | (() => T);

/** Where a slot's XML name is not the property's. */
export interface SlotName {
  /** With the usual prefix where there is a namespace: `qemu:commandline`. */
  readonly name?: string;
  /** URI of the namespace. */
  readonly ns?: string;
}

/** The slots of an element by property, children in the order in which they are written. */
export type Slots = Readonly<Record<string, Slot>>;

/** An attribute. */
export const attr = (scalar: Scalar<unknown>, name?: SlotName): Slot => ({ kind: "attr", scalar, ...name });
/** The element's own text. */
export const content = (scalar: Scalar<unknown>): Slot => ({ kind: "content", scalar });
/** A child element that has nothing but text; the property is its value. */
export const leaf = (scalar: Scalar<unknown>, name?: SlotName): Slot => ({ kind: "leaf", scalar, ...name });
/** The same where there may be several; the property is an array. */
export const leaves = (scalar: Scalar<unknown>, name?: SlotName): Slot => ({
  kind: "leaves",
  scalar,
  ...name,
});
/** A child element; the property is an object. */
export const child = (type: Lazy<ElementType<unknown>>, name?: SlotName): Slot => ({
  kind: "child",
  type,
  ...name,
});
/** Child elements of one name; the property is an array of objects. */
export const children = (type: Lazy<ElementType<unknown>>, name?: SlotName): Slot => ({
  kind: "children",
  type,
  ...name,
});
/** A child element that says all by being there; the property is true. */
export const flag = (name?: SlotName): Slot => ({ kind: "flag", ...name });
/** One child element as it is in the tree, whatever is in it. */
export const raw = (name?: SlotName): Slot => ({ kind: "raw", ...name });
/** All child elements that no other slot stands for, as they are in the tree. */
export const any = (): Slot => ({ kind: "any" });
/** Marks what a document must have. */
export const required = (slot: Slot): Slot => ({ ...slot, required: true });
