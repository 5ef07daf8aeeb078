import type { Procedure } from "../procedure.js";
import type { ServerCall } from "./server-call.js";

/** Answers one procedure. What it throws becomes the error that the client gets: see {@link refusal}. */
export type Handler<Args, Ret, Session> = (args: Args, call: ServerCall<Session>) => Ret | Promise<Ret>;

/** A procedure and what answers it. */
export interface Route<Session> {
  readonly procedure: Procedure<unknown, unknown>;
  readonly handler: Handler<unknown, unknown, Session>;
}

/** Has `handler` answer the calls of `procedure`; the types of arguments and result are the procedure's. */
export function route<Args, Ret, Session>(
  procedure: Procedure<Args, Ret>,
  handler: Handler<Args, Ret, Session>,
): Route<Session> {
  // Arguments are decoded by the codec of this very procedure, so the handler gets what it expects.
  return { procedure, handler } as Route<Session>;
}
