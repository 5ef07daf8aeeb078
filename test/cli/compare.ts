import { PassThrough } from "node:stream";
import { expect } from "@jest/globals";
import { Value } from "@sinclair/typebox/value";
import { findEntry } from "../../src/cli/catalogue.js";
import { run as runCli } from "../../src/cli/run.js";
import { type Output, run } from "../support/virsh.js";

/** Runs our command line in this process, as if it stood in a shell with pipes. */
export async function ours(
  words: readonly string[],
  { input = "", env = {} }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Output> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const texts = [stdout, stderr].map(async (stream) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  });
  stdin.end(input);
  const signal = new AbortController().signal;
  const code = await runCli(words, { stdin, stdout, stderr, env, signal });
  stdout.end();
  stderr.end();
  const [out = "", err = ""] = await Promise.all(texts);
  return { code, stdout: out, stderr: err };
}

/** Milliseconds for a test that calls virsh over and over: a busy machine takes its time for each. */
export const MANY = 180_000;

/** One way of calling a command, at the same daemon by virsh and by us. */
export interface Case {
  readonly words: string;
  /** What differs on purpose, and why: matches are replaced on both sides. */
  readonly masks?: readonly RegExp[];
  /** Errors of ours that say more than virsh's. */
  readonly ownError?: boolean;
  /** What both find in their environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** To be run on both sides before, such as the undoing of what the other has done. */
  readonly before?: string;
}

/** Splits words as a shell does, as far as the cases need it. */
export function split(text: string): string[] {
  return Array.from(
    text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, single, double, bare]) => single ?? double ?? bare ?? "",
  );
}

/** Asks virsh and us the same, one after the other. */
async function compare(
  uri: string,
  { words, masks = [], ownError = false, before, env = {} }: Case,
): Promise<readonly [ours: unknown, theirs: unknown]> {
  const shown = (output: Output): Output => {
    const mask = (text: string): string =>
      masks.reduce((masked, each) => masked.replaceAll(new RegExp(each, "g"), "…"), text);
    return {
      code: output.code,
      stdout: mask(output.stdout),
      stderr: ownError && output.code !== 0 ? "(an error)" : mask(output.stderr),
    };
  };
  const prepare = async (): Promise<void> => {
    if (before !== undefined) await run("virsh", ["-c", uri, before]);
  };
  await prepare();
  const theirs = await run("virsh", ["-c", uri, ...split(words)], { env });
  await prepare();
  const mine = await ours(["-c", uri, ...split(words)], { env });
  return [
    { words, ...shown(mine) },
    { words, ...shown(theirs) },
  ];
}

/** What they print and how they end must be the same for all cases; all that differ are told of at once. */
export async function compareAll(uri: string, cases: readonly (string | Case)[]): Promise<void> {
  const mine: unknown[] = [];
  const theirs: unknown[] = [];
  for (const each of cases) {
    const [our, their] = await compare(uri, typeof each === "string" ? { words: each } : each);
    mine.push(our);
    theirs.push(their);
  }
  expect(mine).toEqual(theirs);
}

/** What `--json` prints must be what the command's schema says. */
export async function expectJson(
  uri: string,
  words: string,
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const [name = "", ...rest] = split(words);
  const { code, stdout, stderr } = await ours(["-c", uri, name, ...rest, "--json"], { env });
  expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: "" });
  const value: unknown = JSON.parse(stdout);
  const command = await findEntry(name)?.load();
  if (command === undefined) throw new Error(`there is no command ${name}`);
  expect({
    words,
    errors: Array.from(Value.Errors(command.schema, value), ({ path, message }) => `${path}: ${message}`),
  }).toEqual({
    words,
    errors: [],
  });
  return value;
}

/** Places of a test's own: DIR stands for its folder. */
export function casesAt(dir: string, cases: readonly (string | Case)[]): Case[] {
  const place = (text: string): string => text.replaceAll("DIR", dir);
  return cases.map((each) => {
    const { words, before, ...rest } = typeof each === "string" ? { words: each, before: undefined } : each;
    return { ...rest, words: place(words), ...(before !== undefined && { before: place(before) }) };
  });
}
