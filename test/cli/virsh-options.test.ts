import { describe, expect, it } from "@jest/globals";
import { CATALOGUE } from "../../src/cli/catalogue.js";
import type { Option } from "../../src/cli/command.js";
import { run } from "../support/virsh.js";
import { DEVICES, HARDWARE } from "./cases/device-cases.js";
import { CHANGES, EDITS, QUESTIONS } from "./cases/domain-cases.js";
import { GUESTS } from "./cases/guest-cases.js";
import { CHECKPOINTS, SNAPSHOTS, TUNING } from "./cases/moment-cases.js";
import { HOST, INTERFACES, LEASES, NETWORKS, REAL, STORAGE } from "./cases/other-cases.js";
import { EMULATED, RUNNING } from "./cases/running-cases.js";
import { MANY, ours, split } from "./compare.js";

const ALL_CASES = [
  QUESTIONS,
  CHANGES,
  EDITS,
  CHECKPOINTS,
  INTERFACES,
  TUNING,
  SNAPSHOTS,
  HOST,
  NETWORKS,
  STORAGE,
  REAL,
  LEASES,
  GUESTS,
  DEVICES,
  HARDWARE,
  RUNNING,
  EMULATED,
].flat();

/** Options of virsh's that ours do not have, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  xpath: "takes an XPath engine: xmllint --xpath - has one",
  wrap: "goes with --xpath",
  "pass-fds": "hands over descriptors of the shell's, which Node cannot send from there",
};
/** Options of ours that virsh does not have, and why. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  // virsh has it, but does not tell.
  domstats: ["domain"],
  // virsh has it from 9.1 on.
  console: ["resume"],
};

/** Commands that take any number of words, or whose options that ours do not have take one. */
const UNCOUNTED = new Set([
  "domstats",
  "snapshot-create-as",
  "desc",
  "qemu-agent-command",
  "qemu-monitor-command",
  "create",
  "start",
]);
const SURPLUS = Array.from({ length: 40 }, (_, i) => `x${i + 1}`);

async function theirNames(): Promise<ReadonlySet<string>> {
  const { stdout } = await run("virsh", ["help"]);
  return new Set(Array.from(stdout.matchAll(/^ {4}(\S+)/gm), ([, name = ""]) => name));
}

/** What virsh's help says of a command's options. */
async function theirOptions(name: string): Promise<{ readonly name: string; readonly flag: boolean }[]> {
  const { stdout } = await run("virsh", ["help", name]);
  const [, text = ""] = stdout.split("  OPTIONS");
  return Array.from(
    text.matchAll(/^ {4}\[?(?:-\w \| )?--([a-z0-9-]+)(\]? <)?/gim),
    ([, option = "", value]) => ({
      name: option,
      flag: value === undefined,
    }),
  );
}

const valued = (options: readonly Option[]): string[] =>
  options.filter(({ kind }) => kind !== "flag").map(({ name }) => name);

/** Commands that are compared with virsh's in ways of their own, and where. */
const COMPARED_ELSEWHERE: Readonly<Record<string, string>> = {
  console: "needs a terminal: terminal.test.ts",
  help: "has other commands to tell of",
};

describe("commands that virsh has, too", () => {
  it("are all of those about networks, pools, volumes, snapshots, checkpoints and secrets", async () => {
    const names = Array.from(await theirNames()).filter((name) =>
      /^(?:net|pool|vol|snapshot|checkpoint|secret)-/.test(name),
    );
    expect(names.length).toBeGreaterThan(65);
    const ours_ = new Set(CATALOGUE.map(({ name }) => name));
    expect(names.filter((name) => !ours_.has(name))).toEqual([]);
  });

  it("are compared with virsh's, each of them", async () => {
    const names = await theirNames();
    const compared = new Set(
      ALL_CASES.map((each) => split(typeof each === "string" ? each : each.words))
        // Options before the command, some with a value.
        .map((words) => words.filter((word, i) => !word.startsWith("-") && words[i - 1] !== "-c")[0]),
    );
    const shared = CATALOGUE.map(({ name }) => name).filter((name) => names.has(name));
    expect(shared.length).toBeGreaterThan(170);
    expect(shared.filter((name) => !compared.has(name) && COMPARED_ELSEWHERE[name] === undefined)).toEqual(
      [],
    );
  });

  it(
    "have its options",
    async () => {
      const names = await theirNames();
      const differences: string[] = [];
      for (const entry of CATALOGUE.filter(({ name }) => names.has(name))) {
        const { options } = await entry.load();
        const theirs = await theirOptions(entry.name);
        const own = OWN[entry.name] ?? [];
        const known = theirs.filter(({ name }) => WITHOUT[name] === undefined);
        for (const { name, flag } of known) {
          const option = options.find((each) => each.name === name);
          if (option === undefined) differences.push(`${entry.name} has no --${name}`);
          else if (flag !== (option.kind === "flag"))
            differences.push(`${entry.name} --${name} is of another kind`);
        }
        for (const { name } of options) {
          if (!theirs.some((each) => each.name === name) && !own.includes(name)) {
            differences.push(`${entry.name} has --${name}, which virsh has not`);
          }
        }
      }
      expect(differences).toEqual([]);
    },
    MANY,
  );

  it(
    "give words without a name to the same options",
    async () => {
      const names = await theirNames();
      const differences: string[] = [];
      for (const entry of CATALOGUE) {
        const { name } = entry;
        if (!names.has(name) || UNCOUNTED.has(name)) continue;
        const words = ["-c", "test:///default", name, ...SURPLUS];
        const theirs = await run("virsh", words);
        const mine = await ours(words);
        if (mine.stderr !== theirs.stderr)
          differences.push(`${name}: ${mine.stderr.trim()}, not ${theirs.stderr.trim()}`);
        const order = (await theirOptions(name)).filter(({ flag }) => !flag).map((each) => each.name);
        const mineInOrder = valued((await entry.load()).options).filter((each) => order.includes(each));
        const wanted = order.filter((each) => mineInOrder.includes(each));
        if (mineInOrder.join() !== wanted.join())
          differences.push(`${name}: ${mineInOrder.join()} for ${wanted.join()}`);
      }
      expect(differences).toEqual([]);
    },
    MANY,
  );
});
