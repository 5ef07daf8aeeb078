import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiFunction } from "../../api-model.js";
import { wrap } from "../wrap.js";

/** What each C function's method does, in our own words. */
export type Docs = ReadonlyMap<string, string>;

/** Reads `codegen/docs/*.json`. */
export function readDocs(folder: string): Docs {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort();
  return new Map(
    files.flatMap((name) =>
      Object.entries(JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, string>),
    ),
  );
}

/** The lines of a method's comment. */
export function docComment({ name, file }: ApiFunction, docs: Docs): readonly string[] {
  const text = docs.get(name);
  if (text === undefined) throw new Error(`${name} has no text in codegen/docs`);
  return [
    "  /**",
    ...wrap(text).map((line) => `   * ${line}`),
    "   *",
    `   * Stands for ${name}.`,
    `   * @see https://libvirt.org/html/libvirt-${file}.html#${name}`,
    "   */",
  ];
}
