import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { OURS, type Reading, reading } from "./duel.js";
import { effort } from "./effort.js";

const execute = promisify(execFile);
const MEMORY = fileURLToPath(new URL("./memory.js", import.meta.url));

/** Measures memory in a process that does nothing else. */
async function memory(...args: readonly string[]): Promise<number> {
  // With so large a nursery nothing is collected while it is measured.
  const flags = ["--expose-gc", "--min-semi-space-size=512", "--max-semi-space-size=512"];
  const own = args[0] === "garbage" ? flags : flags.slice(0, 1);
  const { stdout } = await execute(process.execPath, [...own, MEMORY, ...args]);
  return Number(stdout);
}

/** What one reply makes, most of which its caller keeps. */
export async function garbage(uri: string, count: number): Promise<Reading> {
  const rounds = Math.min(effort.rounds, 3);
  const title = `memory that getAllDomainStats of ${count} takes`;
  return await reading(
    title,
    "kB",
    {
      [`${OURS}, allocated`]: () => memory("garbage", uri, "allocated"),
      [`${OURS}, kept`]: () => memory("garbage", uri, "kept"),
    },
    rounds,
  );
}

/** What idle connections take each, in a process with so many. */
export async function idle(uri: string, count: number): Promise<Reading> {
  const rounds = Math.min(effort.rounds, 3);
  return await reading(
    `memory of each of ${count} idle connections`,
    "kB",
    {
      [`${OURS}, heap`]: () => memory("idle", uri, String(count), "heap"),
      [`${OURS}, resident`]: () => memory("idle", uri, String(count), "rss"),
      "bare socket, heap": () => memory("bare", uri, String(count), "heap"),
    },
    rounds,
  );
}
