import { type ConnectionClosedError, isLibvirtError } from "../errors/index.js";
import {
  type CallHooks,
  type CallOptions,
  type DriverFeature,
  type KeepAlive,
  type Procedure,
  type RpcClient,
  supportsFeature,
} from "../protocol/index.js";
import type { dial } from "../transport/index.js";
import { callsAreWatched, traced } from "./diagnostics.js";
import type { Way } from "./open-rpc.js";

/** How long an orderly farewell may take; the daemon cleans up after a lost connection just as well. */
const CLOSE_TIMEOUT_MS = 2000;

/** A procedure, as far as it matters whose turn it is. */
type Named = Pick<Procedure<never, unknown>, "name" | "number">;

/** Says goodbye to the daemon, in the words of the program that is spoken. */
type Farewell = (rpc: RpcClient, options: CallOptions) => Promise<void>;

interface SessionParts<Factories> {
  readonly factories: (session: Session<Factories>) => Factories;
  readonly leave: Farewell;
  /** Whether the daemon answers pings. */
  readonly keepalive?: boolean | undefined;
  /** Looks after a connection that may be lost and found again. */
  readonly keeper?: ConnectionKeeper | undefined;
  /** The way to the same place once more. */
  readonly again?: Again | undefined;
}

/** Opens another connection to where a session leads; whoever does so closes that. */
export interface Again {
  /** @param dialer what opens the transport, if it is to be another one than the session's. */
  readonly open: (dialer?: typeof dial) => Promise<RpcClient>;
  /** Where the session leads. */
  readonly way: () => Promise<Way>;
}

/** Replaces a connection that was lost. */
export interface ConnectionKeeper {
  /** The connection as it is now, lost or not. */
  readonly rpc: RpcClient;
  /** Resolves, never rejects, when the connection has ended for good. */
  readonly closed: Promise<ConnectionClosedError>;
  /** Makes a call on whichever connection there is, or will be. */
  call<Ret>(
    attempt: (rpc: RpcClient, options: CallOptions) => Promise<Ret>,
    procedure: Named,
    options?: CallOptions,
  ): Promise<Ret>;
  /** Called with each new connection before anybody else can use it. */
  onReplaced(listener: (rpc: RpcClient, attempts: number) => Promise<void>): void;
  /** No connection is sought any more. */
  stop(): void;
}

/**
 * What the handles of one connection share: the way to call the daemon, and what was learnt about it. It is not a
 * part of the public API.
 */
export class Session<Factories> {
  /** Makes the handles that replies name. */
  readonly make: Factories;
  /** Resolves, never rejects, with the reason when the connection has ended for good. */
  readonly closed: Promise<ConnectionClosedError>;
  /** Whether the daemon answers pings. */
  readonly keepalive: boolean;
  /** The way to the same place once more. */
  readonly again: Again | undefined;
  readonly #features = new Map<DriverFeature, Promise<boolean>>();
  readonly #leave: Farewell;
  readonly #keeper: ConnectionKeeper | undefined;
  #rpc: RpcClient;
  #watch: { readonly pings: KeepAlive | undefined } | undefined;
  #farewell: Promise<void> | undefined;

  constructor(
    rpc: RpcClient,
    { factories, leave, keepalive = false, keeper, again }: SessionParts<Factories>,
  ) {
    this.#rpc = rpc;
    this.keepalive = keepalive;
    this.again = again;
    this.#leave = leave;
    this.#keeper = keeper;
    this.closed = keeper?.closed ?? rpc.closed;
    this.make = factories(this);
    if (keeper !== undefined) follow(keeper, new WeakRef(this));
  }

  /** @internal From now on `rpc` is the connection. It may be to another daemon, of another version. */
  replaced(rpc: RpcClient): void {
    this.#rpc = rpc;
    this.#features.clear();
    if (this.#watch !== undefined) rpc.keepAlive(this.#watch.pings);
  }

  /** Asks the daemon for signs of life from now on, or no longer, on whichever connection there is. */
  keepAlive(pings: KeepAlive | undefined): void {
    this.#watch = { pings };
    this.#rpc.keepAlive(pings);
  }

  /** Whether a lost connection is replaced. */
  get reconnects(): boolean {
    return this.#keeper !== undefined;
  }

  /** The connection as it is now. */
  get rpc(): RpcClient {
    return this.#rpc;
  }

  /** Calls `listener` after each reconnect, before anybody else can make calls, with the number of tries it took. */
  onReconnect(listener: (rpc: RpcClient, attempts: number) => Promise<void>): void {
    this.#keeper?.onReplaced(listener);
  }

  /** Makes a call. */
  call<Args, Ret>(
    procedure: Procedure<Args, Ret>,
    args: Args,
    options?: CallOptions,
    hooks?: CallHooks<Ret>,
  ): Promise<Ret> {
    if (this.#keeper === undefined && !callsAreWatched())
      return this.#rpc.call(procedure, args, options, hooks);
    return this.attempt(procedure, (rpc, left) => rpc.call(procedure, args, left, hooks), options);
  }

  /** As {@link call}, where `attempt` makes the call of `procedure` in a way of its own. */
  attempt<Ret>(
    procedure: Named,
    attempt: (rpc: RpcClient, options?: CallOptions) => Promise<Ret>,
    options?: CallOptions,
  ): Promise<Ret> {
    if (!callsAreWatched()) return this.#run(procedure, attempt, options);
    return traced(procedure.name, this.#rpc.peer, () => this.#run(procedure, attempt, options));
  }

  #run<Ret>(
    procedure: Named,
    attempt: (rpc: RpcClient, options?: CallOptions) => Promise<Ret>,
    options?: CallOptions,
  ): Promise<Ret> {
    return this.#keeper?.call(attempt, procedure, options) ?? attempt(this.#rpc, options);
  }

  /** Asks once for each feature. */
  supports(feature: DriverFeature): Promise<boolean> {
    let answer = this.#features.get(feature);
    if (answer === undefined) {
      answer = supportsFeature(this, feature);
      // A failure is not an answer: the next one asks again.
      answer.catch(() => this.#features.delete(feature));
      this.#features.set(feature, answer);
    }
    return answer;
  }

  /** Takes leave of the daemon and closes; safe to call often, and on a connection that is gone. */
  close(): Promise<void> {
    this.#farewell ??= this.#close();
    return this.#farewell;
  }

  async #close(): Promise<void> {
    this.#keeper?.stop();
    const rpc = this.#rpc;
    if (!rpc.open) return;
    try {
      await this.#leave(rpc, { timeoutMs: CLOSE_TIMEOUT_MS });
    } catch (error) {
      if (!isLibvirtError(error)) throw error;
      // The daemon was gone, or too busy to answer: closing needs nobody's consent.
    }
    rpc.close();
  }
}

/** Weakly, since what is kept here would keep a dropped connection alive. */
function follow(keeper: ConnectionKeeper, session: WeakRef<{ replaced(rpc: RpcClient): void }>): void {
  keeper.onReplaced(async (rpc) => session.deref()?.replaced(rpc));
}
