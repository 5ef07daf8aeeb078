import { Type } from "@sinclair/typebox";
import type { Connection } from "../../index.js";
import { type Command, command } from "../command.js";
import type { Context, NamedOption } from "../context.js";

/** Options before the command that take a value. */
const GLOBAL_VALUES = new Set(["-c", "--connect", "-d", "-l", "-e", "-k", "-K"]);

/** `complete`: what could stand where the cursor is; the words of the line so far are its arguments. */
export const complete: Command = command({
  options: [{ name: "words", kind: "rest", help: "the words of the line, up to the cursor" }],
  description: "What the scripts of `completion` call.",
  schema: Type.Object({ words: Type.Array(Type.String()) }),
  run: async (context, args) => ({ words: await candidates(context, args.rest("words")) }),
  text: ({ words }) => words.map((word) => `${word}\n`).join(""),
});

async function candidates(context: Context, line: readonly string[]): Promise<readonly string[]> {
  const { before, uri, readOnly } = skipGlobal(line);
  const last = line.at(-1) ?? "";
  const [name, ...rest] = before;
  if (name === undefined || before.length === 1) {
    return context.commands.names.filter((each) => each.startsWith(last));
  }
  const options = await context.commands.optionsOf(name);
  if (options === undefined) return [];
  if (last.startsWith("-")) {
    return [...options.map((option) => `--${option.name}`), "--json"].filter((each) => each.startsWith(last));
  }
  const wanted = optionAt(options, rest);
  if (wanted === undefined) return [];
  const found = await objects(new ContextWith(context, uri, readOnly), name, wanted.name);
  return found.filter((each) => each.startsWith(last)).toSorted();
}

/** A context for the hypervisor that the line names, not the one that completes it. */
class ContextWith {
  private readonly context: Context;
  private readonly uri: string | undefined;
  private readonly readOnly: boolean;

  constructor(context: Context, uri: string | undefined, readOnly: boolean) {
    this.context = context;
    this.uri = uri;
    this.readOnly = readOnly;
  }

  async connection(): Promise<Connection> {
    if (this.uri === undefined) return await this.context.connection();
    const { connect } = await import("../../index.js");
    return await connect(this.uri, { readOnly: this.readOnly });
  }
}

function skipGlobal(line: readonly string[]): {
  readonly before: readonly string[];
  readonly uri: string | undefined;
  readonly readOnly: boolean;
} {
  let uri: string | undefined;
  let readOnly = false;
  let at = 0;
  for (; at < line.length - 1 && line[at]?.startsWith("-") === true; at++) {
    const word = line[at] ?? "";
    if (word === "-c" || word === "--connect") uri = line[at + 1];
    if (word === "-r" || word === "--readonly") readOnly = true;
    if (GLOBAL_VALUES.has(word)) at++;
  }
  return { before: line.slice(at), uri, readOnly };
}

/** The option whose value is being typed. */
function optionAt(options: readonly NamedOption[], words: readonly string[]): NamedOption | undefined {
  const previous = words.at(-2);
  const byName = options.find((option) => previous === `--${option.name}` && option.kind !== "flag");
  if (byName !== undefined) return byName;
  const placed = words.slice(0, -1).filter((word, i) => {
    const taken = options.some((option) => option.kind !== "flag" && words[i - 1] === `--${option.name}`);
    return !word.startsWith("-") && !taken;
  });
  return options.filter((option) => option.kind === "data")[placed.length];
}

/** Names of the objects that an option of this name means. */
async function objects(
  context: { connection(): Promise<Connection> },
  command_: string,
  option: string,
): Promise<readonly string[]> {
  const conn = await context.connection();
  try {
    const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);
    switch (option) {
      case "domain":
        return names(await conn.listAllDomains());
      case "network":
        return names(await conn.listAllNetworks());
      case "pool":
        return names(await conn.listAllStoragePools());
      case "secret":
        return (await conn.listAllSecrets()).map(({ uuid }) => uuid);
      case "device":
        return command_.startsWith("nodedev") ? names(await conn.listAllNodeDevices()) : [];
      case "vol": {
        const pools = await conn.listAllStoragePools({ flags: 2 });
        return names((await Promise.all(pools.map((pool) => pool.listAllVolumes()))).flat());
      }
      default:
        return [];
    }
  } finally {
    await conn.close();
  }
}
