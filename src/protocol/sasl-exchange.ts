import { AuthError, AuthenticationError } from "../errors/index.js";
import { wantedMechanism } from "./auth-type.js";
import { type CallOptions, gaveUpError, watchDeadline } from "./deadline.js";
import {
  REMOTE_PROC_AUTH_SASL_INIT,
  REMOTE_PROC_AUTH_SASL_START,
  REMOTE_PROC_AUTH_SASL_STEP,
} from "./generated/remote/index.js";
import type { Procedure } from "./procedure.js";
import { ProtectedTransport } from "./protected-transport.js";
import type { RpcClient } from "./rpc-client.js";
import type { Authentication, SaslClient } from "./sasl-client.js";

/** More than any mechanism takes; a server that goes on and on is cut short. */
const MAX_ROUNDS = 16;
/** What libvirt asks of a layer where the transport has none of its own: the strength of DES. */
const MIN_SSF = 56;

/** What START and STEP return. */
interface Reply {
  readonly complete: number;
  readonly nil: number;
  readonly data: Uint8Array;
}

/**
 * Goes through SASL with the daemon: INIT, START, STEP until both sides are done. What the mechanism negotiates for
 * the bytes to come is in force when it returns, and the server has then proven itself as far as the mechanism can.
 *
 * @throws AuthError as the daemon puts it; AuthenticationError for what fails on this side.
 */
export async function exchangeSasl(
  rpc: RpcClient,
  { wanted, sasl }: Authentication,
  options: () => CallOptions,
): Promise<void> {
  const { mechlist } = await rpc.call(REMOTE_PROC_AUTH_SASL_INIT, undefined, options());
  const offered = mechlist.split(/[\s,]+/).filter((name) => name !== "");
  if (sasl === undefined) {
    throw new AuthenticationError(
      `${rpc.peer} demands SASL authentication (${offered.join(", ")}), and nothing was given to answer it with`,
    );
  }
  const client = await within(sasl(offered, wantedMechanism(wanted)), options());
  await new SaslExchange(rpc, client, options).run();
}

class SaslExchange {
  readonly #rpc: RpcClient;
  readonly #client: SaslClient;
  readonly #options: () => CallOptions;
  #layered: ProtectedTransport | undefined;

  constructor(rpc: RpcClient, client: SaslClient, options: () => CallOptions) {
    this.#rpc = rpc;
    this.#client = client;
    this.#options = options;
  }

  async run(): Promise<void> {
    const client = this.#client;
    const first = await within(client.start(), this.#options());
    const start = { mech: client.mechanism, ...message(first) };
    let reply = await this.#ask(REMOTE_PROC_AUTH_SASL_START, start);
    for (let round = 0; reply.complete === 0; round++) {
      if (round === MAX_ROUNDS) {
        throw this.#failure(`did not come to an end within ${MAX_ROUNDS} steps`);
      }
      const answer = await within(client.step(dataOf(reply)), this.#options());
      reply = await this.#ask(REMOTE_PROC_AUTH_SASL_STEP, message(answer));
    }
    // The daemon is content, which says nothing about whether it is the right daemon.
    if (!client.complete) await within(client.step(dataOf(reply)), this.#options());
    if (!client.complete) throw this.#failure("ended before the server had proven who it is");
    if (!this.#rpc.privacy.secure && this.#layered === undefined) {
      throw this.#failure("negotiated no encryption, without which anybody on the way could take over");
    }
    this.#layered?.release();
  }

  async #ask<Args>(procedure: Procedure<Args, Reply>, args: Args): Promise<Reply> {
    try {
      return await this.#rpc.call(procedure, args, this.#options(), {
        answered: (outcome) => this.#answered(outcome?.ret),
      });
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      const hint = `${this.#rpc.peer} did not accept this with SASL ${this.#client.mechanism}: ${this.#client.advice}`;
      throw new AuthError(error.code, error.message, error, { cause: error, hint });
    }
  }

  /** The daemon wraps everything that it sends after its last word, even if we are not through with that word yet. */
  #answered(reply: Reply | undefined): void {
    const { layer } = this.#client;
    if (reply === undefined || reply.complete === 0 || layer === undefined || layer.ssf < MIN_SSF) return;
    this.#rpc.protect((bare) => {
      this.#layered = new ProtectedTransport(bare, layer);
      return this.#layered;
    });
  }

  #failure(what: string): AuthenticationError {
    return new AuthenticationError(
      `SASL ${this.#client.mechanism} with ${this.#rpc.peer} ${what}; the connection was given up`,
    );
  }
}

function dataOf({ nil, data }: Reply): Uint8Array | undefined {
  return nil === 0 ? data : undefined;
}

function message(data: Uint8Array | undefined): { readonly nil: number; readonly data: Uint8Array } {
  return data === undefined ? { nil: 1, data: new Uint8Array() } : { nil: 0, data };
}

/** Waits for something that takes no options, such as a person at a keyboard, under the caller's limits. */
function within<T>(work: Promise<T>, options: CallOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = watchDeadline(options, (why) =>
      reject(gaveUpError("SASL authentication", why, options, "the daemon was still waiting for it")),
    );
    work.finally(stop).then(resolve, reject);
  });
}
