import type { EventKind, EventOf } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data } from "../command.js";
import type { Context } from "../context.js";
import { HEARD, type HeardOrKinds, heardText, LOOP_OPTIONS, listen } from "../event-loop.js";
import { findNetwork, findNodeDevice, findPool, findSecret } from "../find.js";
import { UsageError } from "../usage-error.js";

interface Subject {
  /** The option that names one object. */
  readonly option: string;
  /** What it is called in the middle of a sentence. */
  readonly title: string;
  /** virsh's names of kinds, with ours. */
  readonly kinds: Readonly<Record<string, EventKind>>;
  /** What happens in its life, by number. */
  readonly lifecycle: readonly string[];
  readonly find: (context: Context, args: Arguments) => Promise<object>;
}

/** A command that prints what happens to objects that are no domains. */
function objectEvent({ option, title, kinds, lifecycle, find }: Subject): Command {
  return command<HeardOrKinds>({
    options: [data(option, `only of this ${title}`, false), ...LOOP_OPTIONS],
    endsItself: true,
    description: `Waits for events of ${title}s and prints them. Ctrl-C ends it.`,
    schema: HEARD,
    run: async (context, args) => {
      if (args.flag("list")) return Object.keys(kinds);
      const wanted = args.optional("event");
      if (wanted === undefined) throw new UsageError("either --list or --event <type> is required");
      const kind = kinds[wanted];
      if (kind === undefined) throw new UsageError(`unknown event type ${wanted}`);
      const object = args.optional(option) === undefined ? undefined : await find(context, args);
      return await listen(context, args, {
        kinds: { [wanted]: kind },
        object,
        text: (name, event) => text(title, name, lifecycle, event),
      });
    },
    text: heardText,
  });
}

function text(title: string, name: string, lifecycle: readonly string[], event: EventOf<EventKind>): string {
  const begin = `event '${name}' for ${title} ${nameOf(event)}`;
  return "event" in event && typeof event.event === "number"
    ? `${begin}: ${lifecycle[event.event] ?? "unknown"}`
    : begin;
}

function nameOf(event: EventOf<EventKind>): string {
  if ("network" in event) return event.network.name;
  if ("storagePool" in event) return event.storagePool.name;
  if ("nodeDevice" in event) return event.nodeDevice.name;
  return "secret" in event ? event.secret.uuid : "";
}

export const networkEvent: Command = objectEvent({
  option: "network",
  title: "network",
  kinds: { lifecycle: "network.lifecycle" },
  lifecycle: ["Defined", "Undefined", "Started", "Stopped"],
  find: findNetwork,
});
export const poolEvent: Command = objectEvent({
  option: "pool",
  title: "storage pool",
  kinds: { lifecycle: "storagePool.lifecycle", refresh: "storagePool.refresh" },
  lifecycle: ["Defined", "Undefined", "Started", "Stopped", "Created", "Deleted"],
  find: (context, args) => findPool(context, args.text("pool")),
});
export const nodeDeviceEvent: Command = objectEvent({
  option: "device",
  title: "node device",
  kinds: { lifecycle: "nodeDevice.lifecycle", update: "nodeDevice.update" },
  lifecycle: ["Created", "Deleted", "Defined", "Undefined"],
  find: findNodeDevice,
});
export const secretEvent: Command = objectEvent({
  option: "secret",
  title: "secret",
  kinds: { lifecycle: "secret.lifecycle", "value-changed": "secret.valueChanged" },
  lifecycle: ["Defined", "Undefined"],
  find: findSecret,
});
