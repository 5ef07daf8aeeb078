import type { KeepAlive } from "../keepalive.js";
import type { EventProcedure, Procedure } from "../procedure.js";
import type { ServedStream } from "./served-stream.js";

/** A client's connection, seen from those who answer its calls. */
export interface ServerConnection {
  /** What the other side is called in messages. */
  readonly peer: string;
  /** Aborted when the connection has ended. */
  readonly closed: AbortSignal;
  /** Sends a message that nobody asked for at the moment. After the end of the connection it goes nowhere. */
  send<Msg>(event: EventProcedure<Msg>, message: Msg): void;
  /** Watches, with pings, whether the client is still there; or no longer does. */
  keepAlive(options: KeepAlive | undefined): void;
  /** Ends the connection once the answers that are due at the moment have been sent. */
  close(): void;
}

/** A call that is being answered. */
export interface ServerCall<Session> {
  readonly procedure: Procedure<unknown, unknown>;
  readonly connection: ServerConnection;
  /** What the service keeps for this connection. */
  readonly session: Session;
  /** Aborted when the connection ends: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /**
   * Opens the stream of a procedure that has one, as soon as this call is answered. It lives until the client or
   * `stream` ends it, or the connection does.
   */
  openStream(stream: ServedStream): void;
}
