import type { EventProcedure } from "./procedure.js";
import type { XdrReader } from "./xdr-codec/index.js";

type Listener = (message: unknown) => void;

interface Route {
  readonly event: EventProcedure<unknown>;
  readonly listeners: Set<Listener>;
}

/** Program numbers have 32 bits and procedure numbers far fewer than this, so the sum is exact and unique. */
const PROCEDURES = 2 ** 20;

function routeKey(program: number, procedure: number): number {
  return program * PROCEDURES + procedure;
}

/** Hands the daemon's own messages to whoever asked for them. A message that nobody asked for is not even decoded. */
export class EventRouter {
  private readonly routes = new Map<number, Route>();

  /** Calls `listener` for each such message until the result is disposed of, even from within a listener. */
  on<Msg>(event: EventProcedure<Msg>, listener: (message: Msg) => void): Disposable {
    const key = routeKey(event.program.id, event.number);
    const route = this.routes.get(key) ?? { event: event as EventProcedure<unknown>, listeners: new Set() };
    this.routes.set(key, route);
    // A function of its own, so that registering the same listener twice means two calls.
    const entry: Listener = (message) => listener(message as Msg);
    route.listeners.add(entry);
    return {
      [Symbol.dispose]: () => {
        route.listeners.delete(entry);
        if (route.listeners.size === 0 && this.routes.get(key) === route) this.routes.delete(key);
      },
    };
  }

  /** Decodes and delivers one message; throws what the decoder throws. */
  dispatch(program: number, procedure: number, payload: XdrReader): void {
    const route = this.routes.get(routeKey(program, procedure));
    if (route === undefined) return;
    const message = route.event.msg.decode(payload);
    // A copy, since listeners may come and go while the message is being delivered.
    for (const listener of Array.from(route.listeners)) {
      if (!route.listeners.has(listener)) continue;
      try {
        listener(message);
      } catch (error) {
        throwApart(error);
      }
    }
  }

  clear(): void {
    this.routes.clear();
  }
}

/** A listener that throws is the program's defect: it surfaces as an uncaught exception, and the connection lives on. */
function throwApart(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
