// build.js [DIR]: the programs of the package, into DIR (dist by default); tsc has put the declarations there. Each entry
// of package.json becomes a file, and what entries share, or load when it is needed, a chunk: Node takes far longer to
// find and link a hundred modules than to read a few. They are named .mjs, as Node looks for a package.json beside each .js
// to learn what it is; the entries' own names lead to them.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

const [, , dir = "dist"] = process.argv;
const { bin, exports: entries } = JSON.parse(readFileSync("package.json", "utf8"));
const programs = [...Object.values(bin), ...Object.values(entries).map((entry) => entry.default)]
  .filter((path) => path !== undefined)
  .map((path) => path.replace(/^\.\/dist\/(.*)\.js$/, "$1"));

rmSync(join(dir, "chunks"), { recursive: true, force: true });
await build({
  entryPoints: programs.map((name) => `src/${name}.ts`),
  outdir: dir,
  outbase: "src",
  chunkNames: "chunks/[name]-[hash]",
  outExtension: { ".js": ".mjs" },
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
for (const name of programs) {
  const file = JSON.stringify(`./${basename(name)}.mjs`);
  const runs = Object.values(bin).includes(`./dist/${name}.js`);
  writeFileSync(
    join(dir, `${name}.js`),
    runs ? `#!/usr/bin/env node\nimport ${file};\n` : `export * from ${file};\n`,
  );
}
