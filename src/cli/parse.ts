import { CommanderError, Command as Parser, Option as ParserOption } from "commander";
import { Arguments } from "./arguments.js";
import type { Command, Option } from "./command.js";
import { UsageError } from "./usage-error.js";

/** Reads a command's arguments as virsh does: data by name or by place. @throws UsageError in virsh's words. */
export function parseArguments(name: string, command: Command, words: readonly string[]): Arguments {
  const parser = parserOf(name, command.options);
  try {
    parser.parse(words.map(escaped), { from: "user" });
  } catch (error) {
    throw error instanceof CommanderError ? new UsageError(explain(name, error)) : error;
  }
  const given = parser.opts<Record<string, string | boolean | readonly string[]>>();
  const values = new Map<string, string | boolean | readonly string[]>();
  for (const option of command.options) {
    const value = given[attributeOf(option)];
    if (value !== undefined) values.set(option.name, value);
  }
  place(command.options, values, parser.args);
  for (const option of command.options) {
    if (option.required === true && !values.has(option.name)) {
      throw new UsageError(`command '${name}' requires <${option.name}> option`);
    }
  }
  return new Arguments(name, values);
}

function parserOf(name: string, options: readonly Option[]): Parser {
  const parser = new Parser(name)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .allowExcessArguments()
    .helpOption(false)
    .argument("[words...]");
  for (const { name, short, kind } of options) {
    const long = escaped(`--${name}`).slice(2);
    const value = kind === "flag" ? "" : " <value>";
    const letter = short === undefined ? "" : `-${short}, `;
    const option = new ParserOption(`${letter}--${long}${value}`);
    // What may be many can be named many times.
    if (kind === "rest")
      option.argParser<readonly string[] | undefined>((word, before) => [...(before ?? []), word]);
    parser.addOption(option);
  }
  return parser;
}

/** commander takes `--no-x` for the opposite of `--x`; here it is an option like any other. */
function escaped(word: string): string {
  return word.replace(/^--no-/, "--negated-");
}

/** commander's name for an option's value. */
function attributeOf({ name }: Option): string {
  return new ParserOption(escaped(`--${name}`)).attributeName();
}

/** Gives words without a name to the options that still want one, in their order. */
function place(
  options: readonly Option[],
  values: Map<string, string | boolean | readonly string[]>,
  words: readonly string[],
): void {
  const left = [...words];
  for (const option of options) {
    if (option.kind === "data" && !values.has(option.name) && left.length > 0) {
      values.set(option.name, left.shift() ?? "");
    } else if (option.kind === "rest") {
      const given = values.get(option.name);
      const all = [...(typeof given === "object" ? given : []), ...left.splice(0)];
      if (all.length > 0) values.set(option.name, all);
    }
  }
  if (left.length > 0) throw new UsageError(`unexpected data '${left[0] ?? ""}'`);
}

function explain(name: string, error: CommanderError): string {
  const [, option = ""] = /'(?:-\w, )?(-[^' ]*)/.exec(error.message.replace("--negated-", "--no-")) ?? [];
  if (error.code === "commander.unknownOption") return `command '${name}' doesn't support option ${option}`;
  if (error.code === "commander.optionMissingArgument") return `expected syntax: ${option} <string>`;
  return error.message;
}
