import fc from "fast-check";
import { collect } from "../../codegen/import/rng/collect.js";
import type { DataPattern, ElementPattern, Pattern } from "../../codegen/import/rng/pattern.js";

/** Random numbers that can be had again: the same from the same seed. */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 to `sides` - 1. */
  roll(sides: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }
}

/** What an element is made of while it is written. */
interface Parts {
  readonly attributes: Map<string, string>;
  readonly content: string[];
}

/** Deeper than this, nothing is written that can be left out. */
const DEEP = 9;

/** Writes a document that a schema allows, in the schema's own order, with ways through it chosen by dice. */
export function writeDocument(start: Pattern, dice: Dice): string {
  const parts: Parts = { attributes: new Map(), content: [] };
  write(start, dice, parts, "", 0);
  return parts.content.join("");
}

function write(pattern: Pattern, dice: Dice, parts: Parts, ns: string, depth: number): void {
  switch (pattern.kind) {
    case "element":
      parts.content.push(element(pattern, dice, ns, depth));
      return;
    case "attribute":
      parts.attributes.set(pattern.name ?? "some", text(pattern.content, dice, ns, depth));
      return;
    case "group":
      for (const item of pattern.items) write(item, dice, parts, ns, depth);
      return;
    case "choice": {
      const items = pattern.items.filter((item) => collect(item) !== undefined);
      const item = items[dice.roll(items.length)];
      if (item !== undefined) write(item, dice, parts, ns, depth);
      return;
    }
    case "optional":
    case "many":
    case "some": {
      if (collect(pattern.item) === undefined) return;
      const least = pattern.kind === "some" ? 1 : 0;
      const more = depth > DEEP ? 0 : dice.roll(pattern.kind === "optional" ? 2 : 3);
      for (let count = 0; count < least + more; count++) write(pattern.item, dice, parts, ns, depth);
      return;
    }
    case "ref":
      write(pattern.define.pattern, dice, parts, ns, depth);
      return;
    case "text":
      // A number, as some texts are known to be numbers.
      parts.content.push("7");
      return;
    case "value":
      parts.content.push(escaped(pattern.value));
      return;
    case "data":
      parts.content.push(escaped(data(pattern, dice)));
  }
}

function element(
  { name = "foreign", ns, content }: ElementPattern,
  dice: Dice,
  outer: string,
  depth: number,
): string {
  const parts: Parts = { attributes: new Map(), content: [] };
  write(content, dice, parts, ns, depth + 1);
  const tag = ns === "" ? name : `x:${name}`;
  const attributes = [...parts.attributes].map(([key, value]) => ` ${key}="${value}"`).join("");
  const declaration = ns === "" || ns === outer ? "" : ` xmlns:x="${ns}"`;
  return `<${tag}${declaration}${attributes}>${parts.content.join("")}</${tag}>`;
}

function text(content: Pattern, dice: Dice, ns: string, depth: number): string {
  const parts: Parts = { attributes: new Map(), content: [] };
  write(content, dice, parts, ns, depth);
  return parts.content.join("");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };

function escaped(value: string): string {
  return value.replace(/[&<>"]/g, (character) => `&${ENTITIES[character] ?? ""};`);
}

const WORDS: Readonly<Record<string, string>> = {
  NCName: "name",
  anyURI: "urn:some",
  dateTime: "2030-01-31T15:00:00",
  double: "1.5",
  string: "7",
};

/** A value of one of XML Schema's types, within its limits and of its form. */
function data({ type, params }: DataPattern, dice: Dice): string {
  const { pattern, minInclusive, maxInclusive } = params;
  const word = WORDS[type];
  if (word !== undefined) return pattern === undefined ? word : ofForm(pattern, dice);
  if (pattern !== undefined && !/^\[0-9\]\+$/.test(pattern)) return ofForm(pattern, dice);
  const least = Number(minInclusive ?? (type === "positiveInteger" ? 1 : 0));
  const most = Math.min(Number(maxInclusive ?? 1000), least + 100_000);
  return String(least + dice.roll(most - least + 1));
}

const forms = new Map<string, fc.Arbitrary<string>>();

/** A text of a form. What may be any character is a letter, as not all characters may stand in a document. */
function ofForm(pattern: string, dice: Dice): string {
  const tame = pattern
    .replaceAll("\\s", " ")
    .replaceAll("(0x)?", "0x")
    .replace(/\\.|\[\^[^\]]*\]|\[(?:\\.|[^\]])*\]|\./g, (part) =>
      part === "." || part.startsWith("[^") ? "[a-z]" : part,
    );
  const form = forms.get(tame) ?? fc.stringMatching(new RegExp(`^(?:${tame})$`));
  forms.set(tame, form);
  return fc.sample(form, { seed: dice.roll(1 << 30), numRuns: 1 })[0] ?? "";
}
