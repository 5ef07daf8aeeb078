import { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { errnoCode } from "../errno.js";
import type { Piece } from "./credential-files.js";

interface Attempt {
  readonly peer: string;
  /** The name that the server's certificate must have. */
  readonly name: string;
  readonly ca: readonly Piece[];
  readonly cert: Piece | undefined;
}

// OpenSSL's verification errors, by Node's names, and what to do about each.
const VERIFICATION: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED:
    "the server's certificate has expired; issue a new one for it, and check this machine's clock",
  CERT_NOT_YET_VALID: "the server's certificate is not valid yet; check the clocks of both machines",
  CERT_REVOKED: "the server's certificate is revoked; issue a new one for it",
  CRL_HAS_EXPIRED:
    "the list of revoked certificates (cacrl.pem) has expired; fetch a new one from the authority",
  UNABLE_TO_GET_CRL: "the list of revoked certificates (cacrl.pem) is not one of the server's authority",
};

const UNKNOWN_AUTHORITY: readonly string[] = [
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
  "INVALID_CA",
];

/** Why a handshake failed, and what to do about it. */
export function handshakeMessage(error: unknown, attempt: Attempt, socket: TLSSocket): string {
  const code = errnoCode(error) ?? "";
  const what = `Cannot connect to ${attempt.peer}: `;
  const known = VERIFICATION[code];
  if (known !== undefined) return `${what}${known} (${code}).`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `${what}${wrongName(attempt, socket)}`;
  if (UNKNOWN_AUTHORITY.includes(code)) {
    const trusted = attempt.ca.map(({ from }) => from).join(", ");
    return `${what}the server's certificate, issued by "${issuerOf(socket)}", is not signed by ${trusted} (${code}). Is this the right server, and is that the authority that signed its certificate?`;
  }
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG") {
    return `${what}what listens there does not speak TLS (${code}); is the port right? Plain TCP is "+tcp", port 16509 by default.`;
  }
  if (/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE/.test(code)) {
    return `${what}server and client have no version of TLS in common (${code}); look at tls_priority in the daemon's configuration, and at tls.minVersion and tls.maxVersion here.`;
  }
  if (/HANDSHAKE_FAILURE|NO_CIPHER|NO_SHARED_CIPHER/.test(code)) {
    return `${what}server and client have no cipher in common (${code}); look at tls_priority in the daemon's configuration, and at tls.ciphers here.`;
  }
  if (/ALERT|CERTIFICATE_REQUIRED|BAD_CERTIFICATE/.test(code)) return refusedMessage(attempt, code);
  if (code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || code === "EPIPE") {
    return `${what}the server hung up during the TLS handshake (${code}). Is the port right, and does the daemon's log tell why?`;
  }
  return `${what}${messageOf(error)}${code === "" ? "" : ` (${code})`}.`;
}

/** The server has shown by hanging up that it does not like our certificate. */
export function refusedMessage({ peer, cert, ca }: Attempt, how: string): string {
  const name = cert === undefined ? undefined : subjectOf(cert);
  const ours =
    name === undefined
      ? 'none was sent, and unless the daemon has "tls_no_verify_certificate = 1" it wants one (clientcert.pem and clientkey.pem, or tls.cert and tls.key)'
      : `ours is "${name}", from ${cert?.from}; the daemon's tls_allowed_dn_list must match it, if there is one`;
  const authority =
    ca.length === 0 ? "the authority that the daemon has" : ca.map(({ from }) => from).join(", ");
  return (
    `The server at ${peer} refused our certificate (${how}): ${ours}. It must be signed by ${authority}, be valid by ` +
    "the server's clock and not be revoked in its crl_file. The daemon's log says which it is."
  );
}

function wrongName({ name }: Attempt, socket: TLSSocket): string {
  const { subjectaltname, subject } = socket.getPeerCertificate() ?? {};
  const names = subjectaltname ?? `CN=${[subject?.CN ?? []].flat().join(", ")}`;
  return (
    `the server's certificate is not for "${name}", but for ${names}. ` +
    "Use one of these names in the URI, issue a certificate with that name, or say which name is right with tls.serverName."
  );
}

function issuerOf(socket: TLSSocket): string {
  const issuer = socket.getPeerCertificate()?.issuer as
    | Readonly<Record<string, string | string[]>>
    | undefined;
  return Object.entries(issuer ?? {})
    .map(([key, value]) => `${key}=${[value].flat().join("+")}`)
    .join(",");
}

/** A certificate's name as libvirt writes it: in the order of the certificate, commas between. */
export function subjectOf({ pem }: Piece): string | undefined {
  try {
    return new X509Certificate(Buffer.from(pem)).subject.replaceAll("\n", ",");
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error
    ? String(error.message)
    : String(error);
}
