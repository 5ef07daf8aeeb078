import type { ElementPattern, Pattern } from "./pattern.js";

/** How often something occurs at least and at most; what matters of the latter is whether it is above one. */
export interface Occurrence<T> {
  readonly min: number;
  readonly max: number;
  readonly items: readonly T[];
}

/** All that an element may have, its alternatives laid on top of each other. */
export interface Content {
  readonly attributes: ReadonlyMap<string, Occurrence<Pattern>>;
  /** By local name and namespace. */
  readonly children: ReadonlyMap<string, Occurrence<ElementPattern>>;
  readonly text: Occurrence<Pattern> | undefined;
  /** Elements or attributes of any name. */
  readonly open: boolean;
}

const NOTHING: Content = { attributes: new Map(), children: new Map(), text: undefined, open: false };

/** The content of a pattern, or undefined where it is not allowed. */
export function collect(pattern: Pattern): Content | undefined {
  if (!known.has(pattern)) known.set(pattern, compute(pattern));
  return known.get(pattern);
}

const known = new WeakMap<Pattern, Content | undefined>();
const allowance = new WeakMap<Pattern, boolean>();

/** Whether an element can be there at all. It can while we are asking, as elements may hold themselves. */
function allowed(element: ElementPattern): boolean {
  if (!allowance.has(element)) {
    allowance.set(element, true);
    allowance.set(element, collect(element.content) !== undefined);
  }
  return allowance.get(element) === true;
}

function compute(pattern: Pattern): Content | undefined {
  switch (pattern.kind) {
    case "notAllowed":
      return undefined;
    case "empty":
      return NOTHING;
    case "text":
    case "data":
    case "value":
      return { ...NOTHING, text: once(pattern) };
    case "attribute": {
      if (pattern.name === undefined) return { ...NOTHING, open: true };
      return { ...NOTHING, attributes: new Map([[pattern.name, once(pattern.content)]]) };
    }
    case "element": {
      // An element that must not be there is like none.
      if (!allowed(pattern)) return undefined;
      if (pattern.name === undefined) return { ...NOTHING, open: true };
      return { ...NOTHING, children: new Map([[childKey(pattern.name, pattern.ns), once(pattern)]]) };
    }
    case "ref": {
      const content = collect(pattern.define.pattern);
      // The name of a definition tells what kind of value it is.
      return content?.text === undefined || content.text.items.length === 0
        ? content
        : { ...content, text: { ...content.text, items: [textOf(pattern, content.text)] } };
    }
    case "optional":
    case "many":
    case "some": {
      const content = collect(pattern.item) ?? (pattern.kind === "some" ? undefined : NOTHING);
      return content && repeated(content, pattern.kind);
    }
    case "choice": {
      const contents = pattern.items.map(collect).filter((content) => content !== undefined);
      return contents.length === 0 ? undefined : contents.reduce((a, b) => merge(a, b, Math.min, Math.max));
    }
    case "group": {
      const add = (a: number, b: number): number => a + b;
      return pattern.items.map(collect).reduce((a, b) => a && b && merge(a, b, add, add), NOTHING);
    }
  }
}

export function childKey(name: string, ns: string): string {
  return ns === "" ? name : `${name} ${ns}`;
}

function once<T>(item: T): Occurrence<T> {
  return { min: 1, max: 1, items: [item] };
}

/** The reference itself, where its definition is about text alone. */
function textOf(ref: Pattern & { readonly kind: "ref" }, text: Occurrence<Pattern>): Pattern {
  const { pattern } = ref.define;
  const pure = collect(pattern);
  return pure?.attributes.size === 0 && pure.children.size === 0
    ? ref
    : { kind: "choice", items: text.items };
}

type Count = (a: number, b: number) => number;

function merge(a: Content, b: Content, min: Count, max: Count): Content {
  return {
    attributes: mergeMaps(a.attributes, b.attributes, min, max),
    children: mergeMaps(a.children, b.children, min, max),
    text: a.text || b.text ? mergeOne(a.text, b.text, min, max) : undefined,
    open: a.open || b.open,
  };
}

function mergeMaps<T>(
  a: ReadonlyMap<string, Occurrence<T>>,
  b: ReadonlyMap<string, Occurrence<T>>,
  min: Count,
  max: Count,
): ReadonlyMap<string, Occurrence<T>> {
  const names = new Set([...a.keys(), ...b.keys()]);
  return new Map([...names].map((name) => [name, mergeOne(a.get(name), b.get(name), min, max)]));
}

function mergeOne<T>(
  a: Occurrence<T> | undefined,
  b: Occurrence<T> | undefined,
  min: Count,
  max: Count,
): Occurrence<T> {
  return {
    min: min(a?.min ?? 0, b?.min ?? 0),
    max: max(a?.max ?? 0, b?.max ?? 0),
    items: [...new Set([...(a?.items ?? []), ...(b?.items ?? [])])],
  };
}

function repeated(
  { attributes, children, text, open }: Content,
  kind: "optional" | "many" | "some",
): Content {
  const change = <T>({ min, max, items }: Occurrence<T>): Occurrence<T> => ({
    min: kind === "some" ? min : 0,
    max: kind === "optional" ? max : Number.POSITIVE_INFINITY,
    items,
  });
  const all = <T>(map: ReadonlyMap<string, Occurrence<T>>): ReadonlyMap<string, Occurrence<T>> =>
    new Map([...map].map(([name, occurrence]) => [name, change(occurrence)]));
  // An attribute occurs once, however often its pattern does.
  return { attributes: all(attributes), children: all(children), text: text && change(text), open };
}
