import type { Models } from "../models.js";
import { emitApiConstants } from "./emit-api-constants.js";
import { emitProtocol } from "./emit-protocol.js";
import type { GeneratedFile } from "./generated-file.js";
import { Scope } from "./scope.js";

/** Files by their path below `src/protocol/generated/`, before they are formatted. */
export type FileTree = ReadonlyMap<string, string>;

/** Writes everything that is generated. */
export function emit({ protocols, api }: Models): FileTree {
  const scope = new Scope(protocols);
  const files = [...protocols].flatMap(([folder, model]) => emitProtocol(folder, model, scope));
  files.push(...emitApiConstants(api));
  checkCycles(files);
  return new Map(files.map((file) => [file.path, file.toString()]));
}

/** Two files that need each other mean that `layout.ts` has cut in the wrong place. */
export function checkCycles(files: readonly Pick<GeneratedFile, "path" | "dependencies">[]): void {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      throw new Error(
        `generated files import each other: ${[...trail.slice(trail.indexOf(path)), path].join(" → ")}`,
      );
    }
    if (done.has(path)) return;
    for (const next of byPath.get(path)?.dependencies ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
}
