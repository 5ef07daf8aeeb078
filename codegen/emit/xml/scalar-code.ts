import type { XmlScalar } from "../../xml-model.js";
import type { GeneratedFile } from "../generated-file.js";
import type { Words } from "./words.js";

/** Where generated files find what descriptions are made of, and what all kinds share. */
export const SCHEMA = "../schema/index";
export const COMMON = "common";

/** The units, which all kinds share. */
const isUnit = (scalar: XmlScalar): boolean =>
  typeof scalar === "object" &&
  "either" in scalar &&
  scalar.either.some((part) => typeof part === "object" && "matching" in part && part.matching === "unit");

/** The expression of a scalar. */
export function scalarCode(scalar: XmlScalar, file: GeneratedFile, words: Words): string {
  if (typeof scalar === "string") return file.use(scalar, SCHEMA);
  if (isUnit(scalar)) return file.use("unit", COMMON);
  if ("matching" in scalar) return file.use(scalar.matching, COMMON);
  if ("min" in scalar) return `${file.use("ranged", SCHEMA)}(${scalar.min}, ${scalar.max})`;
  if ("either" in scalar) {
    const parts = scalar.either.map((part) => scalarCode(part, file, words));
    return `${file.use("either", SCHEMA)}(${parts.join(", ")})`;
  }
  const shared = words.find(scalar.choice);
  if (shared !== undefined) return file.use(shared, words.path);
  return choiceCode(scalar.choice, file);
}

/** One text with all words, as that bundles smaller; a word with a space in it has to stand for itself. */
export function choiceCode(words: readonly string[], file: GeneratedFile): string {
  const choice = file.use("choice", SCHEMA);
  const [first = ""] = words;
  if (words.every((word) => word !== "" && !word.includes(" ")))
    return `${choice}(${JSON.stringify(words.join(" "))})`;
  const list = words.length === 1 ? [first, first] : words;
  return `${choice}(${list.map((word) => JSON.stringify(word)).join(", ")})`;
}

/** The static type of a scalar. */
export function scalarType(scalar: XmlScalar, file: GeneratedFile, words: Words): string {
  const parts = new Set(typeParts(scalar, file, words));
  // Words that are offered are worth more than the string that they are beside; sets with a name are open already.
  const open = parts.delete("(string & {})");
  const offers = open || [...parts].some((part) => !PLAIN.has(part));
  const hasString = parts.delete("string");
  if (!offers && hasString) parts.add("string");
  const named = [...parts].some((part) => !PLAIN.has(part) && !part.startsWith('"'));
  return [...parts, ...(offers && !named ? ["(string & {})"] : [])].join(" | ");
}

const PLAIN: ReadonlySet<string> = new Set(["string", "number", "bigint", "boolean"]);

function typeParts(scalar: XmlScalar, file: GeneratedFile, words: Words): readonly string[] {
  if (typeof scalar === "string") return [TYPES[scalar]];
  if (isUnit(scalar)) return [file.use("Unit", COMMON, "type")];
  if ("matching" in scalar) return ["string"];
  if ("min" in scalar) return ["number"];
  if ("either" in scalar) return scalar.either.flatMap((part) => typeParts(part, file, words));
  const shared = words.find(scalar.choice);
  if (shared !== undefined) return [file.use(shared, words.path, "type")];
  return [...scalar.choice.map((word) => JSON.stringify(word)), "(string & {})"];
}

const TYPES = {
  text: "string",
  integer: "number",
  decimal: "number",
  long: "bigint",
  yesNo: "boolean",
  onOff: "boolean",
} as const;
