import { isLibvirtError } from "../../errors/index.js";
import { checkTimeout, type GaveUp, gaveUpError, watchDeadline } from "../../protocol/index.js";
import type { Subscription } from "./event-hub.js";
import { type EventQueueOptions, EventStream } from "./event-stream.js";
import type { EventFilter, EventKind, EventOf, LibvirtEvent } from "./event-types.js";
import type { Consumer } from "./registration.js";

/** How `conn.events` gives events. */
export interface EventsOptions<K extends EventKind = EventKind> extends EventFilter<K>, EventQueueOptions {
  /** Ends the subscription; the loop then fails with a `CallAbortedError`. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the subscription after so many milliseconds; the loop then fails with a `CallTimeoutError`. */
  readonly timeoutMs?: number | undefined;
}

/** How `conn.on` gives events. */
export interface ListenOptions<K extends EventKind = EventKind> extends EventFilter<K> {
  /** Ends the subscription. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the subscription after so many milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/** A listener's place; disposing of it ends the calls. */
export interface EventSubscription extends Disposable {
  /** Resolves when the daemon sends the events; rejects if it will not, which somebody should look at. */
  readonly ready: Promise<void>;
}

/** @internal Gives a consumer its place. */
export type JoinEvents = (kind: EventKind, filter: EventFilter, consumer: Consumer) => Promise<Subscription>;

/** @internal Events as an async iterable. */
export function openEvents<K extends EventKind>(
  join: JoinEvents,
  kinds: K | readonly K[],
  options: EventsOptions<K>,
): EventStream<EventOf<K>> {
  return new EventStream<EventOf<K>>(options, (stream) => {
    const consumer: Consumer = {
      push: (event) => stream.push(event as EventOf<K>),
      end: (error) => stream.end(error),
    };
    return place(join, kinds, options, consumer, (why) => {
      stream.end(gaveUpError("the subscription of events", why, options, "events may have been missed"));
    });
  });
}

/** @internal Events as calls of a listener. */
export function listen<K extends EventKind>(
  join: JoinEvents,
  kinds: K | readonly K[],
  listener: (event: EventOf<K>) => void,
  options: ListenOptions<K>,
): EventSubscription {
  const consumer: Consumer = {
    push: (event: LibvirtEvent) => {
      try {
        listener(event as EventOf<K>);
      } catch (error) {
        throwApart(error);
      }
    },
    end: () => undefined,
  };
  const { ready, release } = place(join, kinds, options, consumer, () => release());
  return { ready, [Symbol.dispose]: release };
}

function place<K extends EventKind>(
  join: JoinEvents,
  kinds: K | readonly K[],
  options: EventsOptions<K>,
  consumer: Consumer,
  gaveUp: (why: GaveUp) => void,
): Subscription {
  const { signal, timeoutMs } = options;
  checkTimeout(timeoutMs);
  const places: Subscription[] = [];
  let released = false;
  let stopWatching = (): void => undefined;
  const release = (): void => {
    released = true;
    stopWatching();
    for (const each of places) each.release();
  };
  const enter = async (kind: K): Promise<void> => {
    const subscription = await join(kind, options as EventFilter, consumer);
    places.push(subscription);
    if (released) subscription.release();
    await subscription.ready;
  };
  const enterAll = async (): Promise<void> => {
    try {
      await Promise.all([kinds].flat().map((kind) => enter(kind as K)));
    } catch (error) {
      const wanted = !released;
      release();
      // Nobody misses the events of a connection that this program has closed itself, or has no use for any more.
      if (wanted && !(isLibvirtError(error, "CONNECTION_CLOSED") && closedHere(error))) throw error;
    }
  };
  if (signal?.aborted === true) {
    queueMicrotask(() => gaveUp("aborted"));
    return { ready: Promise.resolve(), release };
  }
  if (signal !== undefined || timeoutMs !== undefined) {
    stopWatching = watchDeadline({ signal, timeoutMs }, gaveUp);
  }
  return { ready: enterAll(), release };
}

function closedHere(error: Error): boolean {
  return "reason" in error && error.reason === "client";
}

/** A listener that throws is the program's defect: it surfaces as an uncaught exception, and the connection lives on. */
function throwApart(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
