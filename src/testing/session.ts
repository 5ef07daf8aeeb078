import type { KeepAlive, Procedure } from "../protocol/index.js";
import { type Handler, type Route, route, type ServerConnection } from "../protocol/server/index.js";

/** What the hypervisor keeps for one client. */
export interface ClientSession {
  readonly connection: ServerConnection;
  /** How the client is watched, once it has said that it answers pings. */
  readonly keepAlive: KeepAlive | undefined;
  /** False while it has still to say who it is. */
  authenticated: boolean;
  /** Set while the client has a hypervisor open. */
  opened: { readonly uri: string; readonly readOnly: boolean } | undefined;
}

/** Something of the hypervisor that answers procedures. */
export type TestRoute = Route<ClientSession>;

/** Has `handler` answer the calls of `procedure`. */
export function handle<Args, Ret>(
  procedure: Procedure<Args, Ret>,
  handler: Handler<Args, Ret, ClientSession>,
): TestRoute {
  return route(procedure, handler);
}
