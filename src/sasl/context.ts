import type { CredentialKind, CredentialSource } from "../auth/index.js";
import { AuthenticationError } from "../errors/index.js";

/** What a mechanism may need to know. */
export interface SaslOptions {
  /** The server as the URI names it; "localhost" by default. */
  readonly host?: string | undefined;
  /** What messages call the other side. */
  readonly peer: string;
  /** True when nobody on the way can read the bytes; else the mechanism has to encrypt them. */
  readonly secure: boolean;
  /** Who to be at the server. */
  readonly credentials?: CredentialSource | undefined;
}

/** Where to put what is missing: the name in `auth`, and in a [credentials-…] group of auth.conf. */
const PLACES: Readonly<Partial<Record<CredentialKind, { readonly name: string; readonly key: string }>>> = {
  username: { name: "user name", key: "authname" },
  password: { name: "password", key: "password" },
};

/** The surroundings of one SASL exchange. */
export class SaslContext {
  readonly host: string;
  readonly peer: string;
  readonly secure: boolean;
  readonly #credentials: CredentialSource | undefined;

  constructor({ host = "localhost", peer, secure, credentials }: SaslOptions) {
    this.host = host;
    this.peer = peer;
    this.secure = secure;
    this.#credentials = credentials;
  }

  /** Asks for what may be left out; "" counts as left out. */
  async ask(
    kind: CredentialKind,
    mechanism: string,
    more: { readonly username?: string; readonly prompt?: string } = {},
  ): Promise<string | undefined> {
    const request = { kind, service: "libvirt", host: this.host, mechanism, ...more } as const;
    const answer = await this.#credentials?.get(request);
    if (kind === "password") return answer;
    // White space around names is nobody's, as Cyrus SASL has it on both sides.
    const bare = kind === "realm" ? answer : answer?.replace(/^[ \t-\r]+|[ \t-\r]+$/g, "");
    return bare === "" ? undefined : bare;
  }

  /**
   * Asks for what the mechanism cannot do without.
   *
   * @throws AuthenticationError that tells how to provide it.
   */
  async need(kind: "username" | "password", mechanism: string, username?: string): Promise<string> {
    const answer = await this.ask(kind, mechanism, username === undefined ? {} : { username });
    if (answer !== undefined) return answer;
    throw new AuthenticationError(
      `${this.peer} wants a ${PLACES[kind]?.name} for SASL ${mechanism}, and ${this.howToGive(kind)}`,
    );
  }

  /** Tells that something is not known, and how to make it known. */
  howToGive(kind: "username" | "password"): string {
    return (
      `none is known: give ${kind} in the auth option, or answer it in auth.ask, or put a line ` +
      `"${PLACES[kind]?.key}=…" into the credentials of [auth-libvirt-${this.host}] in auth.conf`
    );
  }
}
