import type { CredentialKind } from "../../src/auth/index.js";
import type { SaslClient } from "../../src/protocol/index.js";
import { SaslContext } from "../../src/sasl/index.js";

/** The surroundings of an exchange in which so much is known. */
export function credentials(
  known: Readonly<Partial<Record<CredentialKind, string>>>,
  { host = "localhost", secure = true }: { readonly host?: string; readonly secure?: boolean } = {},
): SaslContext {
  return new SaslContext({
    host,
    secure,
    peer: "the-server",
    credentials: { get: async ({ kind }) => known[kind] },
  });
}

export function bytes(message: string): Uint8Array {
  return Buffer.from(message);
}

export function text(message: Uint8Array | undefined): string {
  if (message === undefined) throw new Error("there is no message");
  return Buffer.from(message).toString();
}

export async function answer(client: SaslClient, challenge: string): Promise<Uint8Array | undefined> {
  return await client.step(bytes(challenge));
}
