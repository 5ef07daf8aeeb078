import {
  QEMU_PROC_CONNECT_DOMAIN_MONITOR_EVENT_DEREGISTER,
  QEMU_PROC_CONNECT_DOMAIN_MONITOR_EVENT_REGISTER,
} from "../../protocol/generated/qemu/index.js";
import * as remote from "../../protocol/generated/remote/index.js";
import type { CallHooks, CallOptions, Procedure } from "../../protocol/index.js";
import type { EventSource } from "./event-sources.js";
import type { EventFilter } from "./event-types.js";

/** Makes a call to the daemon. */
export type Call = <Args, Ret>(
  procedure: Procedure<Args, Ret>,
  args: Args,
  options?: CallOptions,
  hooks?: CallHooks<Ret>,
) => Promise<Ret>;

/** What identifies an object to the daemon, as handles have it. */
interface Wired {
  readonly wire: never;
}

/** `VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_…` */
const REGEX = 1;
const NOCASE = 2;

/**
 * Asks the daemon for a kind of event. `registered` gets the number of the callback in the turn in which the reply
 * arrives: the first event may follow at once.
 */
export async function register(
  call: Call,
  { family, id }: EventSource,
  filter: EventFilter,
  registered: (callbackID: number) => void,
): Promise<void> {
  const hooks: CallHooks<{ readonly callbackID: number }> = {
    answered: (outcome) => {
      if (outcome !== undefined) registered(outcome.ret.callbackID);
    },
  };
  const object = (filter.object as Wired | undefined)?.wire;
  const ask = <Args>(procedure: Procedure<Args, { readonly callbackID: number }>, args: Args) =>
    call(procedure, args, undefined, hooks);
  switch (family) {
    case "domain":
      await ask(remote.REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY, { eventID: id, dom: object });
      break;
    case "network":
      await ask(remote.REMOTE_PROC_CONNECT_NETWORK_EVENT_REGISTER_ANY, { eventID: id, net: object });
      break;
    case "storagePool":
      await ask(remote.REMOTE_PROC_CONNECT_STORAGE_POOL_EVENT_REGISTER_ANY, { eventID: id, pool: object });
      break;
    case "nodeDevice":
      await ask(remote.REMOTE_PROC_CONNECT_NODE_DEVICE_EVENT_REGISTER_ANY, { eventID: id, dev: object });
      break;
    case "secret":
      await ask(remote.REMOTE_PROC_CONNECT_SECRET_EVENT_REGISTER_ANY, { eventID: id, secret: object });
      break;
    case "qemu": {
      const flags = (filter.regex === true ? REGEX : 0) | (filter.ignoreCase === true ? NOCASE : 0);
      const { event } = filter;
      await ask(QEMU_PROC_CONNECT_DOMAIN_MONITOR_EVENT_REGISTER, { dom: object, event, flags });
      break;
    }
    default:
      family satisfies never;
  }
}

/** Tells the daemon that a registration is no longer wanted. */
export async function deregister(call: Call, { family }: EventSource, callbackID: number): Promise<void> {
  switch (family) {
    case "domain":
      await call(remote.REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY, { callbackID });
      break;
    case "network":
      await call(remote.REMOTE_PROC_CONNECT_NETWORK_EVENT_DEREGISTER_ANY, { callbackID });
      break;
    case "storagePool":
      await call(remote.REMOTE_PROC_CONNECT_STORAGE_POOL_EVENT_DEREGISTER_ANY, { callbackID });
      break;
    case "nodeDevice":
      await call(remote.REMOTE_PROC_CONNECT_NODE_DEVICE_EVENT_DEREGISTER_ANY, { callbackID });
      break;
    case "secret":
      await call(remote.REMOTE_PROC_CONNECT_SECRET_EVENT_DEREGISTER_ANY, { callbackID });
      break;
    case "qemu":
      await call(QEMU_PROC_CONNECT_DOMAIN_MONITOR_EVENT_DEREGISTER, { callbackID });
      break;
    default:
      family satisfies never;
  }
}

/** As {@link register}, at daemons before 1.2.6: events come without a number, and for all objects. */
export async function registerLegacy(call: Call, { id }: EventSource): Promise<void> {
  if (id === 0) await call(remote.REMOTE_PROC_CONNECT_DOMAIN_EVENT_REGISTER, undefined);
  else await call(remote.REMOTE_PROC_CONNECT_DOMAIN_EVENT_REGISTER_ANY, { eventID: id });
}

/** As {@link deregister}, at daemons before 1.2.6. */
export async function deregisterLegacy(call: Call, { id }: EventSource): Promise<void> {
  if (id === 0) await call(remote.REMOTE_PROC_CONNECT_DOMAIN_EVENT_DEREGISTER, undefined);
  else await call(remote.REMOTE_PROC_CONNECT_DOMAIN_EVENT_DEREGISTER_ANY, { eventID: id });
}
