import { type TSchema, Type } from "@sinclair/typebox";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, type Option } from "../command.js";
import type { Context } from "../context.js";
import { readDocument } from "../find.js";

/** What networks, pools, secrets and their likes have in common. */
export interface Nameable {
  readonly name: string;
  readonly uuid: string;
}

/** How one kind of object is found and called. */
export interface Kind<T extends Nameable> {
  /** As its option is called: "network". */
  readonly option: string;
  /** As its messages begin: "Network". */
  readonly title: string;
  readonly help: string;
  readonly find: (context: Context, args: Arguments) => Promise<T>;
}

export type Changed = Nameable;
export const CHANGED: TSchema = Type.Object({ name: Type.String(), uuid: Type.String() });

interface Act<T> {
  readonly options?: readonly Option[];
  /** Of "Failed to … network x". */
  readonly verb?: string;
  readonly act: (object: T, args: Arguments) => Promise<unknown>;
  /** What is said when it is done, without the line's end. */
  readonly done: (name: string, args: Arguments) => string;
}

/** A command that does something to one object. */
export function objectAction<T extends Nameable>(
  kind: Kind<T>,
  { options = [], verb, act, done }: Act<T>,
): Command {
  return command<Changed>({
    options: [data(kind.option, kind.help), ...options],
    schema: CHANGED,
    failure: (args) =>
      verb === undefined
        ? undefined
        : `Failed to ${verb} ${kind.title.toLowerCase()} ${args.text(kind.option)}`,
    run: async (context, args) => {
      const object = await kind.find(context, args);
      const { name, uuid } = object;
      await act(object, args);
      return { name, uuid };
    },
    text: ({ name }, args, { options: { quiet } }) => (quiet ? "" : `${done(name, args)}\n`),
  });
}

export const VALIDATE: Option = flag("validate", "check it against the schema");

/** A command that makes an object of a document. */
export function objectFromFile<T extends Nameable>(
  kind: Pick<Kind<T>, "title">,
  verb: "define" | "create",
  make: (context: Context, xml: string, args: Arguments) => Promise<T>,
  options: readonly Option[] = [VALIDATE],
): Command {
  const title = kind.title.toLowerCase();
  return command<Changed>({
    options: [data("file", `file with the ${title}'s document`), ...options],
    schema: CHANGED,
    failure: (args) => `Failed to ${verb} ${title} from ${args.text("file")}`,
    run: async (context, args) => {
      const { name, uuid } = await make(context, await readDocument(args), args);
      return { name, uuid };
    },
    text: ({ name }, args, { options: { quiet } }) =>
      quiet ? "" : `${kind.title} ${name} ${verb}d from ${args.text("file")}\n`,
  });
}

/** A command that prints one fact of an object. */
export function objectFact<T extends Nameable>(
  kind: Kind<T>,
  key: string,
  ask: (object: T, args: Arguments) => string | Promise<string>,
  { options = [], end = "\n" }: { readonly options?: readonly Option[]; readonly end?: string } = {},
): Command {
  return command<Record<string, string>>({
    options: [data(kind.option, kind.help), ...options],
    schema: Type.Object({ [key]: Type.String() }),
    run: async (context, args) => ({ [key]: await ask(await kind.find(context, args), args) }),
    text: (value) => `${value[key] ?? ""}${end}`,
  });
}

export const yesNo = (value: boolean): string => (value ? "yes" : "no");

/** By name, as virsh sorts its lists. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  const [x, y] = [a.name.toLowerCase(), b.name.toLowerCase()];
  if (x === y) return 0;
  return x < y ? -1 : 1;
}
