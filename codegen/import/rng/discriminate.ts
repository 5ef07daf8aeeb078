import { type Content, collect, type Occurrence } from "./collect.js";
import { choice, type ElementPattern, type Pattern } from "./pattern.js";
import { restrict } from "./restrict.js";
import { scalarOf } from "./scalars.js";

/** The alternatives of an element that one of its attributes chooses among. */
export interface Alternatives {
  readonly attribute: string;
  /** The value that stands for none; `""` where none has alternatives of its own. */
  readonly absent: string | undefined;
  readonly of: readonly { readonly values: readonly string[]; readonly content: Content }[];
}

/** Attributes that choose, the first that does. */
const CANDIDATES = ["type", "mode", "model", "backend"];

/** Finds the attribute whose value decides what else an element may have. */
export function discriminate(pattern: Pattern): Alternatives | undefined {
  for (const attribute of CANDIDATES) {
    const found = alternatives(pattern, attribute);
    if (found !== undefined) return found;
  }
  return undefined;
}

function alternatives(pattern: Pattern, attribute: string): Alternatives | undefined {
  const occurrence = collect(pattern)?.attributes.get(attribute);
  if (occurrence === undefined) return undefined;
  const values = literals(scalarOf(occurrence.items));
  if (values === undefined || values.length < 2) return undefined;
  const groups = new Map<string, { values: string[]; content: Content }>();
  for (const value of values) {
    const content = collect(restrict(pattern, attribute, value).with);
    if (content === undefined) continue;
    const key = signature(content);
    const same = groups.get(key);
    if (same === undefined) groups.set(key, { values: [value], content });
    else same.values.push(value);
  }
  const of = [...groups.values()];
  if (isNested(of.map(({ content }) => content))) return undefined;
  const absent = collect(restrict(pattern, attribute, "").without);
  if (absent === undefined) return { attribute, absent: undefined, of };
  const implied = groups.get(signature(absent))?.values[0];
  if (implied !== undefined) return { attribute, absent: implied, of };
  return { attribute, absent: "", of: [...of, { values: [""], content: absent }] };
}

/** Whether one of them has whatever the others have: then there is nothing to choose. */
function isNested(contents: readonly Content[]): boolean {
  const names = contents.map(namesOf);
  return names.some((own) => names.every((other) => [...other].every((name) => own.has(name))));
}

function namesOf({ attributes, children, text }: Content): ReadonlySet<string> {
  return new Set([
    ...[...attributes.keys()].map((name) => `@${name}`),
    ...[...children].map(([name, occurrence]) => `${name} ${identity(occurrence)}`),
    ...(text === undefined ? [] : ["text"]),
  ]);
}

function literals(scalar: ReturnType<typeof scalarOf>): readonly string[] | undefined {
  return typeof scalar === "object" && "choice" in scalar ? scalar.choice : undefined;
}

/** Equal for contents that are made of the same attributes and the same declarations of children. */
function signature({ attributes, children, text }: Content): string {
  const often = ({ min, max }: { min: number; max: number }): string =>
    `${Math.min(min, 1)} ${Math.min(max, 2)}`;
  return JSON.stringify([
    [...attributes]
      .map(([name, occurrence]) => [name, often(occurrence), scalarOf(occurrence.items)])
      .toSorted(byFirst),
    [...children]
      .map(([name, occurrence]) => [name, often(occurrence), identity(occurrence)])
      .toSorted(byFirst),
    text && scalarOf(text.items),
  ]);
}

/** Equal for children that are of one type: of the same declarations, or of the same text. */
export function identity({ items }: Occurrence<ElementPattern>): string {
  const content = collect(choice(items.map((element) => element.content)));
  if (content !== undefined && content.attributes.size === 0 && content.children.size === 0 && !content.open)
    return JSON.stringify(content.text === undefined ? null : scalarOf(content.text.items));
  return items
    .map(({ origin }) => origin)
    .toSorted()
    .join();
}

function byFirst([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}
