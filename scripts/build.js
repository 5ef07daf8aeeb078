// build.js [DIR]: the programs of the package, into DIR (dist by default); tsc has put the declarations there. Each entry
// of package.json becomes a file, and what entries share, or load when it is needed, a chunk: Node takes far longer to
// find and link a hundred modules than to read a few.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const [, , dir = "dist"] = process.argv;
const { bin, exports: entries } = JSON.parse(readFileSync("package.json", "utf8"));
const programs = [...Object.values(bin), ...Object.values(entries).map((entry) => entry.default)]
  .filter((path) => path !== undefined)
  .map((path) => path.replace(/^\.\/dist\/(.*)\.js$/, "src/$1.ts"));

rmSync(join(dir, "chunks"), { recursive: true, force: true });
await build({
  entryPoints: programs,
  outdir: dir,
  outbase: "src",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  packages: "external",
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  sourcesContent: false,
  legalComments: "none",
  logLevel: "warning",
});
