import { createHash, createHmac, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";

/** The hash functions of SCRAM's variants, as node:crypto names them. */
export type ScramHash = "sha1" | "sha256" | "sha512";

/** What both sides derive from a password; who has them can play either side. */
export interface ScramKeys {
  readonly clientKey: Buffer;
  readonly serverKey: Buffer;
}

const derive = promisify(pbkdf2);

/** Derives the keys of RFC 5802 from a password that is prepared already. */
export async function scramKeys(
  hash: ScramHash,
  password: string,
  salt: Uint8Array,
  iterations: number,
): Promise<ScramKeys> {
  const salted = await derive(password, salt, iterations, createHash(hash).digest().length, hash);
  return { clientKey: hmac(hash, salted, "Client Key"), serverKey: hmac(hash, salted, "Server Key") };
}

/** What a server keeps to check a client's proof with. */
export function storedKey(hash: ScramHash, clientKey: Uint8Array): Buffer {
  return createHash(hash).update(clientKey).digest();
}

/** The client's proof that it knows the password, for the messages of one exchange. */
export function clientProof(hash: ScramHash, clientKey: Uint8Array, messages: string): Buffer {
  const signature = hmac(hash, storedKey(hash, clientKey), messages);
  return Buffer.from(signature.map((byte, i) => byte ^ (clientKey[i] as number)));
}

/** The server's proof that it knows the password. */
export function serverSignature(hash: ScramHash, serverKey: Uint8Array, messages: string): Buffer {
  return hmac(hash, serverKey, messages);
}

function hmac(hash: ScramHash, key: Uint8Array, text: string): Buffer {
  return createHmac(hash, key).update(text).digest();
}
