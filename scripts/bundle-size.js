// bundle-size.js [--check]: how large programs become that are bundled with this library, minified and gzipped, into
// the table of the README. With --check it only tells whether the table is right, to within a percent.
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const PROGRAMS = {
  "`connect` and `listAllDomains`": `
    import { connect } from "./src/index.ts";
    await using conn = await connect("qemu:///system");
    for (const domain of await conn.listAllDomains()) console.log(domain.name);`,
  "everything that the package exports": `
    import * as all from "./src/index.ts";
    console.log(all);`,
  "`libvirt-rpc/xdr-codec` alone": `
    import * as all from "./src/protocol/xdr-codec/index.ts";
    console.log(all);`,
};
/** The most that the first program may take. */
const LIMIT = 45_000;

async function sizeOf(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    splitting: true,
    outdir: "out",
    minify: true,
    metafile: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
  });
  const loaded = loadedFirst(metafile.outputs, "out/stdin.js");
  const code = Buffer.concat(
    outputFiles
      .filter(({ path }) => loaded.has(relative(process.cwd(), path)))
      .map(({ contents }) => contents),
  );
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length };
}

/** What every connection imports, however it is made. */
const ALWAYS = ["src/config/index.ts"];

/** What the program loads on a unix socket: not what is imported when a transport, or an error, first needs it. */
function loadedFirst(outputs, file, seen = new Set()) {
  seen.add(file);
  for (const { path, kind } of outputs[file].imports) {
    if (seen.has(path) || outputs[path] === undefined) continue;
    if (kind === "import-statement" || ALWAYS.includes(outputs[path].entryPoint)) {
      loadedFirst(outputs, path, seen);
    }
  }
  return seen;
}

const kilo = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const rows = await Promise.all(
  Object.entries(PROGRAMS).map(async ([name, code]) => ({ name, ...(await sizeOf(code)) })),
);
const table = [
  "| a program that uses | minified | gzipped |",
  "|---|---|---|",
  ...rows.map(({ name, minified, gzipped }) => `| ${name} | ${kilo(minified)} | ${kilo(gzipped)} |`),
].join("\n");

const [{ gzipped: smallest }] = rows;
if (smallest > LIMIT) {
  console.error(`the smallest program takes ${smallest} bytes gzipped, ${LIMIT} are allowed`);
  process.exitCode = 1;
}
const [start, end] = ["<!-- size -->", "<!-- /size -->"];
const readme = readFileSync("README.md", "utf8");
const [from, to] = [readme.indexOf(start) + start.length, readme.indexOf(end)];
const shown = [...readme.slice(from, to).matchAll(/([\d.]+) kB \|$/gm)].map(
  ([, size]) => Number(size) * 1000,
);
const right = rows.every(({ gzipped }, i) => Math.abs((shown[i] ?? 0) - gzipped) <= gzipped / 100 + 50);
console.log(table);
if (!right && process.argv.includes("--check")) {
  console.error("the README's table of sizes is out of date: run npm run size");
  process.exitCode = 1;
} else if (!right) writeFileSync("README.md", `${readme.slice(0, from)}\n${table}\n${readme.slice(to)}`);
