import { isLibvirtError, UnknownProcedureError } from "../errors/index.js";
import {
  type CallOptions,
  type DriverFeature,
  type Procedure,
  type RpcClient,
  supportsFeature,
} from "../protocol/index.js";

/** How long an orderly farewell may take; the daemon cleans up after a lost connection just as well. */
const CLOSE_TIMEOUT_MS = 2000;

/** Says goodbye to the daemon, in the words of the program that is spoken. */
type Farewell = (rpc: RpcClient, options: CallOptions) => Promise<void>;

interface SessionParts<Factories> {
  readonly factories: (session: Session<Factories>) => Factories;
  readonly leave: Farewell;
}

/**
 * What the handles of one connection share: the way to call the daemon, and what was learnt about it. It is not a
 * part of the public API.
 */
export class Session<Factories> {
  readonly rpc: RpcClient;
  /** Makes the handles that replies name. */
  readonly make: Factories;
  readonly #features = new Map<DriverFeature, Promise<boolean>>();
  readonly #unsupported = new Map<string, UnknownProcedureError>();
  #farewell: Promise<void> | undefined;

  readonly #leave: Farewell;

  constructor(rpc: RpcClient, { factories, leave }: SessionParts<Factories>) {
    this.rpc = rpc;
    this.make = factories(this);
    this.#leave = leave;
  }

  /** Makes a call. One that this daemon turned out not to know is not sent a second time. */
  async call<Args, Ret>(procedure: Procedure<Args, Ret>, args: Args, options?: CallOptions): Promise<Ret> {
    const known = this.#unsupported.get(procedure.name);
    if (known !== undefined) {
      throw new UnknownProcedureError(known.code, known.message, known, { cause: known });
    }
    try {
      return await this.rpc.call(procedure, args, options);
    } catch (error) {
      if (error instanceof UnknownProcedureError) {
        this.#unsupported.set(procedure.name, error);
      }
      throw error;
    }
  }

  /** Asks once for each feature. */
  supports(feature: DriverFeature): Promise<boolean> {
    let answer = this.#features.get(feature);
    if (answer === undefined) {
      answer = supportsFeature(this.rpc, feature);
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
    if (!this.rpc.open) return;
    try {
      await this.#leave(this.rpc, { timeoutMs: CLOSE_TIMEOUT_MS });
    } catch (error) {
      if (!isLibvirtError(error)) throw error;
      // The daemon was gone, or too busy to answer: closing needs nobody's consent.
    }
    this.rpc.close();
  }
}
