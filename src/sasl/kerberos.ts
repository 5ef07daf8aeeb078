import { AuthenticationError } from "../errors/index.js";

/** What GSSAPI takes of the kerberos package's client; everything travels as base64. */
export interface KerberosContext {
  readonly contextComplete: boolean;
  step(challenge: string): Promise<string | null>;
  /** With a user, what is wrapped is RFC 4752's refusal of a layer in that user's name, and not `plain`. */
  wrap(plain: string, options: { readonly protect: boolean; readonly user?: string }): Promise<string | null>;
  unwrap(wrapped: string): Promise<string | null>;
}

/** @param encrypts whether the context will have to encrypt messages. */
export type KerberosOpener = (service: string, host: string, encrypts: boolean) => Promise<KerberosContext>;

/**
 * Opens a context for a service, with the tickets of the user who runs this process.
 *
 * @throws AuthenticationError if the package is not there, or its version cannot encrypt.
 */
export async function openKerberos(
  service: string,
  host: string,
  encrypts: boolean,
): Promise<KerberosContext> {
  const kerberos = await load();
  if (encrypts && cannotWrap(kerberos.version)) throw new AuthenticationError(CANNOT_WRAP);
  const {
    GSS_C_MUTUAL_FLAG: mutual,
    GSS_C_REPLAY_FLAG: replay,
    GSS_C_SEQUENCE_FLAG: sequence,
    GSS_C_CONF_FLAG: confidentiality,
    GSS_C_INTEG_FLAG: integrity,
  } = kerberos;
  // Windows wants the name of a principal, the others that of a service on a host.
  const name = process.platform === "win32" ? `${service}/${host}` : `${service}@${host}`;
  return await kerberos.initializeClient(name, {
    gssFlag: mutual | replay | sequence | confidentiality | integrity,
    mechOID: kerberos.GSS_MECH_OID_KRB5,
  });
}

/** What to tell of a package whose wrap() replaces what it is given: https://github.com/mongodb-js/kerberos/pull/206. */
export const CANNOT_WRAP: string =
  "GSSAPI has to encrypt a plain TCP connection, which this version of the kerberos package cannot; " +
  "use TLS, SSH or a unix socket";

/** True up to 7.0.0; of later versions it shows when they wrap. */
export function cannotWrap(version: string): boolean {
  return version.localeCompare("7.0.0", "en", { numeric: true }) <= 0;
}

async function load(): Promise<typeof import("kerberos")> {
  try {
    return (await import("kerberos")).default;
  } catch (cause) {
    throw new AuthenticationError(
      'GSSAPI needs the optional package "kerberos" and the machine\'s Kerberos library: run "npm install kerberos", ' +
        "or use another mechanism (auth=sasl.MECHANISM in the URI)",
      { cause },
    );
  }
}
