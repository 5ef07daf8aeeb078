import { AuthenticationError } from "../errors/index.js";
import type { SaslClient } from "../protocol/index.js";
import type { SaslContext } from "./context.js";

/** A mechanism that says all it has to say at once, and learns nothing about the server. */
export class OneMessageClient implements SaslClient {
  readonly mechanism: string;
  readonly advice: string;
  readonly layer: undefined;
  complete = false;
  readonly #peer: string;
  readonly #message: () => Promise<string>;
  #empty = false;

  constructor(mechanism: string, advice: string, { peer }: SaslContext, message: () => Promise<string>) {
    this.mechanism = mechanism;
    this.advice = advice;
    this.#peer = peer;
    this.#message = message;
  }

  async start(): Promise<Uint8Array> {
    const message = Buffer.from(await this.#message());
    this.complete = true;
    this.#empty = message.length === 0;
    return message;
  }

  async step(challenge: Uint8Array | undefined): Promise<Uint8Array> {
    // libvirtd cannot tell an empty first message from none, and then asks for it.
    if (this.#empty && (challenge ?? []).length === 0) {
      this.#empty = false;
      return new Uint8Array();
    }
    throw new AuthenticationError(
      `SASL ${this.mechanism}: ${this.#peer} asks for more than the one message of it`,
    );
  }
}
