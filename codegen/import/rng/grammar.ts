import { type Markup, readMarkup, SchemaError } from "./markup.js";
import { choice, type Define, EMPTY, group, NOT_ALLOWED, type Pattern, repeat } from "./pattern.js";

/** Gives the text of a schema file by the name that `include` knows it by. */
export type ReadSchema = (file: string) => string;

/** The pattern of a document that the schema `file` describes, with all definitions that it refers to. */
export function readGrammar(file: string, read: ReadSchema): Pattern {
  const grammar = new Grammar(read);
  grammar.include(file);
  return grammar.start(file);
}

/** Where a pattern stands: what messages and origins are made of. */
interface Place {
  readonly file: string;
  readonly define: string | undefined;
  readonly ns: string;
}

type Combine = "choice" | "interleave" | undefined;

/** One scope of definitions. A grammar inside of another has a scope of its own. */
class Grammar {
  private readonly read: ReadSchema;
  private readonly defines = new Map<string, Define>();
  private readonly given = new Set<string>();
  private readonly included = new Set<string>();
  private readonly starts: Pattern[] = [];
  private readonly counters = new Map<string, number>();

  constructor(read: ReadSchema) {
    this.read = read;
  }

  /** Takes over the definitions of a file, but for those that the including file has `overridden`. */
  include(file: string, overridden: ReadonlySet<string> = new Set()): void {
    // Several files include the same basics.
    if (this.included.has(file)) return;
    this.included.add(file);
    const root = readMarkup(file, this.read(file));
    this.content(root, { file, define: undefined, ns: root.attributes.ns ?? "" }, overridden);
  }

  start(file: string): Pattern {
    for (const name of this.defines.keys()) {
      if (!this.given.has(name)) throw new SchemaError(file, `'${name}' is referred to, but never defined`);
    }
    if (this.starts.length === 0) throw new SchemaError(file, "expected <start>");
    return choice(this.starts);
  }

  /** The components of a `<grammar>`, `<div>` or `<include>`. */
  private content(parent: Markup, place: Place, overridden: ReadonlySet<string>): void {
    for (const item of parent.children) {
      if (item.name === "start") {
        if (!overridden.has("<start>")) this.starts.push(this.all(item, place));
      } else if (item.name === "define") {
        const name = attribute(item, "name", place);
        if (!overridden.has(name)) this.define(name, item, place);
      } else if (item.name === "include") {
        const own = item.children.map(({ name, attributes }) =>
          name === "start" ? "<start>" : (attributes.name ?? ""),
        );
        this.include(attribute(item, "href", place), new Set([...overridden, ...own]));
        this.content(item, place, overridden);
      } else if (item.name === "div") this.content(item, place, overridden);
      else throw new SchemaError(place.file, `<${item.name}> is unknown in a grammar`);
    }
  }

  private define(name: string, item: Markup, place: Place): void {
    const pattern = this.all(item, { ...place, define: name });
    const define = this.refer(name);
    const combine = item.attributes.combine as Combine;
    if (!this.given.has(name)) define.pattern = pattern;
    else if (combine === "choice" || define.pattern.kind === "notAllowed")
      define.pattern = choice([define.pattern, pattern]);
    else if (combine === "interleave") define.pattern = group([define.pattern, pattern]);
    else throw new SchemaError(place.file, `'${name}' is defined twice, and not combined`);
    this.given.add(name);
  }

  private refer(name: string): Define {
    const found = this.defines.get(name) ?? { name, pattern: NOT_ALLOWED };
    this.defines.set(name, found);
    return found;
  }

  /** All children, one after the other. */
  private all({ children }: Markup, place: Place): Pattern {
    return group(children.map((child) => this.pattern(child, place)));
  }

  private pattern(item: Markup, place: Place): Pattern {
    switch (item.name) {
      case "element":
        return this.element(item, place);
      case "attribute": {
        const [name, rest] = this.name(item, place);
        const content = rest.length === 0 ? { kind: "text" as const } : group(this.each(rest, place));
        return { kind: "attribute", name, content };
      }
      case "group":
      case "interleave":
        return this.all(item, place);
      case "choice":
        return choice(this.each(item.children, place));
      case "optional":
        return repeat("optional", this.all(item, place));
      case "zeroOrMore":
        return repeat("many", this.all(item, place));
      case "oneOrMore":
        return repeat("some", this.all(item, place));
      case "mixed":
        return group([{ kind: "text" }, this.all(item, place)]);
      case "ref":
        return { kind: "ref", define: this.refer(attribute(item, "name", place)) };
      case "grammar": {
        const inner = new Grammar(this.read);
        inner.content(item, place, new Set());
        return inner.start(place.file);
      }
      case "externalRef":
        return readGrammar(attribute(item, "href", place), this.read);
      case "data":
        return this.data(item, place);
      case "value":
        return { kind: "value", value: item.text.trim() };
      case "text":
      case "list":
        return { kind: "text" };
      case "empty":
        return EMPTY;
      case "notAllowed":
        return NOT_ALLOWED;
      default:
        throw new SchemaError(place.file, `<${item.name}> is unknown${within(place)}`);
    }
  }

  private each(items: readonly Markup[], place: Place): readonly Pattern[] {
    return items.map((child) => this.pattern(child, place));
  }

  private element(item: Markup, outer: Place): Pattern {
    const place = { ...outer, ns: item.attributes.ns ?? outer.ns };
    // Counted within its definition, so that a change elsewhere in the file leaves it alone.
    const home = `${place.file}:${place.define ?? "start"}`;
    const count = (this.counters.get(home) ?? 0) + 1;
    this.counters.set(home, count);
    const [name, rest] = this.name(item, place);
    return {
      kind: "element",
      name,
      ns: place.ns,
      origin: `${home}:${count}`,
      define: place.define,
      content: group(this.each(rest, place)),
    };
  }

  /** The name of an element or attribute, and what else is in it. */
  private name(item: Markup, place: Place): readonly [string | undefined, readonly Markup[]] {
    if (item.attributes.name !== undefined) return [item.attributes.name, item.children];
    const [first, ...rest] = item.children;
    if (first?.name === "name") return [first.text.trim(), rest];
    if (first?.name === "anyName" || first?.name === "nsName") return [undefined, rest];
    throw new SchemaError(place.file, `<${item.name}> has no name that is understood${within(place)}`);
  }

  private data(item: Markup, place: Place): Pattern {
    const params = item.children.filter(({ name }) => name === "param");
    return {
      kind: "data",
      type: attribute(item, "type", place),
      params: Object.fromEntries(params.map((param) => [attribute(param, "name", place), param.text.trim()])),
    };
  }
}

function attribute({ name, attributes }: Markup, wanted: string, place: Place): string {
  const value = attributes[wanted];
  if (value === undefined)
    throw new SchemaError(place.file, `<${name}> lacks the attribute '${wanted}'${within(place)}`);
  return value;
}

function within({ define }: Place): string {
  return define === undefined ? "" : ` in the definition of '${define}'`;
}
