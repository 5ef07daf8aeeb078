import type { Lazy, Slots } from "./slots.js";

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

/** An element that has one form. Slots in the order in which libvirt's schema has them. */
export function element<T>(
  slots: Slots,
  options?: { readonly tag?: string; readonly ns?: string },
): ElementType<T> {
  return { slots, ...options };
}

/**
 * An element whose form an attribute chooses. An unknown value is read by what all of the forms know together.
 *
 * @param by - The attribute, which is also the property.
 */
export function variants<T>(
  by: string,
  types: Readonly<Record<string, Lazy<ElementType<unknown>>>>,
  options?: { readonly absent?: string; readonly tag?: string },
): ElementType<T> {
  return { variants: { by, types, absent: options?.absent }, tag: options?.tag };
}

/** A document whose root has the given name. */
export function document<T>(
  tag: string,
  of: Lazy<ElementType<T>>,
  options?: { readonly roots?: readonly string[]; readonly ns?: string },
): DocumentKind<T> {
  return { tag, of, tags: options?.roots, ns: options?.ns };
}
