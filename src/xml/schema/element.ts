import type { DocumentKind, ElementType, Lazy, Slots } from "./types.js";

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
