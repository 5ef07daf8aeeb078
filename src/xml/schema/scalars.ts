import {
  BigInt as BigIntSchema,
  Boolean as BooleanSchema,
  Integer,
  Literal,
  Number as NumberSchema,
  String as StringSchema,
  type TSchema,
  Union,
} from "@sinclair/typebox";
import { RULES, type Rule } from "./rules.js";

/** How a value stands in a document. Both give undefined for what is not of this kind. */
export interface Lexical<T> {
  /** The value of a text; undefined when the text is none, which then arrives as it is. */
  readonly read: (text: string) => T | undefined;
  /** The text of a value; undefined when the value is of another type. */
  readonly write: (value: unknown) => string | undefined;
}

/** A TypeBox schema that also knows how its values are written in XML. */
export interface Scalar<T> extends TSchema {
  static: T;
  readonly lexical: Lexical<T>;
  /** What the values are, for messages: "a whole number". */
  readonly means: string;
  /** The values there are, where that is a set. */
  readonly allowed?: readonly string[];
  /** The rules that texts may follow. */
  readonly rules?: readonly Rule[];
  /** True when every text is a value as it stands, right or wrong. */
  readonly plain?: true;
}

function scalar<T>(schema: TSchema, means: string, lexical: Lexical<T>): Scalar<T> {
  return { ...schema, lexical, means } as Scalar<T>;
}

const asText: Lexical<string> = {
  read: (text) => text,
  write: (value) => (typeof value === "string" ? value : undefined),
};

/** Any text. */
export const text: Scalar<string> = {
  ...scalar(StringSchema(), "text", asText),
  plain: true,
};

const WHOLE = /^\s*([-+]?\d+|0[xX][0-9a-fA-F]+)\s*$/;

function readInteger(from: string): number | undefined {
  const number = WHOLE.test(from) ? Number(from) : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
}

const asInteger: Lexical<number> = {
  read: readInteger,
  write: (value) => (typeof value === "number" && Number.isSafeInteger(value) ? String(value) : undefined),
};

/** A whole number that is small by nature. */
export const integer: Scalar<number> = scalar(Integer(), "a whole number", asInteger);

/** A whole number from `min` to `max`, both included. */
export function ranged(min: number, max: number): Scalar<number> {
  return scalar(Integer({ minimum: min, maximum: max }), `a whole number from ${min} to ${max}`, asInteger);
}

/** A whole number of 64 bits: sizes, offsets, times. A bigint; a safe number is written as well. */
export const long: Scalar<bigint> = scalar(BigIntSchema(), "a bigint such as 1024n", {
  // BigInt refuses "+5", and libvirt does not write it.
  read: (from) => (WHOLE.test(from) ? BigInt(from.replace("+", "")) : undefined),
  write: (value) => (typeof value === "bigint" ? String(value) : asInteger.write(value)),
});

/** A number with a fraction. */
export const decimal: Scalar<number> = scalar(NumberSchema(), "a number", {
  read: (from) => (/^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/.test(from) ? Number(from) : undefined),
  write: (value) => (typeof value === "number" && Number.isFinite(value) ? String(value) : undefined),
});

function spelt(on: string, off: string): Scalar<boolean> {
  return scalar(BooleanSchema(), `true or false (${on} or ${off})`, {
    read: (from) => (from === on ? true : from === off ? false : undefined),
    write: (value) => (value === true ? on : value === false ? off : undefined),
  });
}

/** A boolean that is written yes or no. */
export const yesNo: Scalar<boolean> = spelt("yes", "no");
/** A boolean that is written on or off. */
export const onOff: Scalar<boolean> = spelt("on", "off");

/**
 * One of a set of words. Other words are read and written as they are, since daemons learn new ones; `validate` names them.
 *
 * @param words - The words; or one text with all of them, separated by spaces, which bundles smaller.
 */
export function choice<T extends string>(...words: readonly T[]): Scalar<T | (string & {})> {
  const allowed = words.length === 1 ? (words[0] ?? "").split(" ") : words;
  const literals = Union(allowed.map((word) => Literal(word)));
  const known = new Set<string>(allowed);
  return {
    ...scalar<string>(literals, "one of a set", {
      read: (from) => (known.has(from) ? from : undefined),
      write: asText.write,
    }),
    allowed,
    plain: true,
  };
}

/** What any of several scalars is; they are tried in the order that they are given in. */
export function either<T extends readonly Scalar<unknown>[]>(...types: T): Scalar<T[number]["static"]> {
  const lexical: Lexical<T[number]["static"]> = {
    read: (from) => first(types, (type) => type.lexical.read(from)),
    write: (value) => first(types, (type) => type.lexical.write(value)),
  };
  const means = types.flatMap((type) => (type.allowed === undefined ? [type.means] : [])).join(", or ");
  const allowed = types.flatMap((type) => type.allowed ?? []);
  const rules = types.flatMap((type) => type.rules ?? []);
  const made = { ...scalar(Union([...types]), means, lexical), rules };
  return allowed.length > 0 ? { ...made, allowed } : made;
}

function first<R>(
  types: readonly Scalar<unknown>[],
  ask: (type: Scalar<unknown>) => R | undefined,
): R | undefined {
  for (const type of types) {
    const answer = ask(type);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** A text that has the form which a rule names. */
export function matching(rule: Rule): Scalar<string> {
  const pattern = `^(${RULES[rule]})$`;
  const form = new RegExp(pattern);
  return {
    ...scalar<string>(StringSchema({ pattern }), `text of the form ${rule}`, {
      read: (from) => (form.test(from) ? from : undefined),
      write: asText.write,
    }),
    rules: [rule],
    plain: true,
  };
}
