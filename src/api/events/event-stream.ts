import { InvalidValueError, LibvirtError } from "../../errors/index.js";
import type { LibvirtEvent } from "./event-types.js";
import { identityOf } from "./identity.js";

/**
 * What happens when events come faster than they are taken: the oldest ones that wait are dropped, or the newest one;
 * one that waits gives way to a newer one of the same kind and object; or the stream fails. To make the daemon wait
 * is no choice, since replies and keepalive would wait as well.
 */
export type OverflowPolicy = "drop-oldest" | "drop-newest" | "coalesce" | "error";

export interface EventQueueOptions {
  /** Most events that wait, 1000 by default. */
  readonly limit?: number | undefined;
  /** What happens with more; "drop-oldest" by default. */
  readonly overflow?: OverflowPolicy | undefined;
}

interface Waiter<E> {
  readonly resolve: (result: IteratorResult<E, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** A place with those who get events. */
interface Subscribed {
  readonly ready: Promise<void>;
  readonly release: () => void;
}

const POLICIES: readonly OverflowPolicy[] = ["drop-oldest", "drop-newest", "coalesce", "error"];

/** Events as an async iterable; leaving the loop, or disposing, ends the subscription. */
export class EventStream<E extends LibvirtEvent>
  implements AsyncIterableIterator<E, undefined>, AsyncDisposable
{
  readonly #limit: number;
  readonly #overflow: OverflowPolicy;
  #queue: E[] = [];
  #taken = 0;
  #dropped = 0;
  #waiters: Waiter<E>[] = [];
  #ended = false;
  #error: unknown;
  #release: () => void = () => undefined;
  /** Resolves when the daemon sends the events: what happens from then on is not missed. Rejects if it will not. */
  readonly ready: Promise<void>;

  /** @internal `subscribe` begins the subscription and gives its end. */
  constructor(
    { limit = 1000, overflow = "drop-oldest" }: EventQueueOptions,
    subscribe: (stream: EventStream<E>) => Subscribed,
  ) {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new InvalidValueError(`limit must be a whole number of events, at least 1, got ${String(limit)}`);
    }
    if (!POLICIES.includes(overflow)) {
      throw new InvalidValueError(`overflow must be one of ${POLICIES.join(", ")}, got ${String(overflow)}`);
    }
    this.#limit = limit;
    this.#overflow = overflow;
    const { ready, release } = subscribe(this);
    this.#release = release;
    this.ready = ready;
    // Whoever does not wait for it learns of it from the loop.
    ready.catch((error: unknown) => this.end(error));
  }

  /** How many events were dropped because nobody took them in time. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How many events wait to be taken. */
  get queued(): number {
    return this.#queue.length - this.#taken;
  }

  /** @internal */
  push(event: E): void {
    if (this.#ended) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.resolve({ value: event, done: false });
    else if (this.#overflow === "coalesce" && this.#replace(event)) this.#dropped++;
    else if (this.queued < this.#limit) this.#queue.push(event);
    else this.#overrun(event);
  }

  /** @internal No more will come. What waits is still handed out. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#release();
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) void this.next().then(waiter.resolve, waiter.reject);
  }

  async next(): Promise<IteratorResult<E, undefined>> {
    if (this.#taken < this.#queue.length) {
      const value = this.#queue[this.#taken] as E;
      this.#advance();
      return { value, done: false };
    }
    if (this.#error !== undefined) {
      const error = this.#error;
      this.#error = undefined;
      throw error;
    }
    if (this.#ended) return { value: undefined, done: true };
    return await new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  async return(): Promise<IteratorResult<E, undefined>> {
    this.#queue = [];
    this.#taken = 0;
    this.end();
    this.#error = undefined;
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #overrun(event: E): void {
    this.#dropped++;
    if (this.#overflow === "error") {
      const message = `${this.#limit} events wait and nobody takes them; take them faster, or choose a larger limit or another overflow policy`;
      this.end(new LibvirtError("EVENTS_OVERFLOWED", message));
    } else if (this.#overflow !== "drop-newest") {
      this.#queue.push(event);
      this.#advance();
    }
  }

  /** The first event that waits is done with. */
  #advance(): void {
    this.#taken++;
    // Now and then, since it moves all the others.
    if (this.#taken < this.#queue.length && this.#taken <= this.#limit) return;
    this.#queue = this.#queue.slice(this.#taken);
    this.#taken = 0;
  }

  #replace(event: E): boolean {
    const key = identityOf(event);
    for (let i = this.#queue.length - 1; i >= this.#taken; i--) {
      const other = this.#queue[i] as E;
      if (other.kind !== event.kind || identityOf(other) !== key) continue;
      this.#queue[i] = event;
      return true;
    }
    return false;
  }
}
