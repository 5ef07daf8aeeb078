import type { ParameterType } from "../api-model.js";

/** How libvirt's documentation spells the types of typed parameters. */
const SPELLINGS: ReadonlyMap<string, ParameterType> = new Map([
  ["int", "int"],
  ["integer", "int"],
  ["uint", "uint"],
  ["unsigned int", "uint"],
  ["unsigned integer", "uint"],
  ["llong", "llong"],
  ["long long", "llong"],
  ["ullong", "ullong"],
  ["unsigned long long", "ullong"],
  ["double", "double"],
  ["bool", "boolean"],
  ["boolean", "boolean"],
  ["string", "string"],
]);

const WORDS = [...SPELLINGS.keys()]
  .toSorted((a, b) => b.length - a.length)
  .map((spelling) => spelling.replaceAll(" ", "\\s+"))
  .join("|");
const STATEMENT = new RegExp(
  `VIR_TYPED_PARAMS?_([A-Z]+)|\\b(?:as|type\\s+of|has\\s+type)\\s+(?:an?\\s+)?(${WORDS})\\b`,
  "gi",
);

/** The types that a typed parameter may have, from the sentences that describe it; none when they say nothing. */
export function parameterTypes(info: string): readonly ParameterType[] {
  const types = new Set<ParameterType>();
  for (const [, constant, words] of info.matchAll(STATEMENT)) {
    const type = SPELLINGS.get((constant ?? words ?? "").toLowerCase().replaceAll(/\s+/g, " "));
    if (type !== undefined) types.add(type);
  }
  return [...types];
}

/**
 * The value of a C constant expression: numbers, sums, parentheses, names of other constants. Long longs keep a
 * mark, an `n` at the end. Undefined when it is no such expression.
 */
export function evaluateNumber(
  text: string,
  values: ReadonlyMap<string, string>,
  seen: readonly string[] = [],
): string | undefined {
  const expression = text.replace(/\/\*.*?\*\//gs, "").trim();
  const inner = /^\((.*)\)$/s.exec(expression)?.[1];
  if (inner !== undefined) return evaluateNumber(inner, values, seen);
  const long = /^(-?\d+)U?LL$/i.exec(expression)?.[1];
  if (long !== undefined) return `${long}n`;
  if (/^-?\d+$/.test(expression)) return expression;
  if (/^-?0x[0-9a-f]+$/i.test(expression)) return String(Number(expression));
  if (/^\d+(?:\s*\+\s*\d+)+$/.test(expression)) {
    return String(expression.split("+").reduce((sum, part) => sum + Number(part), 0));
  }
  const referred = seen.includes(expression) ? undefined : values.get(expression);
  return referred === undefined ? undefined : evaluateNumber(referred, values, [...seen, expression]);
}

/** The enums that the text about an argument names. */
export function flagEnums(text: string): readonly string[] {
  return [...new Set(text.match(/\bvir[A-Z]\w+/g) ?? [])];
}
