import { AuthenticationError } from "../errors/index.js";

/** What GSSAPI takes of the kerberos package's client; everything travels as base64. */
export interface KerberosContext {
  readonly contextComplete: boolean;
  step(challenge: string): Promise<string | null>;
  wrap(plain: string, options: { readonly protect: boolean }): Promise<string | null>;
  unwrap(wrapped: string): Promise<string | null>;
}

export type KerberosOpener = (service: string, host: string) => Promise<KerberosContext>;

/** Opens a context for a service, with the tickets of the user who runs this process. */
export async function openKerberos(service: string, host: string): Promise<KerberosContext> {
  const kerberos = await load();
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
