import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY,
  REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY,
  REMOTE_PROC_CONNECT_DOMAIN_EVENT_DEREGISTER,
  REMOTE_PROC_CONNECT_DOMAIN_EVENT_DEREGISTER_ANY,
  REMOTE_PROC_CONNECT_DOMAIN_EVENT_REGISTER,
  REMOTE_PROC_CONNECT_DOMAIN_EVENT_REGISTER_ANY,
  REMOTE_PROC_CONNECT_NETWORK_EVENT_DEREGISTER_ANY,
  REMOTE_PROC_CONNECT_NETWORK_EVENT_REGISTER_ANY,
  REMOTE_PROC_CONNECT_NODE_DEVICE_EVENT_DEREGISTER_ANY,
  REMOTE_PROC_CONNECT_NODE_DEVICE_EVENT_REGISTER_ANY,
  REMOTE_PROC_CONNECT_REGISTER_CLOSE_CALLBACK,
  REMOTE_PROC_CONNECT_SECRET_EVENT_DEREGISTER_ANY,
  REMOTE_PROC_CONNECT_SECRET_EVENT_REGISTER_ANY,
  REMOTE_PROC_CONNECT_STORAGE_POOL_EVENT_DEREGISTER_ANY,
  REMOTE_PROC_CONNECT_STORAGE_POOL_EVENT_REGISTER_ANY,
  REMOTE_PROC_CONNECT_UNREGISTER_CLOSE_CALLBACK,
} from "../../protocol/generated/remote/index.js";
import type { ServerCall, ServerConnection } from "../../protocol/server/index.js";
import type { EventBoard, EventSubject } from "../event-board.js";
import { refuse } from "../refuse.js";
import { type ClientSession, handle, type TestRoute } from "../session.js";

type Call = ServerCall<ClientSession>;

/** Kinds of events by subject, and what the subject is called in errors. */
const SUBJECTS: Readonly<Record<EventSubject, { readonly kinds: number; readonly title: string }>> = {
  domain: { kinds: 30, title: "domain" },
  network: { kinds: 2, title: "network" },
  storagePool: { kinds: 2, title: "storage pool" },
  nodeDevice: { kinds: 2, title: "node device" },
  secret: { kinds: 2, title: "secret" },
};

/** Registrations of the old form have no number: a client has one for each kind at the most. */
const OLD_FORM = -1;
/** The kinds that the old form knows: `VIR_DOMAIN_EVENT_ID_LIFECYCLE` to `..._DEVICE_REMOVED`. */
const OLD_KINDS = 16;
const LIFECYCLE = 0;

/** Takes down who wants to hear of what. */
export function eventRoutes(board: EventBoard): readonly TestRoute[] {
  const numbers = new WeakMap<ServerConnection, number>();

  function register(call: Call, subject: EventSubject, event: number, object?: string): number {
    const { connection } = call;
    checkKind(event, SUBJECTS[subject].kinds);
    const same = board.find(
      (one) =>
        one.connection === connection &&
        one.subject === subject &&
        one.event === event &&
        one.object === object &&
        one.callbackId !== OLD_FORM,
    );
    if (same !== undefined) {
      throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.NONE, "event callback already tracked");
    }
    const callbackId = numbers.get(connection) ?? 0;
    numbers.set(connection, callbackId + 1);
    board.add({ connection, subject, event, object, callbackId });
    return callbackId;
  }

  function deregister({ connection }: Call, subject: EventSubject, callbackId: number): void {
    const one = board.find(
      (each) => each.connection === connection && each.subject === subject && each.callbackId === callbackId,
    );
    if (one === undefined || callbackId === OLD_FORM) {
      const what = `${SUBJECTS[subject].title} event callback ${callbackId} not registered`;
      throw refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.RPC, what);
    }
    board.remove(one);
  }

  function old({ connection }: Call, event: number, wanted: boolean): void {
    checkKind(event, OLD_KINDS);
    const one = board.find(
      (each) =>
        each.connection === connection &&
        each.subject === "domain" &&
        each.event === event &&
        each.callbackId === OLD_FORM,
    );
    if (wanted === (one !== undefined)) {
      const what = `domain event ${event} ${wanted ? "already" : "not"} registered`;
      throw refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.RPC, what);
    }
    if (one !== undefined) board.remove(one);
    else board.add({ connection, subject: "domain", event, object: undefined, callbackId: OLD_FORM });
  }

  return [
    handle(REMOTE_PROC_CONNECT_DOMAIN_EVENT_REGISTER, (_args, call) => {
      old(call, LIFECYCLE, true);
      return { cbRegistered: 1 };
    }),
    handle(REMOTE_PROC_CONNECT_DOMAIN_EVENT_DEREGISTER, (_args, call) => {
      old(call, LIFECYCLE, false);
      return { cbRegistered: 0 };
    }),
    handle(REMOTE_PROC_CONNECT_DOMAIN_EVENT_REGISTER_ANY, ({ eventID }, call) => old(call, eventID, true)),
    handle(REMOTE_PROC_CONNECT_DOMAIN_EVENT_DEREGISTER_ANY, ({ eventID }, call) => old(call, eventID, false)),
    handle(REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY, ({ eventID, dom }, call) => ({
      callbackID: register(call, "domain", eventID, dom?.uuid),
    })),
    handle(REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY, ({ callbackID }, call) =>
      deregister(call, "domain", callbackID),
    ),
    handle(REMOTE_PROC_CONNECT_NETWORK_EVENT_REGISTER_ANY, ({ eventID, net }, call) => ({
      callbackID: register(call, "network", eventID, net?.uuid),
    })),
    handle(REMOTE_PROC_CONNECT_NETWORK_EVENT_DEREGISTER_ANY, ({ callbackID }, call) =>
      deregister(call, "network", callbackID),
    ),
    handle(REMOTE_PROC_CONNECT_STORAGE_POOL_EVENT_REGISTER_ANY, ({ eventID, pool }, call) => ({
      callbackID: register(call, "storagePool", eventID, pool?.uuid),
    })),
    handle(REMOTE_PROC_CONNECT_STORAGE_POOL_EVENT_DEREGISTER_ANY, ({ callbackID }, call) =>
      deregister(call, "storagePool", callbackID),
    ),
    handle(REMOTE_PROC_CONNECT_NODE_DEVICE_EVENT_REGISTER_ANY, ({ eventID, dev }, call) => ({
      callbackID: register(call, "nodeDevice", eventID, dev?.name),
    })),
    handle(REMOTE_PROC_CONNECT_NODE_DEVICE_EVENT_DEREGISTER_ANY, ({ callbackID }, call) =>
      deregister(call, "nodeDevice", callbackID),
    ),
    handle(REMOTE_PROC_CONNECT_SECRET_EVENT_REGISTER_ANY, ({ eventID, secret }, call) => ({
      callbackID: register(call, "secret", eventID, secret?.uuid),
    })),
    handle(REMOTE_PROC_CONNECT_SECRET_EVENT_DEREGISTER_ANY, ({ callbackID }, call) =>
      deregister(call, "secret", callbackID),
    ),
    // Only a driver that is itself connected to something can lose that.
    handle(REMOTE_PROC_CONNECT_REGISTER_CLOSE_CALLBACK, () => undefined),
    handle(REMOTE_PROC_CONNECT_UNREGISTER_CLOSE_CALLBACK, () => undefined),
  ];
}

function checkKind(event: number, kinds: number): void {
  if (event >= 0 && event < kinds) return;
  throw refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.RPC, `unsupported event ID ${event}`);
}
