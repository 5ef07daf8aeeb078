/** What a kind of document consists of, as data: read from libvirt's schemas, and all that the emitter needs. */
export interface XmlModel {
  /** What it is called here, such as `domain`. */
  readonly kind: string;
  /** The schema that it was read from, and of which libvirt. */
  readonly source: string;
  readonly libvirtVersion: string;
  /** The type of the root element. */
  readonly root: string;
  /** In the order in which one meets them from the root. */
  readonly types: readonly XmlType[];
}

/** An element with attributes or children. */
export interface XmlType {
  readonly name: string;
  readonly tag: string;
  /** What it may have, whatever its variant. */
  readonly slots: readonly XmlSlot[];
  /** Alternatives that one attribute chooses among, and what they have beyond `slots`. */
  readonly variants?: XmlVariants;
}

export interface XmlVariants {
  readonly attribute: string;
  /** The value that is meant when the attribute is not there; one of them is `""` where that is a form of its own. */
  readonly absent?: string;
  readonly of: readonly XmlVariant[];
}

export interface XmlVariant {
  /** Several where all of them have the same slots. */
  readonly values: readonly string[];
  /** How many children that all variants have come before those of this one; all, when it is not given. */
  readonly before?: number;
  readonly slots: readonly XmlSlot[];
}

/**
 * - `attribute`, and `content`: the element's own text
 * - `leaf`: a child with nothing but text
 * - `flag`: a child with nothing in it
 * - `child`: one with attributes or children
 * - `raw`: one that may hold anything
 */
export type XmlSlotKind = "attribute" | "content" | "leaf" | "flag" | "child" | "raw";

export interface XmlSlot {
  readonly kind: XmlSlotKind;
  /** The local name; of the element itself where it is about content. */
  readonly xml: string;
  /** The namespace of a child. */
  readonly ns?: string;
  readonly required?: boolean;
  readonly many?: boolean;
  /** The value of an attribute, content or leaf. */
  readonly scalar?: XmlScalar;
  /** The type of a child, here or at the root of another kind (`domain:`). */
  readonly type?: string;
}

export type XmlScalar =
  | "text"
  | "integer"
  | "long"
  | "decimal"
  | "yesNo"
  | "onOff"
  /** With the name of the definition that lists the words, where one does. */
  | { readonly choice: readonly string[]; readonly name?: string }
  | { readonly matching: string }
  | { readonly min: number; readonly max: number }
  | { readonly either: readonly XmlScalar[] };
