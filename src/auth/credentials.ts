/** What a server may want to know of its client. */
export type CredentialKind = "username" | "password" | "authorizationId" | "realm" | "passphrase" | "answer";

/** A question on the way into a server. */
export interface CredentialRequest {
  readonly kind: CredentialKind;
  /** Who asks: libvirt's own authentication (SASL), or an SSH server before it. */
  readonly service: "libvirt" | "ssh";
  /** The server as the URI names it; "localhost" if it names none. */
  readonly host: string;
  /** The SASL mechanism or SSH method in question. */
  readonly mechanism?: string | undefined;
  /** Whose password is wanted, once that is known. */
  readonly username?: string | undefined;
  /** The server's own words, for keyboard-interactive; or the path of a key, for its passphrase. */
  readonly prompt?: string | undefined;
  /** Whether the answer may be shown while it is typed. */
  readonly echo?: boolean | undefined;
}

/** Who to be at the server, for `connect`. What is left out comes from libvirt's `auth.conf`, then from `ask`. */
export interface AuthOptions {
  /** The name to authenticate as. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** The name to act as, where a mechanism tells the two apart; the server chooses by default. */
  readonly authorizationId?: string | undefined;
  /** The realm of the name, for DIGEST-MD5; the server's first by default. */
  readonly realm?: string | undefined;
  /** Is asked for what nothing else tells. `undefined` means that there is no answer. */
  readonly ask?:
    | ((request: CredentialRequest) => string | undefined | Promise<string | undefined>)
    | undefined;
}

/** Where answers come from. */
export interface CredentialSource {
  /** Resolves with `undefined` where nobody knows. */
  get(request: CredentialRequest): Promise<string | undefined>;
}
