// bundle-size.js [--check] [--json]: how large programs become that are bundled with this library, minified and gzipped, into
// the table of the README; without what they load only when it is needed. With --check it only tells whether the table is right, to within a percent; with --json it only prints the figures.
import { readFileSync, writeFileSync } from "node:fs";
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
  "`parse`, `format`, `validate` and `DomainConfig`": `
    import { DomainConfig, format, parse, validate } from "./src/xml/index.ts";
    const domain = parse(DomainConfig, "<domain/>");
    console.log(validate(DomainConfig, domain), format(DomainConfig, domain));`,
  "`libvirt-rpc/xdr-codec` alone": `
    import * as all from "./src/protocol/xdr-codec/index.ts";
    console.log(all);`,
};
/** The most that programs may take. */
const LIMITS = {
  "`connect` and `listAllDomains`": 45_000,
  "`parse`, `format`, `validate` and `DomainConfig`": 60_000,
};

/** What every connection imports, however it is made. */
const ALWAYS = /\/config\/index\.js$/;

/** Leaves out what is imported only when a transport, a stream, an event or an error first needs it. */
const loadedFirst = {
  name: "loaded-first",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === "dynamic-import" && !ALWAYS.test(path) ? { path, external: true } : undefined,
    );
  },
};

async function sizeOf(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    plugins: [loadedFirst],
  });
  const [{ contents: code }] = outputFiles;
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length };
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

for (const { name, gzipped } of rows) {
  if (gzipped <= (LIMITS[name] ?? Number.POSITIVE_INFINITY)) continue;
  console.error(`${name} takes ${gzipped} bytes gzipped, ${LIMITS[name]} are allowed`);
  process.exitCode = 1;
}
const [start, end] = ["<!-- size -->", "<!-- /size -->"];
const readme = readFileSync("README.md", "utf8");
const [from, to] = [readme.indexOf(start) + start.length, readme.indexOf(end)];
const shown = [...readme.slice(from, to).matchAll(/([\d.]+) kB \|$/gm)].map(
  ([, size]) => Number(size) * 1000,
);
const right = rows.every(({ gzipped }, i) => Math.abs((shown[i] ?? 0) - gzipped) <= gzipped / 100 + 50);
const json = process.argv.includes("--json");
console.log(json ? JSON.stringify(rows) : table);
if (json) process.exit();
if (!right && process.argv.includes("--check")) {
  console.error("the README's table of sizes is out of date: run npm run size");
  process.exitCode = 1;
} else if (!right) writeFileSync("README.md", `${readme.slice(0, from)}\n${table}\n${readme.slice(to)}`);
