import { CommanderError, Command as Parser } from "commander";
import { isLibvirtError } from "../index.js";
import { CATALOGUE, findEntry } from "./catalogue.js";
import type { Command } from "./command.js";
import { CommandError } from "./command-error.js";
import { type CommandIndex, Context, type GlobalOptions, type Terminal } from "./context.js";
import { commandHelp, groupHelp, overview } from "./help.js";
import { toJson } from "./json.js";
import { parseArguments } from "./parse.js";
import { errorLines } from "./report.js";
import { UsageError } from "./usage-error.js";
import { ownVersion } from "./version.js";

const INDEX: CommandIndex = {
  names: CATALOGUE.map(({ name }) => name),
  optionsOf: async (name) => (await findEntry(name)?.load())?.options,
};
/** What a shell takes for the end by SIGINT. */
export const INTERRUPTED_CODE: number = 130;
const INTERRUPTED = new Error("interrupted");
const ESCAPE = "^]";

/** Runs one command line; returns the exit code. */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  const write = (text: string): boolean => terminal.stdout.write(text);
  try {
    const { options, rest, show } = parseGlobal(words);
    if (show === "version") {
      write(`${await ownVersion()}\n`);
      return 0;
    }
    const [name = "help", ...args] = rest;
    if (show === "help" || name === "help") {
      write(await help(name === "help" ? args : [name]));
      return 0;
    }
    return await runCommand(name, args, options, terminal);
  } catch (error) {
    for (const line of errorLines(error)) if (line !== "") terminal.stderr.write(`error: ${line}\n`);
    return error instanceof CommandError && error.reason === INTERRUPTED ? INTERRUPTED_CODE : 1;
  }
}

async function runCommand(
  name: string,
  words: readonly string[],
  options: GlobalOptions,
  terminal: Terminal,
): Promise<number> {
  const command = await load(name);
  // What follows "--" is not for us to look at.
  const end = words.indexOf("--");
  const own = end < 0 ? words : words.slice(0, end);
  if (own.includes("--help")) {
    terminal.stdout.write(commandHelp(name, command));
    return 0;
  }
  const json = options.json || own.includes("--json");
  const args = parseArguments(name, command, [
    ...own.filter((word) => word !== "--json"),
    ...words.slice(own.length),
  ]);
  const began = performance.now();
  const context = new Context(terminal, { ...options, json }, INDEX);
  // A blank line ends what a command has to say, whether or not it succeeded.
  const ending = options.quiet || json ? "" : "\n";
  try {
    const running = command.run(context, args);
    const value = await (command.endsItself === true ? running : unlessInterrupted(running, terminal.signal));
    if (json) terminal.stdout.write(`${JSON.stringify(toJson(value), undefined, 2)}\n`);
    else terminal.stdout.write(command.text(value, args, context) + ending);
  } catch (error) {
    // Whatever is open now may take its time, which the user does not have.
    if (error === INTERRUPTED) return INTERRUPTED_CODE;
    terminal.stdout.write(ending);
    // What it was in the midst of says less than that the user has ended it.
    const broken = terminal.signal.aborted && isLibvirtError(error, "CALL_ABORTED");
    throw broken
      ? new CommandError(command.failure?.(args) ?? name, INTERRUPTED)
      : explained(error, command.failure?.(args));
  } finally {
    if (!terminal.signal.aborted || command.endsItself === true) await context[Symbol.asyncDispose]();
  }
  if (options.timing) {
    const milliseconds = (performance.now() - began).toFixed(3);
    terminal.stdout.write(`(Time: ${milliseconds} ms)\n\n`);
  }
  return 0;
}

async function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const interrupted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(INTERRUPTED);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function explained(error: unknown, failure: string | undefined): unknown {
  const bare = error instanceof CommandError || error instanceof UsageError || failure === undefined;
  return bare || !isLibvirtError(error) ? error : new CommandError(failure, error);
}

async function load(name: string): Promise<Command> {
  const entry = findEntry(name);
  if (entry === undefined) throw new UsageError(`unknown command: '${name}'`);
  return await entry.load();
}

async function help(words: readonly string[]): Promise<string> {
  const [name] = words;
  if (name === undefined) return overview(CATALOGUE);
  const group = groupHelp(CATALOGUE, name);
  return group ?? commandHelp(name, await load(name));
}

interface Global {
  readonly options: GlobalOptions;
  readonly rest: readonly string[];
  readonly show: "help" | "version" | undefined;
}

function parseGlobal(words: readonly string[]): Global {
  const parser = new Parser("libvirt-rpc")
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption(false)
    .passThroughOptions()
    .allowUnknownOption(false)
    .argument("[words...]")
    .option("-c, --connect <uri>")
    .option("-r, --readonly")
    .option("-q, --quiet")
    .option("-t, --timing")
    .option("-d, --debug <level>")
    .option("-l, --log <file>")
    .option("-e, --escape <char>")
    .option("-k, --keepalive-interval <seconds>")
    .option("-K, --keepalive-count <count>")
    .option("-v, --version [long]")
    .option("-h, --help")
    .option("-j, --json");
  try {
    parser.parse(
      words.map((word) => (word === "-V" || word === "-v" ? "--version" : word)),
      { from: "user" },
    );
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const [, option = ""] = /'(?:-\w, )?(-[^' ]*)/.exec(error.message) ?? [];
    throw new UsageError(`unsupported option '${option}'. See --help.`);
  }
  const given = parser.opts<Record<string, string | boolean | undefined>>();
  const number = (text: string | boolean | undefined, fallback: number): number =>
    typeof text === "string" ? Number(text) : fallback;
  const { keepaliveInterval, keepaliveCount } = given;
  const keepAlive =
    keepaliveInterval === undefined && keepaliveCount === undefined
      ? undefined
      : { interval: number(keepaliveInterval, 5), count: number(keepaliveCount, 6) };
  return {
    rest: parser.args,
    show: given.help === true ? "help" : given.version === undefined ? undefined : "version",
    options: {
      uri: typeof given.connect === "string" ? given.connect : undefined,
      readOnly: given.readonly === true,
      quiet: given.quiet === true,
      timing: given.timing === true,
      json: given.json === true,
      escape: typeof given.escape === "string" ? given.escape : ESCAPE,
      keepAlive,
    },
  };
}
