import { setTimeout as pause } from "node:timers/promises";
import {
  AuthError,
  AuthenticationError,
  ConnectionClosedError,
  InvalidConfigError,
  InvalidUriError,
  InvalidValueError,
} from "../errors/index.js";
import { remoteReadOnly } from "../protocol/generated/remote/read-only.js";
import {
  type CallOptions,
  countDown,
  gaveUpError,
  type RpcClient,
  watchDeadline,
} from "../protocol/index.js";
import { publishState } from "./diagnostics.js";
import type { ConnectionKeeper } from "./session.js";

/** How a lost connection is replaced. */
export interface ReconnectOptions {
  /** Milliseconds before the second try; each further one waits twice as long. 100 by default; the first is at once. */
  readonly minDelayMs?: number | undefined;
  /** Most milliseconds between two tries, 10,000 by default. */
  readonly maxDelayMs?: number | undefined;
  /** Most tries in a row before the connection counts as lost for good; no limit by default. */
  readonly maxAttempts?: number | undefined;
  /** Repeats calls that the daemon may have carried out, if they only read. False by default. */
  readonly retryReads?: boolean | undefined;
  /** Most calls that wait for a new connection, 10,000 by default; more reject at once. */
  readonly maxWaiting?: number | undefined;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
const MOST_WAITING = 10_000;

/** Dials, authenticates and opens anew. */
type Reopen = () => Promise<RpcClient>;
type Listener = (rpc: RpcClient, attempts: number) => Promise<void>;

/** Checks the options before anything is opened, and gives what makes the keeper of an open connection. */
export function reconnector(options: ReconnectOptions): (rpc: RpcClient, reopen: Reopen) => ConnectionKeeper {
  for (const name of ["minDelayMs", "maxDelayMs", "maxAttempts", "maxWaiting"] as const) {
    const value = options[name];
    if (value === undefined || (typeof value === "number" && value > 0)) continue;
    throw new InvalidValueError(`reconnect.${name} must be a number above 0, got ${String(value)}`);
  }
  return (rpc, reopen) => new Reconnector(rpc, reopen, options);
}

/** Nothing gets better by trying these again. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof AuthError ||
    error instanceof AuthenticationError ||
    error instanceof InvalidUriError ||
    error instanceof InvalidConfigError
  );
}

/** Replaces a connection that was lost, and has calls wait until there is one. */
class Reconnector implements ConnectionKeeper {
  readonly closed: Promise<ConnectionClosedError>;
  readonly #reopen: Reopen;
  readonly #options: ReconnectOptions;
  readonly #listeners: Listener[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #halt = new AbortController();
  #rpc: RpcClient;
  /** True while `#rpc` is lost, or not ready yet. */
  #down = false;
  #ended: ConnectionClosedError | undefined;
  #finish: (error: ConnectionClosedError) => void = () => undefined;

  constructor(rpc: RpcClient, reopen: Reopen, options: ReconnectOptions) {
    this.#rpc = rpc;
    this.#reopen = reopen;
    this.#options = options;
    this.closed = new Promise((resolve) => {
      this.#finish = resolve;
    });
    void rpc.closed.then((error) => this.#lost(rpc, error));
  }

  get rpc(): RpcClient {
    return this.#rpc;
  }

  onReplaced(listener: Listener): void {
    this.#listeners.push(listener);
  }

  stop(): void {
    this.#halt.abort();
  }

  async call<Ret>(
    attempt: (rpc: RpcClient, options: CallOptions) => Promise<Ret>,
    { name, number }: { readonly name: string; readonly number: number },
    options?: CallOptions,
  ): Promise<Ret> {
    const remaining = countDown(options);
    for (;;) {
      if (this.#down) await this.#wait(name, remaining());
      const rpc = this.#rpc;
      try {
        return await attempt(rpc, remaining());
      } catch (error) {
        if (this.#halt.signal.aborted || !(error instanceof ConnectionClosedError)) throw error;
        // It was another one that was lost, which the attempt had opened for itself.
        if (rpc.open) throw error;
        // The end of a connection is told to its calls before it is told here.
        if (rpc === this.#rpc) this.#down = true;
        const { retryReads = false } = this.#options;
        const reads = name.startsWith("REMOTE_") && remoteReadOnly.includes(number);
        if (error.sent && !(retryReads && reads)) throw error;
      }
    }
  }

  /** Waits until there is a connection, for as long as the caller's limits allow. */
  async #wait(name: string, options: CallOptions): Promise<void> {
    if (this.#ended !== undefined) throw this.#gone(name, this.#ended);
    const { maxWaiting = MOST_WAITING } = this.#options;
    if (this.#waiting.size >= maxWaiting) {
      const message = `the connection is being replaced, and ${maxWaiting} calls wait for that already, so ${name} cannot be called`;
      throw new ConnectionClosedError("error", message, { procedure: name });
    }
    await new Promise<void>((resolve, reject) => {
      const stop = watchDeadline(options, (why) => {
        this.#waiting.delete(proceed);
        reject(gaveUpError(name, why, options, "it was not sent, since the connection was lost"));
      });
      const proceed = (): void => {
        stop();
        if (this.#ended === undefined) resolve();
        else reject(this.#gone(name, this.#ended));
      };
      this.#waiting.add(proceed);
    });
  }

  #gone(name: string, { reason, message, cause }: ConnectionClosedError): ConnectionClosedError {
    return new ConnectionClosedError(reason, `${message}, so ${name} cannot be called`, {
      cause,
      procedure: name,
    });
  }

  async #lost(rpc: RpcClient, why: ConnectionClosedError): Promise<void> {
    if (rpc !== this.#rpc) return;
    this.#down = true;
    let error = why;
    if (!this.#halted(why)) {
      publishState({ state: "lost", peer: rpc.peer, error: why });
      try {
        await this.#replace();
        return;
      } catch (cause) {
        const text = cause instanceof Error ? cause.message : String(cause);
        error = this.#halt.signal.aborted
          ? new ConnectionClosedError("client", `the connection to ${rpc.peer} was closed by this program`)
          : new ConnectionClosedError(why.reason, `${why.message}, and no new one came about: ${text}`, {
              cause,
            });
      }
    }
    this.#ended = error;
    this.#finish(error);
    this.#release();
  }

  #halted({ reason }: ConnectionClosedError): boolean {
    return this.#halt.signal.aborted || reason === "client";
  }

  async #replace(): Promise<void> {
    const {
      minDelayMs = FIRST_DELAY_MS,
      maxDelayMs = LONGEST_DELAY_MS,
      maxAttempts = Infinity,
    } = this.#options;
    let longest = Math.min(minDelayMs, maxDelayMs);
    for (let attempts = 1; ; attempts++) {
      this.#halt.signal.throwIfAborted();
      publishState({ state: "reconnecting", peer: this.#rpc.peer, attempts });
      try {
        await this.#tryOnce(attempts);
        return;
      } catch (error) {
        if (isFinal(error) || attempts >= maxAttempts) throw error;
      }
      // Between half and all of it, so that clients of one daemon do not come all at once.
      await pause(longest * (0.5 + Math.random() / 2), undefined, { signal: this.#halt.signal });
      longest = Math.min(2 * longest, maxDelayMs);
    }
  }

  async #tryOnce(attempts: number): Promise<void> {
    const rpc = await this.#reopen();
    if (this.#halt.signal.aborted) {
      rpc.close();
      this.#halt.signal.throwIfAborted();
    }
    this.#rpc = rpc;
    try {
      for (const listener of this.#listeners) await listener(rpc, attempts);
    } catch (error) {
      rpc.close();
      throw error;
    }
    if (!rpc.open) throw await rpc.closed;
    this.#down = false;
    void rpc.closed.then((error) => this.#lost(rpc, error));
    publishState({ state: "reconnected", peer: rpc.peer, attempts });
    this.#release();
  }

  #release(): void {
    const waiting = Array.from(this.#waiting);
    this.#waiting.clear();
    for (const proceed of waiting) proceed();
  }
}
