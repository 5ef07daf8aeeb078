import type { XmlScalar } from "../../xml-model.js";
import { RULES, UNITS } from "../../xml-rules.js";
import type { DataPattern, Pattern } from "./pattern.js";

const NAMED: ReadonlyMap<string, XmlScalar> = new Map<string, XmlScalar>([
  ...Object.entries(RULES).map(([define, rule]) => [define, { matching: rule }] as const),
  ["unit", { either: [{ choice: UNITS }, { matching: "unit" }] }],
]);

const TYPES: Readonly<Record<string, XmlScalar>> = {
  double: "decimal",
  float: "decimal",
  decimal: "decimal",
  int: "integer",
  integer: "integer",
  positiveInteger: "integer",
  nonNegativeInteger: "integer",
  short: "integer",
  unsignedInt: "integer",
  unsignedShort: "integer",
  long: "long",
  unsignedLong: "long",
};

/** What kind of value the alternatives make together. */
export function scalarOf(patterns: readonly Pattern[]): XmlScalar {
  const found: Found = { literals: new Set(), defines: new Set(), others: new Map(), text: false };
  for (const pattern of patterns) gather(pattern, found, undefined);
  const { literals, defines, others, text } = found;
  // Text may be empty without saying so.
  if (text) literals.delete("");
  const parts: XmlScalar[] = [];
  const named = defines.size === 1 ? [...defines][0] : undefined;
  takeBoolean(literals, ["yes", "no"], "yesNo", parts);
  takeBoolean(literals, ["on", "off"], "onOff", parts);
  if (literals.size > 0) parts.push({ choice: [...literals], ...(named !== undefined && { name: named }) });
  parts.push(...joinNumbers([...others.values()]));
  // Numbers of any kind beside text are text; known words beside text are worth to be offered.
  if (text && parts.every((part) => typeof part !== "object" || !("choice" in part))) return "text";
  if (text) parts.push("text");
  const [only = "text"] = parts;
  return parts.length < 2 ? only : { either: parts };
}

interface Found {
  readonly literals: Set<string>;
  /** The definitions that the literals come from; `undefined` stands for none. */
  readonly defines: Set<string | undefined>;
  readonly others: Map<string, XmlScalar>;
  text: boolean;
}

/** Booleans are those where both words are possible, or that word is the only one. */
function takeBoolean(
  literals: Set<string>,
  words: readonly string[],
  scalar: XmlScalar,
  parts: XmlScalar[],
): void {
  const present = words.filter((word) => literals.has(word));
  if (present.length === 0 || (present.length === 1 && literals.size > 1)) return;
  for (const word of words) literals.delete(word);
  parts.push(scalar);
}

function gather(pattern: Pattern, found: Found, define: string | undefined): void {
  const add = (scalar: XmlScalar): unknown => found.others.set(JSON.stringify(scalar), scalar);
  switch (pattern.kind) {
    case "ref": {
      const named = NAMED.get(pattern.define.name);
      if (named === undefined) gather(pattern.define.pattern, found, pattern.define.name);
      else add(named);
      return;
    }
    case "value":
      found.literals.add(pattern.value);
      found.defines.add(define);
      return;
    case "data": {
      const scalar = dataScalar(pattern);
      if (scalar === "text") found.text = true;
      else add(scalar);
      return;
    }
    case "choice":
    case "group":
      for (const item of pattern.items) gather(item, found, define);
      return;
    case "optional":
    case "many":
    case "some":
      gather(pattern.item, found, define);
      return;
    case "empty":
      found.literals.add("");
      return;
    case "text":
      found.text = true;
  }
}

type Range = { readonly min: number; readonly max: number };

function isRange(scalar: XmlScalar): scalar is Range {
  return typeof scalar === "object" && "min" in scalar;
}

/** One scalar of several that are whole numbers: that with the widest limits. */
function joinNumbers(scalars: readonly XmlScalar[]): readonly XmlScalar[] {
  const ranges = scalars.filter(isRange);
  const whole = scalars.find((scalar) => scalar === "long") ?? scalars.find((scalar) => scalar === "integer");
  const rest = scalars.filter((scalar) => scalar !== "integer" && scalar !== "long" && !isRange(scalar));
  if (whole !== undefined) return [whole, ...rest];
  if (ranges.length === 0) return rest;
  const min = Math.min(...ranges.map((range) => range.min));
  return [{ min, max: Math.max(...ranges.map((range) => range.max)) }, ...rest];
}

/** The least value of types that have no sign. */
const LEAST: Readonly<Record<string, number>> = {
  nonNegativeInteger: 0,
  positiveInteger: 1,
  unsignedInt: 0,
  unsignedShort: 0,
};

function dataScalar({ type, params }: DataPattern): XmlScalar {
  const scalar = TYPES[type] ?? "text";
  if (scalar !== "integer") return scalar;
  const { minInclusive, maxInclusive } = params;
  const min = minInclusive ?? LEAST[type];
  // Limits on one side only are those of the type, or nearly.
  return min === undefined || maxInclusive === undefined
    ? scalar
    : { min: Number(min), max: Number(maxInclusive) };
}
