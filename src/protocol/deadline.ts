import { CallAbortedError, CallTimeoutError, InvalidValueError } from "../errors/index.js";

/** What every call takes. */
export interface CallOptions {
  /** Gives the call up. The daemon may finish it all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Gives the call up after so many milliseconds; none by default. */
  readonly timeoutMs?: number | undefined;
}

/** The longest delay that timers take; anything above would fire at once. */
const MAX_DELAY = 2 ** 31 - 1;

/** Throws unless `timeoutMs` is one. */
export function checkTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined || (typeof timeoutMs === "number" && timeoutMs > 0)) return;
  throw new InvalidValueError(
    `timeoutMs must be a number of milliseconds above 0, got ${String(timeoutMs)}; leave it out for no limit`,
  );
}

/** Yields, before each of several steps, what is left of limits that hold for all of them together. */
export function countDown({ signal, timeoutMs }: CallOptions = {}): () => CallOptions {
  if (timeoutMs === undefined) return () => ({ signal });
  checkTimeout(timeoutMs);
  const end = performance.now() + timeoutMs;
  // A step that begins late gets at least a moment, so that it is the one that reports the end of the time.
  return () => ({ signal, timeoutMs: Math.max(1, Math.ceil(end - performance.now())) });
}

/** Which of its two limits a caller ran into. */
export type GaveUp = "aborted" | "timed out";

/** Calls `giveUp` once when the signal fires or the time is over, unless the returned function is called before. */
export function watchDeadline({ signal, timeoutMs }: CallOptions, giveUp: (why: GaveUp) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    if (signal !== undefined) unwatch(signal, onAbort);
  };
  const onAbort = (): void => {
    stop();
    giveUp("aborted");
  };
  if (signal !== undefined) watch(signal, onAbort);
  if (timeoutMs !== undefined && timeoutMs <= MAX_DELAY) {
    timer = setTimeout(() => {
      stop();
      giveUp("timed out");
    }, timeoutMs);
  }
  return stop;
}

interface Watched {
  readonly watchers: Set<() => void>;
  readonly listener: () => void;
}

// One listener for each signal, however many calls watch it: Node takes more than ten of them for a leak.
const watched = new WeakMap<AbortSignal, Watched>();

function watch(signal: AbortSignal, watcher: () => void): void {
  let entry = watched.get(signal);
  if (entry === undefined) {
    const watchers = new Set<() => void>();
    const listener = (): void => {
      for (const each of Array.from(watchers)) each();
    };
    entry = { watchers, listener };
    watched.set(signal, entry);
    signal.addEventListener("abort", listener);
  }
  entry.watchers.add(watcher);
}

function unwatch(signal: AbortSignal, watcher: () => void): void {
  const entry = watched.get(signal);
  if (entry === undefined) return;
  entry.watchers.delete(watcher);
  if (entry.watchers.size > 0) return;
  watched.delete(signal);
  signal.removeEventListener("abort", entry.listener);
}

/** The error for a caller that gave `what` up. `fate` says what became of it at the daemon. */
export function gaveUpError(
  what: string,
  why: GaveUp,
  { signal, timeoutMs }: CallOptions,
  fate: string,
): CallAbortedError | CallTimeoutError {
  if (why === "aborted") {
    return new CallAbortedError(`${what} was aborted; ${fate}`, { cause: signal?.reason, procedure: what });
  }
  return new CallTimeoutError(`${what} was not done within ${timeoutMs} ms; ${fate}`, { procedure: what });
}
