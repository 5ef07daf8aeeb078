import type { AuthOptions, CredentialKind, CredentialRequest, CredentialSource } from "../auth/index.js";
import type { StoredCredentials } from "./auth-conf.js";
import type { ConfigEnvironment } from "./files.js";

/** Where credentials may come from, besides the caller's options. */
export interface CredentialPlaces extends ConfigEnvironment {
  /** The `authfile` parameter of the URI. */
  readonly authfile?: string | undefined;
  /** The user that the URI names. */
  readonly user?: string | undefined;
}

// The names in auth.conf: what SASL calls the authentication identity is "authname" there.
const STORED_AS: Readonly<Record<CredentialRequest["service"], Partial<Record<CredentialKind, string>>>> = {
  libvirt: { username: "authname", authorizationId: "username", password: "password", realm: "realm" },
  ssh: { username: "username", password: "password", passphrase: "passphrase" },
};

/** Answers from the caller's options, then auth.conf, then the URI, then the caller's `ask`. */
export function credentialSource(options: AuthOptions, places: CredentialPlaces): CredentialSource {
  return {
    async get(request) {
      const { kind, service, host } = request;
      if (kind !== "passphrase" && kind !== "answer" && options[kind] !== undefined) return options[kind];
      const key = STORED_AS[service][kind];
      const stored = key === undefined ? undefined : (await load(service, host, places)).get(key);
      if (stored !== undefined) return stored;
      if (kind === "username" && places.user !== undefined) return places.user;
      return await options.ask?.(request);
    },
  };
}

async function load(service: string, host: string, places: CredentialPlaces): Promise<StoredCredentials> {
  return await (await import("./auth-conf.js")).storedCredentials(service, host, places);
}
