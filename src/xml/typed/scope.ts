import type { XmlElement } from "../tree/index.js";

const NONE: ReadonlyMap<string, string> = new Map();

/** The namespaces that are declared at a place in a document. */
export class Scope {
  /** Namespace of a root element that declares it as the default: its names count as names without one. */
  readonly base: string;
  readonly #uris: ReadonlyMap<string, string>;
  /** True where names of elements without a prefix are in no namespace. */
  readonly #plain: boolean;

  constructor(base: string, uris: ReadonlyMap<string, string>) {
    this.base = base;
    this.#uris = uris;
    this.#plain = (uris.get("") ?? base) === base;
  }

  /** The scope around a root element. */
  static around(root: XmlElement): Scope {
    const base = root.name.includes(":") ? "" : (root.attributes.xmlns ?? "");
    return base === "" ? EMPTY : new Scope(base, NONE);
  }

  /** The scope inside of an element: this one, unless the element declares something. */
  inside({ attributes }: XmlElement): Scope {
    let uris: Map<string, string> | undefined;
    for (const name in attributes) {
      if (!name.startsWith("xmlns") || (name.length > 5 && name[5] !== ":")) continue;
      uris ??= new Map(this.#uris);
      uris.set(name.slice(6), attributes[name] ?? "");
    }
    return uris === undefined ? this : new Scope(this.base, uris);
  }

  /** URI of a prefix; of "" the default namespace. */
  uri(prefix: string): string | undefined {
    return this.#uris.get(prefix) ?? (prefix === "" ? this.base : undefined);
  }

  /** A prefix that stands for a namespace here. */
  prefix(uri: string): string | undefined {
    for (const [prefix, declared] of this.#uris) if (declared === uri && prefix !== "") return prefix;
    return undefined;
  }

  /** Finds an element by its name among those that are kept by their keys. */
  findElement<T>(elements: ReadonlyMap<string, T>, name: string): T | undefined {
    // Keys of names without a namespace are those names, and few have one.
    if (this.#plain) {
      const found = elements.get(name);
      if (found !== undefined || !name.includes(":")) return found;
    }
    const key = this.elementKey(name);
    return key === undefined ? undefined : elements.get(key);
  }

  /** Finds an attribute by its name among those that are kept by their keys. */
  findAttribute<T>(attributes: ReadonlyMap<string, T>, name: string): T | undefined {
    const found = attributes.get(name);
    if (found !== undefined || !name.includes(":")) return found;
    const key = this.attributeKey(name);
    return key === undefined ? undefined : attributes.get(key);
  }

  /** What an element's name is looked up by; undefined when nobody declared its prefix. */
  elementKey(name: string): string | undefined {
    const colon = name.indexOf(":");
    if (colon < 0 && this.#plain) return name;
    const uri = this.uri(colon < 0 ? "" : name.slice(0, colon));
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
export const EMPTY: Scope = new Scope("", NONE);

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

/** Calls for each prefix that an element uses without declaring it. */
function collect(element: XmlElement, declared: ReadonlySet<string>, found: (prefix: string) => void): void {
  const known = new Set(declared);
  for (const name in element.attributes) {
    if (name === "xmlns") known.add("");
    else if (name.startsWith("xmlns:")) known.add(name.slice(6));
  }
  for (const name of [element.name, ...Object.keys(element.attributes)]) {
    const colon = name.indexOf(":");
    const prefix = colon < 0 ? "" : name.slice(0, colon);
    if (!known.has(prefix) && (colon >= 0 || name === element.name)) found(prefix);
  }
  for (const node of element.children) if (node.kind === "element") collect(node, known, found);
}
