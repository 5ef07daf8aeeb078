import { randomBytes, timingSafeEqual } from "node:crypto";
import {
  clientProof,
  readAttributes,
  readBase64,
  type ScramHash,
  saslprep,
  scramKeys,
  serverSignature,
} from "../../sasl/index.js";
import { type SaslAnswer, SaslRefused, type SaslServer } from "./sasl-server.js";

const ITERATIONS = 4096;

/** The server's side of SCRAM, RFC 5802, without channel binding. */
export class ScramServer implements SaslServer {
  private readonly hash: ScramHash;
  private readonly passwordOf: (user: string) => string | undefined;
  private user = "";
  private messages = "";
  private header = "";
  private nonce = "";
  private readonly salt = randomBytes(16);

  constructor(hash: ScramHash, passwordOf: (user: string) => string | undefined) {
    this.hash = hash;
    this.passwordOf = passwordOf;
  }

  start(first: Uint8Array): SaslAnswer {
    const [, header = "", bare = ""] = /^([ny],[^,]*,)(.*)$/s.exec(Buffer.from(first).toString()) ?? [];
    const attributes = readAttributes(bare) ?? [];
    const [name, nonce] = attributes;
    if (name?.name !== "n" || nonce?.name !== "r") throw new SaslRefused();
    this.user = name.value.replaceAll("=2C", ",").replaceAll("=3D", "=");
    this.header = header;
    this.nonce = nonce.value + randomBytes(18).toString("base64");
    const challenge = `r=${this.nonce},s=${this.salt.toString("base64")},i=${ITERATIONS}`;
    this.messages = `${bare},${challenge}`;
    return { data: Buffer.from(challenge) };
  }

  async step(message: Uint8Array): Promise<SaslAnswer> {
    const text = Buffer.from(message).toString();
    const [binding, nonce, proof] = readAttributes(text) ?? [];
    const expected = Buffer.from(this.header).toString("base64");
    const password = this.passwordOf(this.user);
    if (
      binding?.value !== expected ||
      nonce?.value !== this.nonce ||
      proof?.name !== "p" ||
      password === undefined
    ) {
      throw new SaslRefused();
    }
    const keys = await scramKeys(this.hash, saslprep(password, "the password"), this.salt, ITERATIONS);
    const messages = `${this.messages},${text.slice(0, text.lastIndexOf(",p="))}`;
    const right = clientProof(this.hash, keys.clientKey, messages);
    const given = readBase64(proof.value);
    if (given?.length !== right.length || !timingSafeEqual(given, right)) throw new SaslRefused();
    const signature = serverSignature(this.hash, keys.serverKey, messages).toString("base64");
    return { data: Buffer.from(`v=${signature}`), user: this.user };
  }
}
