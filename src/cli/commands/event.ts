import { Type } from "@sinclair/typebox";
import { type EventKind, type EventOf, isLibvirtError } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, named } from "../command.js";
import { CommandError } from "../command-error.js";
import type { Context } from "../context.js";
import { DOMAIN_EVENTS, eventText } from "../event-text.js";
import { findDomain } from "../find.js";
import { toJson } from "../json.js";
import { UsageError } from "../usage-error.js";

interface Heard {
  readonly events: number;
  /** Why it ended before the first event, or at all. */
  readonly ended: "event" | "timeout" | "interrupted";
}

type DomainEvent = EventOf<EventKind> & { readonly domain: { readonly name: string; readonly uuid: string } };

/** `event`: prints what happens to domains. */
export const event: Command = command<Heard | readonly string[]>({
  options: [
    data("domain", "only of this domain", false),
    data("event", "which kind of event", false),
    flag("all", "events of all kinds"),
    flag("loop", "go on after the first"),
    named("timeout", "seconds after which to end", "number"),
    flag("list", "list the kinds of events"),
    flag("timestamp", "with the time of each"),
  ],
  endsItself: true,
  description: "Waits for events of domains and prints them. Ctrl-C ends it.",
  schema: Type.Union([
    Type.Array(Type.String()),
    Type.Object({ events: Type.Integer(), ended: Type.String() }),
  ]),
  run: async (context, args) => {
    if (args.flag("list")) return Object.keys(DOMAIN_EVENTS);
    const kinds = kindsOf(args);
    const seconds = args.number("timeout");
    if (seconds !== undefined && seconds < 1) {
      throw new UsageError(`Numeric value '${seconds}' for <timeout> option is malformed or out of range`);
    }
    const conn = await context.connection();
    const object = args.optional("domain") === undefined ? undefined : await findDomain(context, args);
    const ending = new AbortController();
    const { signal } = context.terminal;
    const stop = (): void => ending.abort();
    signal.addEventListener("abort", stop, { once: true });
    const timer = seconds === undefined ? undefined : setTimeout(stop, seconds * 1000);
    let events = 0;
    try {
      const stream = conn.events(await known(context, Object.values(kinds)), {
        signal: ending.signal,
        ...(object !== undefined && { object }),
      });
      for await (const each of stream) {
        events++;
        show(context, args, kinds, each as DomainEvent);
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
  },
  text: (heard) => {
    if (!("events" in heard)) return heard.map((name) => `${name}\n`).join("");
    const why = { event: "", timeout: "event loop timed out\n", interrupted: "event loop interrupted\n" };
    return `${why[heard.ended]}events received: ${heard.events}\n`;
  },
});

function finish(context: Context, events: number, ended: Heard["ended"]): Heard {
  if (events > 0) return { events, ended };
  const why = ended === "timeout" ? "event loop timed out" : "event loop interrupted";
  if (!context.options.json) context.terminal.stdout.write(`${why}\nevents received: 0\n`);
  throw new CommandError("", undefined);
}

/** virsh's names of the kinds that were asked for, with ours. */
function kindsOf(args: Arguments): Readonly<Record<string, EventKind>> {
  const wanted = args.optional("event");
  if (args.flag("all")) return DOMAIN_EVENTS;
  if (wanted === undefined) throw new UsageError("one of --list, --all, or --event <type> is required");
  const kind = DOMAIN_EVENTS[wanted];
  if (kind === undefined) throw new UsageError(`unknown event type ${wanted}`);
  return { [wanted]: kind };
}

/** Those kinds that the daemon knows: an older one has never heard of the latest. */
async function known(context: Context, kinds: readonly EventKind[]): Promise<readonly EventKind[]> {
  if (kinds.length === 1) return kinds;
  const conn = await context.connection();
  const checked = await Promise.all(
    kinds.map(async (kind) => {
      using probe = conn.on(kind, () => undefined);
      try {
        await probe.ready;
        return kind;
      } catch (error) {
        if (isLibvirtError(error)) return undefined;
        throw error;
      }
    }),
  );
  return checked.filter((kind) => kind !== undefined);
}

function show(
  { terminal, options }: Context,
  args: Arguments,
  kinds: Readonly<Record<string, EventKind>>,
  each: DomainEvent,
): void {
  if (options.json) {
    const { domain, ...rest } = each;
    const value = { ...rest, domain: { name: domain.name, uuid: domain.uuid } };
    terminal.stdout.write(`${JSON.stringify(toJson(value))}\n`);
    return;
  }
  const name = Object.keys(kinds).find((key) => kinds[key] === each.kind) ?? each.kind;
  const time = args.flag("timestamp") ? `${timestamp(new Date())}: ` : "";
  terminal.stdout.write(`${time}${eventText(name, each)}\n`);
}

/** The time as libvirt writes it. */
function timestamp(now: Date): string {
  return now.toISOString().replace("T", " ").replace("Z", "+0000");
}
