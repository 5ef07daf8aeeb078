import { randomBytes, timingSafeEqual } from "node:crypto";
import { AuthenticationError } from "../errors/index.js";
import type { SaslClient } from "../protocol/index.js";
import { PASSWORD_ADVICE } from "./advice.js";
import type { SaslContext } from "./context.js";
import { saslprep } from "./saslprep.js";
import { clientProof, type ScramHash, scramKeys, serverSignature } from "./scram-keys.js";
import { escapeName, readAttributes, readBase64 } from "./scram-message.js";

/** RFC 7677's least: fewer would make a stolen exchange cheap to search. */
const MIN_ITERATIONS = 4096;
/** Some seconds of work. A server that asks for more wants to keep us busy. */
const MAX_ITERATIONS = 5_000_000;
const MAX_SALT = 1024;
const NONCE_SIZE = 18;

/** SCRAM of RFC 5802 and RFC 7677, without channel binding: proves to each side that the other knows the password. */
export class ScramClient implements SaslClient {
  readonly mechanism: string;
  readonly advice: string = PASSWORD_ADVICE;
  readonly layer: undefined;
  complete = false;
  readonly #hash: ScramHash;
  readonly #context: SaslContext;
  readonly #nonce: string;
  #username = "";
  /** The beginning of the first message, which the second repeats in base64. */
  #header = "";
  #first = "";
  #expected: Buffer | undefined;
  #answer: (challenge: string) => Promise<Uint8Array | undefined> = (challenge) => this.#prove(challenge);

  /** @param nonce for tests, which need to know it. */
  constructor(
    mechanism: string,
    hash: ScramHash,
    context: SaslContext,
    nonce: string = randomBytes(NONCE_SIZE).toString("base64"),
  ) {
    this.mechanism = mechanism;
    this.#hash = hash;
    this.#context = context;
    this.#nonce = nonce;
  }

  async start(): Promise<Uint8Array> {
    this.#username = await this.#context.need("username", this.mechanism);
    const name = escapeName(saslprep(this.#username, "the user name"));
    const actAs = await this.#context.ask("authorizationId", this.mechanism, { username: this.#username });
    this.#header = actAs === undefined ? "n,," : `n,a=${escapeName(saslprep(actAs, "authorizationId"))},`;
    this.#first = `n=${name},r=${this.#nonce}`;
    return Buffer.from(this.#header + this.#first);
  }

  async step(challenge: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    return await this.#answer(Buffer.from(challenge ?? []).toString());
  }

  async #prove(challenge: string): Promise<Uint8Array> {
    const { nonce, salt, iterations } = this.#readFirst(challenge);
    const password = saslprep(
      await this.#context.need("password", this.mechanism, this.#username),
      "the password",
    );
    const { clientKey, serverKey } = await scramKeys(this.#hash, password, salt, iterations);
    const unproven = `c=${Buffer.from(this.#header).toString("base64")},r=${nonce}`;
    const messages = `${this.#first},${challenge},${unproven}`;
    this.#expected = serverSignature(this.#hash, serverKey, messages);
    this.#answer = (last) => this.#verify(last);
    return Buffer.from(`${unproven},p=${clientProof(this.#hash, clientKey, messages).toString("base64")}`);
  }

  #readFirst(challenge: string): { nonce: string; salt: Buffer; iterations: number } {
    const attributes = readAttributes(challenge) ?? [];
    const [r, s, i] = attributes;
    if (r?.name === "m") throw this.#refuse("demands an extension of SCRAM that is not known here");
    if (r?.name !== "r" || s?.name !== "s" || i?.name !== "i") {
      throw this.#refuse("sent something else than nonce, salt and iteration count");
    }
    if (!r.value.startsWith(this.#nonce) || r.value.length === this.#nonce.length) {
      throw this.#refuse("did not add to our nonce: it replays an old exchange, or somebody in between does");
    }
    const salt = readBase64(s.value);
    if (salt === undefined || salt.length > MAX_SALT) throw this.#refuse("sent a salt that is not base64");
    const iterations = /^[1-9][0-9]{0,9}$/.test(i.value) ? Number(i.value) : 0;
    if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      throw this.#refuse(
        `asks for ${i.value.slice(0, 20)} iterations where ${MIN_ITERATIONS} to ${MAX_ITERATIONS} are acceptable`,
      );
    }
    return { nonce: r.value, salt, iterations };
  }

  async #verify(last: string): Promise<undefined> {
    const [result] = readAttributes(last) ?? [];
    this.#answer = async () => {
      throw this.#refuse("goes on after its last message");
    };
    if (result?.name === "e") throw this.#refuse(`reports the error "${result.value.slice(0, 100)}"`);
    const signature = result?.name === "v" ? readBase64(result.value) : undefined;
    const expected = this.#expected as Buffer;
    if (signature === undefined) throw this.#refuse("sent no proof that it knows the password");
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw this.#refuse(
        "could not prove that it knows the password: it is not the server that it claims to be",
      );
    }
    this.complete = true;
  }

  #refuse(what: string): AuthenticationError {
    return new AuthenticationError(`SASL ${this.mechanism}: ${this.#context.peer} ${what}`);
  }
}
