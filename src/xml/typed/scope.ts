import type { XmlElement } from "../tree/index.js";
import { DEEPEST } from "../tree/limits.js";
import { isElement } from "./raw.js";

/** The namespaces that are declared at a place in a document. */
export class Scope {
  /** Namespace of a root element that declares it as the default: its names count as names without one. */
  readonly base: string;
  readonly #outer: Scope | undefined;
  /** What the innermost element declares. */
  readonly #uris: ReadonlyMap<string, string>;
  /** True where names of elements without a prefix are in no namespace. */
  readonly #plain: boolean;

  constructor(base: string, uris: ReadonlyMap<string, string>, outer?: Scope) {
    this.base = base;
    this.#outer = outer;
    this.#uris = uris;
    this.#plain = this.uri("") === base;
  }

  /** The scope around a root element. */
  static around(root: XmlElement): Scope {
    const base = root.name.includes(":") ? "" : (root.attributes.xmlns ?? "");
    return base === "" ? EMPTY : new Scope(base, new Map());
  }

  /** The scope inside of an element: this one, unless the element declares something. */
  inside({ attributes }: XmlElement): Scope {
    let uris: Map<string, string> | undefined;
    for (const name in attributes) {
      const prefix = declaredBy(name);
      if (prefix === undefined) continue;
      uris ??= new Map();
      uris.set(prefix, attributes[name] ?? "");
    }
    return uris === undefined ? this : new Scope(this.base, uris, this);
  }

  /** URI of a prefix; of "" the default namespace. */
  uri(prefix: string): string | undefined {
    let found = this.#uris.get(prefix);
    for (let outer = this.#outer; found === undefined && outer !== undefined; outer = outer.#outer) {
      found = outer.#uris.get(prefix);
    }
    return found ?? (prefix === "" ? this.base : undefined);
  }

  /** A prefix that stands for a namespace here. */
  prefix(uri: string): string | undefined {
    for (const [prefix, declared] of this.#uris) if (declared === uri && prefix !== "") return prefix;
    const outer = this.#outer?.prefix(uri);
    // It may mean something else in here.
    return outer !== undefined && this.uri(outer) === uri ? outer : undefined;
  }

  /** Finds an element that is here among those that are kept by their keys. */
  findElement<T>(elements: ReadonlyMap<string, T>, element: XmlElement): T | undefined {
    // Keys of names without a namespace are those names, and few have one.
    const found = elements.get(element.name);
    if (this.#plain && element.attributes.xmlns === undefined) {
      if (found !== undefined || !element.name.includes(":")) return found;
    }
    const key = this.elementKey(element);
    return key === undefined ? undefined : elements.get(key);
  }

  /** Finds an attribute by its name among those that are kept by their keys. */
  findAttribute<T>(attributes: ReadonlyMap<string, T>, name: string): T | undefined {
    const found = attributes.get(name);
    if (found !== undefined || !name.includes(":")) return found;
    const key = this.attributeKey(name);
    return key === undefined ? undefined : attributes.get(key);
  }

  /** What an element that is here is looked up by; undefined when nobody declared its prefix. */
  elementKey(element: XmlElement): string | undefined {
    const { name, attributes } = element;
    const colon = name.indexOf(":");
    if (colon < 0 && this.#plain && attributes.xmlns === undefined) return name;
    // An element's declarations count for its own name.
    const uri = this.inside(element).uri(colon < 0 ? "" : name.slice(0, colon));
    return uri === undefined ? undefined : keyOf(name.slice(colon + 1), uri === this.base ? "" : uri);
  }

  /** What an attribute's name is looked up by; undefined for declarations of namespaces too. */
  attributeKey(name: string): string | undefined {
    const colon = name.indexOf(":");
    if (colon < 0) return name === "xmlns" ? undefined : name;
    const prefix = name.slice(0, colon);
    const uri = prefix === "xmlns" ? undefined : this.uri(prefix);
    return uri === undefined ? undefined : keyOf(name.slice(colon + 1), uri);
  }
}

/** Where nothing is declared. */
export const EMPTY: Scope = new Scope("", new Map());

/** The key of a local name in a namespace; "" is none. */
export function keyOf(local: string, uri: string): string {
  return uri === "" ? local : `{${uri}}${local}`;
}

/**
 * The element with declarations for the namespaces that it uses and that mean something else at its new place; the
 * element itself where all is well.
 */
export function transplant(element: XmlElement, from: Scope, to: Scope): XmlElement {
  if (from === to) return element;
  const missing = new Map<string, string>();
  collect(element, new Set(), (prefix) => {
    const uri = from.uri(prefix);
    if (uri !== undefined && uri !== (to.uri(prefix) ?? ""))
      missing.set(prefix === "" ? "xmlns" : `xmlns:${prefix}`, uri);
  });
  if (missing.size === 0) return element;
  return { ...element, attributes: { ...Object.fromEntries(missing), ...element.attributes } };
}

/** A prefix that an element uses and nobody declares. */
export function undeclared(element: XmlElement, to: Scope): string | undefined {
  let missing: string | undefined;
  collect(element, new Set(), (prefix) => {
    if (prefix !== "" && to.uri(prefix) === undefined) missing = prefix;
  });
  return missing;
}

/** Calls for each prefix that an element uses without declaring it. What is no tree is for the writer to refuse. */
function collect(
  element: XmlElement,
  declared: ReadonlySet<string>,
  found: (prefix: string) => void,
  depth = 0,
): void {
  if (depth > DEEPEST || !isElement(element)) return;
  let known = declared;
  const names = Object.keys(element.attributes);
  for (const name of names) {
    const prefix = declaredBy(name);
    if (prefix !== undefined) known = new Set([...known, prefix]);
  }
  const used = names.filter((name) => name.includes(":")).map(prefixOf);
  for (const prefix of [prefixOf(element.name), ...used]) {
    if (prefix !== "xmlns" && prefix !== "xml" && !known.has(prefix)) found(prefix);
  }
  for (const node of element.children) if (node.kind === "element") collect(node, known, found, depth + 1);
}

/** The prefix that an attribute declares, "" for the default namespace; undefined for other attributes. */
function declaredBy(attribute: string): string | undefined {
  if (!attribute.startsWith("xmlns")) return undefined;
  if (attribute.length === 5) return "";
  return attribute[5] === ":" ? attribute.slice(6) : undefined;
}

const prefixOf = (name: string): string => name.slice(0, Math.max(name.indexOf(":"), 0));
