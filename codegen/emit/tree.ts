import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { FileTree } from "./emit.js";

export function readTree(folder: string): FileTree {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path).replaceAll(sep, "/"), readFileSync(path, "utf8")]),
  );
}

/** Makes `folder` hold exactly these files, and touches none that is right already. */
export function writeTree(folder: string, files: FileTree): void {
  mkdirSync(folder, { recursive: true });
  const present = readTree(folder);
  for (const path of present.keys()) if (!files.has(path)) rmSync(join(folder, path));
  for (const [path, text] of files) {
    if (present.get(path) === text) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export interface Drift {
  readonly path: string;
  readonly problem: "differs" | "is missing" | "is stale";
}

/** What is wrong with `present`, given what should be there. */
export function compareTrees(present: FileTree, wanted: FileTree): readonly Drift[] {
  const drifts: Drift[] = [];
  for (const [path, text] of wanted) {
    const found = present.get(path);
    if (found === undefined) drifts.push({ path, problem: "is missing" });
    else if (found !== text) drifts.push({ path, problem: "differs" });
  }
  for (const path of present.keys()) if (!wanted.has(path)) drifts.push({ path, problem: "is stale" });
  return drifts.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
