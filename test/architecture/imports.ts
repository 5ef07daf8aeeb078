import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** One import of one file, as it is written. */
export interface Import {
  /** Path from the root of the repository, with forward slashes. */
  readonly from: string;
  /** The imported file for relative imports, else the specifier as it stands. */
  readonly to: string;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

const STATIC = /^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)";?/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"\s*\)/g;

/** All TypeScript files below a folder, from the root of the repository. */
export function sourceFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name).split(sep).join("/"))
    .sort();
}

/** The imports of one file, read from its text. */
export function importsOf(root: string, file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const resolve = (specifier: string): string =>
    specifier.startsWith(".")
      ? relative(root, join(root, dirname(file), specifier))
          .split(sep)
          .join("/")
          .replace(/\.js$/, ".ts")
      : specifier;
  const statics = [...text.matchAll(STATIC)].map((match) => ({
    from: file,
    to: resolve(match[2] ?? ""),
    typeOnly: match[1] !== undefined,
    dynamic: false,
  }));
  const dynamics = [...text.matchAll(DYNAMIC)].map((match) => ({
    from: file,
    to: resolve(match[1] ?? ""),
    typeOnly: false,
    dynamic: true,
  }));
  return [...statics, ...dynamics];
}

/** A path of imports that ends where it began, or undefined. */
export function findCycle(imports: readonly Import[]): string[] | undefined {
  const edges = new Map<string, string[]>();
  for (const { from, to } of imports) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const cycle = visit(file);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
