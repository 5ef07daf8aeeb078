import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiFunction } from "../../api-model.js";

/** What each C function's method does, in our own words. */
export type Docs = ReadonlyMap<string, string>;

const WIDTH = 105;

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

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
