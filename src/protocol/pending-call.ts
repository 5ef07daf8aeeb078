import { ConnectionClosedError } from "../errors/index.js";
import type { Closing } from "./closing.js";
import { type CallOptions, type GaveUp, gaveUpError, watchDeadline } from "./deadline.js";
import type { Procedure } from "./procedure.js";

/** What a call needs of the connection that it is made on. */
export interface CallHost {
  transmit(packet: Uint8Array): void;
  /** The caller is gone, and nobody waits for the reply any more. */
  abandon(call: PendingCall): void;
}

/** For those who must know at once: what follows a reply may lie in the same chunk. */
export interface CallHooks<Ret> {
  /** The call has its number, and goes out, or waits for its turn. */
  readonly numbered?: ((serial: number) => void) | undefined;
  /**
   * The reply is here, or will never come; `undefined` if the daemon did not carry the call out. Also called when the
   * caller has given up in the meantime, but not when the connection ends.
   */
  readonly answered?: ((outcome: { readonly ret: Ret } | undefined) => void) | undefined;
}

/** A call from the moment it is made until its reply has arrived, which can be long after its caller gave up. */
export class PendingCall {
  readonly procedure: Procedure<unknown, unknown>;
  readonly serial: number;
  answered: CallHooks<unknown>["answered"];
  private readonly host: CallHost;
  private packet: Uint8Array | undefined;
  private resolve: ((value: unknown) => void) | undefined;
  private stopWatching: (() => void) | undefined;

  constructor(host: CallHost, procedure: Procedure<unknown, unknown>, serial: number, packet: Uint8Array) {
    this.host = host;
    this.procedure = procedure;
    this.serial = serial;
    this.packet = packet;
  }

  /** Settles with the reply, or when the caller's signal or time limit says so. Called once. */
  settled(options: CallOptions): Promise<unknown> {
    return new Promise((resolve) => {
      this.resolve = resolve;
      if (options.signal === undefined && options.timeoutMs === undefined) return;
      this.stopWatching = watchDeadline(options, (why) => this.giveUp(why, options));
    });
  }

  /** True once the packet has been handed over to be written. */
  get sent(): boolean {
    return this.packet === undefined;
  }

  send(): void {
    const { packet } = this;
    if (packet === undefined) return;
    this.packet = undefined;
    this.host.transmit(packet);
  }

  succeed(value: unknown): void {
    const { resolve } = this;
    if (resolve === undefined) return;
    resolve(value);
    this.forget();
  }

  fail(error: Error): void {
    const { resolve } = this;
    if (resolve !== undefined) resolve(shownTo(error));
    this.forget();
  }

  /** The connection has ended. */
  failClosed({ reason, message, cause }: Closing): void {
    const { name } = this.procedure;
    const { sent } = this;
    const fate = sent
      ? `before ${name} was answered; the daemon may have carried it out`
      : `before ${name} was sent`;
    this.fail(new ConnectionClosedError(reason, `${message}, ${fate}`, { cause, procedure: name, sent }));
  }

  private giveUp(why: GaveUp, options: CallOptions): void {
    const fate = this.sent ? "the daemon may still be at work on it" : "it was not sent";
    if (!this.sent) this.answered?.(undefined);
    this.host.abandon(this);
    this.fail(gaveUpError(this.procedure.name, why, options, fate));
  }

  private forget(): void {
    this.stopWatching?.();
    this.stopWatching = undefined;
    this.resolve = undefined;
  }
}

const A_TURN = Promise.resolve();

/**
 * Errors are made where a packet arrives, which tells nobody anything. Where the engine can, the stack is taken anew
 * once the caller's promise waits for this one, and then names who made the call.
 */
async function shownTo(error: Error): Promise<never> {
  await A_TURN;
  await A_TURN;
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, hide: unknown) => void };
  captureStackTrace?.(error, shownTo);
  throw error;
}
