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
  readonly required?: boolean;
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

/** How objects of type T stand in elements. Opaque: made by `element` and `variants`, for `parse`, `format` and the like. */
export interface ElementType<out T> {
  /** The element's name, where it always has the same. */
  readonly tag?: string | undefined;
  /** Other names that a document's root may have. */
  readonly tags?: readonly string[] | undefined;
  readonly ns?: string | undefined;
  /** Of an element that has one form. */
  readonly slots?: Slots;
  /** Of an element whose form an attribute chooses. */
  readonly variants?: Variants;
  /** Of a document: the type of its root. */
  readonly of?: Lazy<ElementType<unknown>>;
  /** Never there; it ties T to the type. */
  readonly phantom?: T;
}

/** The forms of an element, by the value of an attribute. */
export interface Variants {
  /** The attribute, and the property. */
  readonly by: string;
  readonly types: Readonly<Record<string, Lazy<ElementType<unknown>>>>;
  /** Which one it is when the attribute is absent. */
  readonly absent: string | undefined;
}

/** The type of a whole document: an element type with a root's name. */
export interface DocumentKind<out T> extends ElementType<T> {
  readonly tag: string;
}

/** The properties that an element type describes. */
export type ValueOf<E> = E extends ElementType<infer T> ? T : never;
