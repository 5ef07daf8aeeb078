import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Reads texts in our own words, by what they are about: all `.json` files of a folder together. */
export function readTexts(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort();
  return new Map(
    files.flatMap((name) =>
      Object.entries(JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, string>),
    ),
  );
}
