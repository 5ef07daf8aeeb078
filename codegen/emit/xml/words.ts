import { typeWord } from "../../xml-kinds.js";
import type { XmlModel, XmlScalar, XmlSlot, XmlType } from "../../xml-model.js";
import { propertyName } from "./property-names.js";

/** Sets of words that stand at several places of a kind, each with a name. */
export interface Words {
  /** The file that has them. */
  readonly path: string;
  readonly sets: ReadonlyMap<string, readonly string[]>;
  find(words: readonly string[]): string | undefined;
}

/** Sets smaller than this are written out wherever they are. */
const MIN_WORDS = 3;

/** Finds the sets that occur more than once. A set is named for its definition, or for where it is met first. */
export function collectWords({ kind, types }: XmlModel, prefix: string, taken: ReadonlySet<string>): Words {
  const found = new Map<string, { words: readonly string[]; names: string[]; count: number }>();
  for (const type of types) {
    for (const slot of slotsOf(type)) {
      for (const { choice, name } of choices(slot.scalar)) {
        const key = choice.join("\n");
        const entry = found.get(key) ?? { words: choice, names: [], count: 0 };
        found.set(key, entry);
        entry.count++;
        if (name !== undefined) entry.names.push(`${prefix}${typeWord(name)}`);
        entry.names.push(`${type.name}${typeWord(propertyName(slot.xml))}`);
      }
    }
  }
  const names = new Map<string, string>();
  const sets = new Map<string, readonly string[]>();
  for (const [key, { words, names: candidates, count }] of found) {
    if (count < 2 || words.length < MIN_WORDS) continue;
    const name = candidates.find((candidate) => !taken.has(candidate) && !sets.has(candidate));
    if (name === undefined) continue;
    names.set(key, name);
    sets.set(name, words);
  }
  return { path: `${kind}/words`, sets, find: (words) => names.get(words.join("\n")) };
}

export function slotsOf({ slots, variants }: XmlType): readonly XmlSlot[] {
  return [...slots, ...(variants?.of.flatMap((variant) => variant.slots) ?? [])];
}

function choices(scalar: XmlScalar | undefined): readonly { choice: readonly string[]; name?: string }[] {
  if (typeof scalar !== "object") return [];
  if ("choice" in scalar) return [scalar];
  return "either" in scalar ? scalar.either.flatMap(choices) : [];
}
