/**
 * RELAX NG as a tree. What has children that hold in any order (interleave) and in this one (group) is told apart by
 * nobody here: a typed document does not keep order between different elements.
 */
export type Pattern =
  | ElementPattern
  | AttributePattern
  | { readonly kind: "choice" | "group"; readonly items: readonly Pattern[] }
  | { readonly kind: "optional" | "many" | "some"; readonly item: Pattern }
  | { readonly kind: "ref"; readonly define: Define }
  | { readonly kind: "text" | "empty" | "notAllowed" }
  | { readonly kind: "value"; readonly value: string }
  | DataPattern;

export interface ElementPattern {
  readonly kind: "element";
  /** Undefined is any name. */
  readonly name: string | undefined;
  readonly ns: string;
  readonly content: Pattern;
  /** The file and place of the declaration: the same for copies of it in other grammars. */
  readonly origin: string;
  /** The definition that it stands in. */
  readonly define: string | undefined;
}

export interface AttributePattern {
  readonly kind: "attribute";
  /** Undefined is any name. */
  readonly name: string | undefined;
  readonly content: Pattern;
}

/** A value of one of XML Schema's types. */
export interface DataPattern {
  readonly kind: "data";
  readonly type: string;
  readonly params: Readonly<Record<string, string>>;
}

/** A named pattern. Filled after it is made, as definitions refer to each other. */
export interface Define {
  readonly name: string;
  pattern: Pattern;
}

export const EMPTY: Pattern = { kind: "empty" };
export const NOT_ALLOWED: Pattern = { kind: "notAllowed" };

/** One of these; what is not allowed is no choice. */
export function choice(items: readonly Pattern[]): Pattern {
  const possible = items.filter(({ kind }) => kind !== "notAllowed");
  const [first = NOT_ALLOWED] = possible;
  return possible.length < 2 ? first : { kind: "choice", items: possible };
}

/** All of these; none is allowed when one is not. */
export function group(items: readonly Pattern[]): Pattern {
  if (items.some(({ kind }) => kind === "notAllowed")) return NOT_ALLOWED;
  const present = items.filter(({ kind }) => kind !== "empty");
  const [first = EMPTY] = present;
  return present.length < 2 ? first : { kind: "group", items: present };
}

/** What may be left out; nothing else remains of what is not allowed. */
export function repeat(kind: "optional" | "many" | "some", item: Pattern): Pattern {
  if (item.kind === "notAllowed") return kind === "some" ? NOT_ALLOWED : EMPTY;
  return item.kind === "empty" ? EMPTY : { kind, item };
}
