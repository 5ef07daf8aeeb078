import type { TSchema } from "@sinclair/typebox";
import type { Arguments } from "./arguments.js";
import type { Context } from "./context.js";

/** What a command is told. */
export interface Option {
  readonly name: string;
  /**
   * `data` is given by its name or by its place, `named` only by its name, `flag` has no value, and `rest` takes all
   * that is left.
   */
  readonly kind: "data" | "named" | "flag" | "rest";
  readonly required?: boolean;
  /** One letter, as virsh has for a few. */
  readonly short?: string;
  /** What the value is: "string" unless told otherwise. */
  readonly value?: "string" | "number";
  readonly help: string;
}

/** A command of the command line: what virsh calls the same, with the same options. */
export interface Command<V = unknown> {
  readonly options: readonly Option[];
  /** More about it than its summary, if there is more to say. */
  readonly description?: string;
  /** What `--json` prints. */
  readonly schema: TSchema;
  /** It ends in good order by itself when the user interrupts it. */
  readonly endsItself?: boolean;
  /** What is said before the reason when it fails, as virsh puts it: "Failed to start domain 'x'". */
  failure?(args: Arguments): string | undefined;
  run(context: Context, args: Arguments): Promise<V>;
  /** What is printed, in virsh's layout. */
  text(value: V, args: Arguments, context: Context): string;
}

/** Checks a command's parts against each other, and forgets the type of its value. */
export function command<V>(parts: Command<V>): Command {
  return parts as Command;
}

export const flag = (name: string, help: string, short?: string): Option => ({
  name,
  kind: "flag",
  help,
  ...(short !== undefined && { short }),
});
export const data = (
  name: string,
  help: string,
  required = true,
  value: Option["value"] = "string",
): Option => ({
  name,
  kind: "data",
  required,
  value,
  help,
});
export const named = (name: string, help: string, value: Option["value"] = "string"): Option => ({
  name,
  kind: "named",
  value,
  help,
});

/** `--live`, `--config` and `--current`, which say what a change is about. */
export const IMPACT: readonly Option[] = [
  flag("config", "affect the next boot"),
  flag("live", "affect the running domain"),
  flag("current", "affect the state that it is in"),
];
