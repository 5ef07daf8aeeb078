import { choice, EMPTY, group, NOT_ALLOWED, type Pattern, repeat } from "./pattern.js";

/** What is left of a pattern when it is known whether an attribute is there, and with which value. */
export interface Restricted {
  /** With the attribute, which is no longer part of it. */
  readonly with: Pattern;
  /** Without the attribute. */
  readonly without: Pattern;
}

/** Takes apart the alternatives of a pattern: those where the attribute `name` is `value`, and those without it. */
export function restrict(pattern: Pattern, name: string, value: string): Restricted {
  switch (pattern.kind) {
    case "attribute":
      if (pattern.name !== name) break;
      return { with: accepts(pattern.content, value) ? EMPTY : NOT_ALLOWED, without: NOT_ALLOWED };
    case "ref":
      if (!mentions(pattern, name)) break;
      return restrict(pattern.define.pattern, name, value);
    case "choice": {
      const items = pattern.items.map((item) => restrict(item, name, value));
      return {
        with: choice(items.map((item) => item.with)),
        without: choice(items.map((item) => item.without)),
      };
    }
    case "group": {
      const items = pattern.items.map((item) => restrict(item, name, value));
      const without = items.map((item) => item.without);
      return {
        with: choice(
          items.map((item, at) => group(without.map((other, index) => (index === at ? item.with : other)))),
        ),
        without: group(without),
      };
    }
    case "optional":
    case "many":
    case "some": {
      const item = restrict(pattern.item, name, value);
      return { with: item.with, without: repeat(pattern.kind, item.without) };
    }
  }
  return { with: NOT_ALLOWED, without: pattern };
}

const mentioned = new WeakMap<object, Map<string, boolean>>();

/** Whether the attribute occurs outside of child elements. */
function mentions(pattern: Pattern, name: string): boolean {
  const known = mentioned.get(pattern) ?? new Map<string, boolean>();
  mentioned.set(pattern, known);
  const before = known.get(name);
  if (before !== undefined) return before;
  const found =
    (pattern.kind === "attribute" && pattern.name === name) ||
    (pattern.kind === "ref" && mentions(pattern.define.pattern, name)) ||
    ("items" in pattern && pattern.items.some((item) => mentions(item, name))) ||
    ("item" in pattern && mentions(pattern.item, name));
  known.set(name, found);
  return found;
}

function accepts(pattern: Pattern, value: string): boolean {
  switch (pattern.kind) {
    case "value":
      return pattern.value === value;
    case "ref":
      return accepts(pattern.define.pattern, value);
    case "choice":
      return pattern.items.some((item) => accepts(item, value));
    case "text":
    case "data":
      return true;
    default:
      return false;
  }
}
