import { type TSchema, Type } from "@sinclair/typebox";
import { type Connection, type EventKind, type EventOf, isLibvirtError } from "../index.js";
import type { Arguments } from "./arguments.js";
import { data, flag, type Option } from "./command.js";
import { CommandError } from "./command-error.js";
import type { Context } from "./context.js";
import { toJson } from "./json.js";
import { UsageError } from "./usage-error.js";

export interface Heard {
  readonly events: number;
  /** Why it ended before the first event, or at all. */
  readonly ended: "event" | "timeout" | "interrupted";
}

/** A list of kinds, with `--list`. */
export type HeardOrKinds = Heard | readonly string[];
export const HEARD: TSchema = Type.Union([
  Type.Array(Type.String()),
  Type.Object({ events: Type.Integer(), ended: Type.String() }),
]);

/** What every command that waits for events is told. */
export const LOOP_OPTIONS: readonly Option[] = [
  data("event", "which kind of event", false),
  flag("loop", "go on after the first"),
  data("timeout", "seconds after which to end", false, "number"),
  flag("list", "list the kinds of events"),
  flag("timestamp", "with the time of each"),
];

/** An event of an object, which it has under the name of its kind. */
type AnyEvent = EventOf<EventKind>;
type Named = { readonly name?: string; readonly uuid?: string };

interface Listening {
  /** virsh's names of the kinds that are wanted, with ours. */
  readonly kinds: Readonly<Record<string, EventKind>>;
  /** The one object that it is about. */
  readonly object: object | undefined;
  /** An event as virsh writes it, without the line's end. */
  readonly text: (name: string, event: AnyEvent) => string;
}

/** Prints events until there is one, or with `--loop` until the time is up or the user ends it. */
export async function listen(
  context: Context,
  args: Arguments,
  { kinds, object, text }: Listening,
): Promise<Heard> {
  const seconds = args.number("timeout");
  if (seconds !== undefined && seconds < 1) {
    throw new UsageError(`Numeric value '${seconds}' for <timeout> option is malformed or out of range`);
  }
  const conn = await context.connection();
  const ending = new AbortController();
  const { signal } = context.terminal;
  const stop = (): void => ending.abort();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const timer = seconds === undefined ? undefined : setTimeout(stop, seconds * 1000);
  let events = 0;
  try {
    const about = object === undefined ? {} : { object: object as never };
    using known = await Known.find(conn, Object.values(kinds), about);
    const stream = conn.events(known.kinds, { signal: ending.signal, ...about });
    await stream.ready;
    known[Symbol.dispose]();
    for await (const each of stream) {
      events++;
      const name = Object.keys(kinds).find((key) => kinds[key] === each.kind) ?? each.kind;
      show(context, args, each, text(name, each));
      if (!args.flag("loop")) return { events, ended: "event" };
    }
    return { events, ended: "event" };
  } catch (error) {
    if (!ending.signal.aborted) throw error;
    return finish(context, events, signal.aborted ? "interrupted" : "timeout");
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** What is said at the end. */
export function heardText(heard: HeardOrKinds): string {
  if (!("events" in heard)) return heard.map((name) => `${name}\n`).join("");
  const why = { event: "", timeout: "event loop timed out\n", interrupted: "event loop interrupted\n" };
  return `${why[heard.ended]}events received: ${heard.events}\n`;
}

function finish(context: Context, events: number, ended: Heard["ended"]): Heard {
  if (events > 0) return { events, ended };
  const why = ended === "timeout" ? "event loop timed out" : "event loop interrupted";
  if (!context.options.json) context.terminal.stdout.write(`${why}\nevents received: 0\n`);
  throw new CommandError("", undefined);
}

/** Those kinds that the daemon knows: an older one has never heard of the latest. */
class Known implements Disposable {
  readonly kinds: readonly EventKind[];
  /** They are kept until somebody else listens, so that nothing is missed. */
  private readonly probes: readonly Disposable[];

  private constructor(kinds: readonly EventKind[], probes: readonly Disposable[]) {
    this.kinds = kinds;
    this.probes = probes;
  }

  static async find(
    conn: Connection,
    kinds: readonly EventKind[],
    about: { object?: never },
  ): Promise<Known> {
    // The only one is refused by the daemon in its own words.
    if (kinds.length === 1) return new Known(kinds, []);
    const probes = kinds.map((kind) => ({ kind, probe: conn.on(kind, () => undefined, about) }));
    const checked = await Promise.allSettled(probes.map(({ probe }) => probe.ready));
    const refused = checked.find(({ status }) => status === "rejected") as PromiseRejectedResult | undefined;
    if (refused !== undefined && !isLibvirtError(refused.reason)) throw refused.reason;
    return new Known(
      kinds.filter((_, i) => checked[i]?.status === "fulfilled"),
      probes.map(({ probe }) => probe),
    );
  }

  [Symbol.dispose](): void {
    for (const probe of this.probes) probe[Symbol.dispose]();
  }
}

function show({ terminal, options }: Context, args: Arguments, event: AnyEvent, text: string): void {
  if (options.json) {
    const plain = Object.fromEntries(
      Object.entries(event).map(([key, value]) => [key, isHandle(value) ? handleFacts(value) : value]),
    );
    terminal.stdout.write(`${JSON.stringify(toJson(plain))}\n`);
    return;
  }
  const time = args.flag("timestamp") ? `${timestamp(new Date())}: ` : "";
  terminal.stdout.write(`${time}${text}\n`);
}

function isHandle(value: unknown): value is Named {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) !== Object.prototype;
}

function handleFacts({ name, uuid }: Named): Named {
  return { ...(name !== undefined && { name }), ...(uuid !== undefined && { uuid }) };
}

/** The time as libvirt writes it. */
function timestamp(now: Date): string {
  return now.toISOString().replace("T", " ").replace("Z", "+0000");
}
