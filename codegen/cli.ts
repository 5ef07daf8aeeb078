import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./run.js";

/** The repository: this runs from a build folder inside of it. */
function findRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "biome.json"))) {
    if (dirname(folder) === folder) throw new Error("the repository was not found");
    folder = dirname(folder);
  }
  return folder;
}

try {
  process.exitCode = run(process.argv.slice(2), findRoot(), console.error);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
