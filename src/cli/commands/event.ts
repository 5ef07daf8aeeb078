import type { EventKind } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag } from "../command.js";
import { HEARD, type HeardOrKinds, heardText, LOOP_OPTIONS, listen } from "../event-loop.js";
import { DOMAIN_EVENTS, type DomainEvent, eventText } from "../event-text.js";
import { findDomain } from "../find.js";
import { UsageError } from "../usage-error.js";

/** `event`: prints what happens to domains. */
export const event: Command = command<HeardOrKinds>({
  options: [
    data("domain", "only of this domain", false),
    ...LOOP_OPTIONS,
    flag("all", "events of all kinds"),
  ],
  endsItself: true,
  description: "Waits for events of domains and prints them. Ctrl-C ends it.",
  schema: HEARD,
  run: async (context, args) => {
    if (args.flag("list")) return Object.keys(DOMAIN_EVENTS);
    const kinds = kindsOf(args);
    const object = args.optional("domain") === undefined ? undefined : await findDomain(context, args);
    return await listen(context, args, {
      kinds,
      object,
      text: (name, each) => eventText(name, each as DomainEvent),
    });
  },
  text: heardText,
});

/** virsh's names of the kinds that were asked for, with ours. */
function kindsOf(args: Arguments): Readonly<Record<string, EventKind>> {
  const wanted = args.optional("event");
  if (args.flag("all")) return DOMAIN_EVENTS;
  if (wanted === undefined) throw new UsageError("one of --list, --all, or --event <type> is required");
  const kind = DOMAIN_EVENTS[wanted];
  if (kind === undefined) throw new UsageError(`unknown event type ${wanted}`);
  return { [wanted]: kind };
}
