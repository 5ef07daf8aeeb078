/**
 * main.js [FILTER] [--json] [--write] [--rounds N] [--scale F] [--size MIB]: measures this library beside its peers and
 * its floor, as ratios within one run. FILTER chooses groups by a part of their names; --scale multiplies the number of
 * operations, --size is that of the volumes which streams carry; --write puts the tables into the READMEs.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Result, ratioOf } from "./duel.js";
import { effort } from "./effort.js";
import { GROUPS } from "./groups.js";
import { goIsMissing } from "./peer-process.js";
import { figureTable, fillMarkers, rate, span, verdictTable } from "./tables.js";
import { judge } from "./targets.js";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    rounds: { type: "string", default: String(effort.rounds) },
    scale: { type: "string", default: String(effort.scale) },
    size: { type: "string", default: String(effort.mebibytes) },
  },
});
effort.rounds = positive("rounds", values.rounds);
effort.scale = positive("scale", values.scale);
effort.mebibytes = positive("size", values.size);
const [filter = ""] = positionals;
const chosen = Object.keys(GROUPS).filter((name) => name.includes(filter));
if (chosen.length === 0)
  throw new Error(`no group has "${filter}" in its name: ${Object.keys(GROUPS).join(", ")}`);

/** Each group has a process of its own: what one has left on the heap, and in V8's mind, would slow the next. */
async function measure(group: string): Promise<Result[]> {
  const program = fileURLToPath(new URL("group.js", import.meta.url));
  const child = spawn(process.execPath, [program, group, JSON.stringify(effort)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (code !== 0) throw new Error(`the group ${group} ended with code ${String(code)}`);
  return JSON.parse(output) as Result[];
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} takes a number above 0, got ${text}`);
}

function versionOf(command: string, ...args: readonly string[]): string {
  try {
    return execFileSync(command, args, { stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  } catch {
    return "missing";
  }
}

const machine: Readonly<Record<string, string>> = {
  CPU: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
  Node: process.version,
  libvirt: versionOf("virsh", "--version"),
  Python: versionOf("/usr/bin/python3", "-c", "import platform; print(platform.python_version())"),
  Go: goIsMissing() ?? versionOf("go", "env", "GOVERSION"),
  volumes: `${effort.mebibytes} MiB`,
};
const machineText = Object.entries(machine)
  .map(([key, value]) => `${key} ${value}`)
  .join(", ");

function show(result: Result): void {
  if ("readings" in result) {
    console.log(`\n${result.title} (${result.rounds} rounds)`);
    for (const { name, value } of result.readings)
      console.log(`  ${name.padEnd(44)} ${value.toFixed(1)} ${result.unit}`);
    return;
  }
  const { title, operations, rounds, scores, bytes } = result;
  console.log(`\n${title} (${rounds} rounds of ${operations})`);
  const [first] = scores;
  if (first === undefined) return;
  for (const score of scores) {
    const { name, wallUs, cpuUs, perSecond } = score;
    const times = `${span(wallUs).padStart(10)} ${span(cpuUs).padStart(10)} CPU ${rate(perSecond, bytes).padStart(12)}`;
    const beside = `×${ratioOf(score, first, "wallMs").toFixed(2)} time ×${ratioOf(score, first, "cpuMs").toFixed(2)} CPU`;
    console.log(`  ${name.padEnd(26)} ${times}  ${beside}`);
  }
}

const results: Result[] = [];
if (!values.json) console.log(machineText);
for (const name of chosen) {
  const some = await measure(name);
  results.push(...some);
  if (!values.json) for (const each of some) show(each);
}
const verdicts = judge(results);
if (values.json) console.log(JSON.stringify({ machine, results, verdicts }, undefined, 2));
else
  for (const { what, target, measured, met } of verdicts)
    console.log(`${met ? "met    " : "NOT MET"} ${what}: ${measured}, ${target}`);
if (values.write) {
  const table = `${verdictTable(verdicts)}\n\n${machineText}; medians of ${effort.rounds} rounds.`;
  writeFileSync("README.md", fillMarkers(readFileSync("README.md", "utf8"), "bench", table));
  const own = fillMarkers(readFileSync("bench/README.md", "utf8"), "targets", table);
  writeFileSync("bench/README.md", fillMarkers(own, "figures", figureTable(results)));
}
