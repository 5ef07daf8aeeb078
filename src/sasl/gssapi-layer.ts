import type { SecurityLayer } from "../protocol/index.js";
import type { KerberosContext } from "./kerberos.js";

/** Most bytes of a wrapped packet that this side takes, as it announces. */
export const MAX_WRAPPED = 65_536;
/** More than any cipher of Kerberos adds to what it wraps. */
const OVERHEAD = 128;
/** SASL counts what Kerberos encrypts with as DES at the least; the package does not tell what it is. */
const SSF = 56;
// RFC 4121 4.2.6.2: how a token begins, and by how many bytes what follows its header is rotated to the right.
const TOKEN_ID = 0x0504;
const TOKEN_HEADER = 16;
const ROTATION_AT = 6;

/** The messages of a Kerberos context, one after the other: it has a single place for what comes out. */
export class GssapiMessages {
  readonly #context: KerberosContext;
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: KerberosContext) {
    this.#context = context;
  }

  /** Signs a message, or that no layer is wanted, in a user's name. */
  async sign(plain: Uint8Array, user = ""): Promise<Uint8Array> {
    const options = user === "" ? { protect: false } : { protect: false, user };
    return await this.#inTurn((context) => context.wrap(toBase64(plain), options));
  }

  async encrypt(plain: Uint8Array): Promise<Uint8Array> {
    return await this.#inTurn((context) => context.wrap(toBase64(plain), { protect: true }));
  }

  /** @throws if it was changed, repeated, left out or put in another order on its way. */
  async unwrap(wrapped: Uint8Array): Promise<Uint8Array> {
    return await this.#inTurn((context) => context.unwrap(toBase64(wrapped)));
  }

  async #inTurn(work: (context: KerberosContext) => Promise<string | null>): Promise<Uint8Array> {
    const turn = this.#last.then(() => work(this.#context));
    this.#last = turn.catch(() => undefined);
    return Buffer.from((await turn) ?? "", "base64");
  }
}

/** GSSAPI's confidentiality layer, RFC 4752: each packet is a token of the Kerberos context. */
export class GssapiLayer implements SecurityLayer {
  readonly ssf: number = SSF;
  readonly maxPlain: number;
  readonly maxWrapped: number = MAX_WRAPPED;
  readonly #messages: GssapiMessages;

  /** @param maxPeer most bytes of a wrapped packet that the other side takes. */
  constructor(messages: GssapiMessages, maxPeer: number) {
    this.#messages = messages;
    this.maxPlain = Math.min(maxPeer, MAX_WRAPPED) - OVERHEAD;
  }

  wrap(plain: Uint8Array): Promise<Uint8Array> {
    return this.#messages.encrypt(plain);
  }

  unwrap(packet: Uint8Array): Promise<Uint8Array> {
    return this.#messages.unwrap(packet);
  }
}

/** Whether a signed token carries a message; tokens of other kinds than RFC 4121's are believed. */
export function carries(token: Uint8Array, message: Uint8Array): boolean {
  const { buffer, byteOffset, length } = token;
  const bytes = Buffer.from(buffer, byteOffset, length);
  if (length < TOKEN_HEADER || bytes.readUInt16BE(0) !== TOKEN_ID) return true;
  const body = bytes.subarray(TOKEN_HEADER);
  const rotation = bytes.readUInt16BE(ROTATION_AT) % Math.max(1, body.length);
  return Buffer.concat([body.subarray(rotation), body.subarray(0, rotation)])
    .subarray(0, message.length)
    .equals(message);
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
