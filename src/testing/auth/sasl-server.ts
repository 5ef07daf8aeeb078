/** What the server says next; with a user, it is content. */
export interface SaslAnswer {
  readonly data: Uint8Array;
  readonly user?: string;
}

/** The server's side of one SASL exchange. */
export interface SaslServer {
  start(message: Uint8Array): SaslAnswer | Promise<SaslAnswer>;
  step(message: Uint8Array): SaslAnswer | Promise<SaslAnswer>;
}

/** The client is not who it says it is, or breaks the mechanism's rules: it is not told which. */
export class SaslRefused extends Error {}
