import { describe, expect, it } from "@jest/globals";
import { CATALOGUE } from "../../src/cli/catalogue.js";
import type { Option } from "../../src/cli/command.js";
import { run } from "../support/virsh.js";
import { MANY, ours } from "./compare.js";

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

describe("commands that virsh has, too", () => {
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
