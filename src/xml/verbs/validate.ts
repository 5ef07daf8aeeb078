import { Check } from "@sinclair/typebox/value";
import { type ValidationProblem, XmlError } from "../errors.js";
import type { ElementType } from "../schema/index.js";
import { DEEPEST } from "../tree/limits.js";
import { list, show } from "../typed/messages.js";
import { type Entry, type Plan, planFor, type Value } from "../typed/plan.js";
import { isElement, isNamed, wantedElement } from "../typed/raw.js";
import { parse } from "./parse.js";

/**
 * Compares a document with what libvirt's schema has, and tells all that is wrong: values of another type or out of
 * their set, what is missing, properties that there are not. What a text has beyond the types is no problem; see
 * `unknownPaths`. Whether the daemon can do what a valid document asks for is another question.
 *
 * @param document - What `parse` gave, an object made by hand, or the text of a document.
 * @returns All problems; none for a valid document.
 */
export function validate(kind: ElementType<unknown>, document: unknown): ValidationProblem[] {
  const value =
    typeof document === "string" || document instanceof Uint8Array ? parse(kind, document) : document;
  const found = new Findings();
  found.object(value, planFor(kind), "");
  return found.problems;
}

/**
 * The same, as an exception.
 *
 * @throws {XmlError} with the code `INVALID` and all `problems`, when there are any.
 */
export function assertValid<T>(kind: ElementType<T>, document: unknown): asserts document is T {
  const problems = validate(kind, document);
  if (problems.length === 0) return;
  const [first, ...more] = problems;
  const rest = more.length === 0 ? "" : `; and ${more.length} more`;
  throw new XmlError("INVALID", `${first?.message}${rest}`, { path: first?.path ?? "", problems });
}

class Findings {
  readonly problems: ValidationProblem[] = [];

  #depth = 0;

  object(value: unknown, plan: Plan, path: string): void {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.#add(path, value, `is ${show(value)} and must be an object`);
      return;
    }
    if (this.#depth++ < DEEPEST) this.#properties(value, plan, path);
    else this.#add(path, value, `is nested deeper than ${DEEPEST}, or in a circle`);
    this.#depth--;
  }

  #properties(value: object, plan: Plan, path: string): void {
    const object = value as Value;
    const shape = plan.ofValue(object);
    if (shape === undefined) this.#form(object, plan, path);
    const { properties } = shape ?? plan.whole();
    for (const [property, item] of Object.entries(object)) {
      const entry = properties.get(property);
      if (item === undefined || item === null) continue;
      const at = join(path, property);
      if (entry === undefined) this.#add(at, item, "is no property that there is", properties.keys());
      else if (property !== plan.by || shape !== undefined) this.#slot(item, entry, at);
    }
    if (shape === undefined) return;
    for (const entry of properties.values()) {
      if (entry.required && isAbsent(object[entry.property])) {
        this.#add(join(path, entry.property), undefined, "is required", entry.scalar?.allowed);
      }
    }
  }

  #form(value: Value, { by = "", tags = [] }: Plan, path: string): void {
    const tag = value[by];
    const allowed = tags.filter((known) => known !== "");
    this.#add(
      join(path, by),
      tag,
      tag === undefined ? "is required" : `is ${show(tag)}, which there is not`,
      allowed,
    );
  }

  #slot(value: unknown, entry: Entry, path: string): void {
    switch (entry.kind) {
      case "child":
        this.object(value, entry.plan(), path);
        return;
      case "children":
        this.#list(value, path, (item, at) => this.object(item, entry.plan(), at));
        return;
      case "leaves":
        this.#list(value, path, (item, at) => this.#scalar(item, entry, at));
        return;
      case "any":
        this.#list(value, path, (item, at) => this.#element(item, undefined, at));
        return;
      case "raw":
        this.#element(value, entry.name, path);
        return;
      case "flag":
        if (typeof value !== "boolean") this.#add(path, value, `is ${show(value)} and must be true or false`);
        return;
      default:
        this.#scalar(value, entry, path);
    }
  }

  #list(value: unknown, path: string, check: (item: unknown, path: string) => void): void {
    if (!Array.isArray(value)) this.#add(path, value, `is ${show(value)} and must be an array`);
    else for (const [i, item] of value.entries()) check(item, `${path}[${i}]`);
  }

  #element(value: unknown, name: string | undefined, path: string): void {
    if (!isElement(value) || (name !== undefined && !isNamed(value, name))) {
      this.#add(path, value, `is ${show(value)} and must be ${wantedElement(name)}`);
    }
  }

  #scalar(value: unknown, { scalar }: Entry, path: string): void {
    if (Check(scalar, value)) return;
    const { allowed, means } = scalar;
    this.#add(path, value, `is ${show(value)}${means === "" ? "" : ` and must be ${means}`}`, allowed);
  }

  #add(path: string, value: unknown, rule: string, words?: Iterable<string>): void {
    const place = path === "" ? "the document" : path;
    const allowed = words === undefined ? undefined : [...words];
    const set = allowed === undefined || allowed.length === 0 ? "" : `; there ${list(allowed)}`;
    this.problems.push({
      path,
      value,
      message: `${place} ${rule}${set}`,
      ...(allowed === undefined ? {} : { allowed }),
    });
  }
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const join = (path: string, property: string): string => (path === "" ? property : `${path}.${property}`);
