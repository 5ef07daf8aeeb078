import type { SecurityLayer } from "./security-layer.js";

/** This side of one SASL exchange. Messages may be absent, which is not the same as empty. */
export interface SaslClient {
  /** The name of the mechanism, in capitals. */
  readonly mechanism: string;
  /** The first message; `undefined` if the server speaks first. */
  start(): Promise<Uint8Array | undefined>;
  /**
   * Answers the server. After its last message there is nothing to answer.
   *
   * @throws AuthenticationError if the server does not prove that it knows the secret, or breaks the mechanism's rules.
   */
  step(challenge: Uint8Array | undefined): Promise<Uint8Array | undefined>;
  /** True once nothing more is to be said or verified on this side. */
  readonly complete: boolean;
  /** What is negotiated for the bytes to come; settled with this side's last message. */
  readonly layer: SecurityLayer | undefined;
  /** What to look at when the server refuses, as the end of a sentence. */
  readonly advice: string;
}

/** How to get past a daemon that asks who is there. */
export interface Authentication {
  /** The type that the URI insists on, in the words of its `auth` parameter. */
  readonly wanted?: string | undefined;
  /**
   * Makes the client of an exchange.
   *
   * @param offered the mechanisms that the server names.
   * @param wanted the one to use, if somebody insists on it.
   * @throws AuthenticationError if none of them will do.
   */
  readonly sasl?:
    | ((offered: readonly string[], wanted: string | undefined) => Promise<SaslClient>)
    | undefined;
}
