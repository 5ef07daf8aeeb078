import { X509Certificate } from "node:crypto";
import { errnoCode } from "../errno.js";
import type { Piece, TlsCredentials } from "./credential-files.js";
import { oneLine } from "./server-problem.js";

/** Why a handshake failed, and what to do about it. */
export function handshakeProblem(error: unknown, credentials: TlsCredentials): string {
  const code = errnoCode(error) ?? "";
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LAYER_FAILURE/.test(code)) {
    return `what listens there does not speak TLS (${code}); is the port right? libvirt's TLS is on port 16514 by default, and plain TCP ("+tcp") on 16509.`;
  }
  if (/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE/.test(code)) {
    return `server and client have no version of TLS in common (${code}); look at tls_priority in the daemon's configuration, and at tls_priority, tls.minVersion and tls.maxVersion here.`;
  }
  if (/HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_CIPHER|NO_SHARED_CIPHER|NO_SHARED_GROUP/.test(code)) {
    return `server and client have no cipher in common (${code}); look at tls_priority in the daemon's configuration, and at tls.ciphers here.`;
  }
  if (isAlert(code)) return refusal(code, credentials);
  if (code === "ECONNRESET" || code === "EPIPE") {
    return `the server hung up during the TLS handshake (${code}). Is the port right, is it TLS that listens there, and has the daemon room for another client (max_clients, max_anonymous_clients)? Its log may tell.`;
  }
  return `${messageOf(error)}${code === "" ? "" : ` (${code})`}.`;
}

/** An alert is how TLS itself says that a certificate is not wanted. */
function isAlert(code: string): boolean {
  return /_ALERT_|CERTIFICATE_REQUIRED|BAD_CERTIFICATE/.test(code);
}

/** The server has shown that it does not like our certificate. */
export function refusal(how: string, { cert, key, ca }: TlsCredentials): string {
  return `the server refused ${ourCertificate(how, cert, key)} ${whereToLook(ca)}`;
}

function ourCertificate(how: string, cert: Piece | undefined, key: Piece | undefined): string {
  const own = cert === undefined || key === undefined ? undefined : readable(cert);
  if (own === undefined) {
    return (
      `this client (${how}): no certificate was sent, and unless it has "tls_no_verify_certificate = 1" it wants one. ` +
      "Put clientcert.pem and clientkey.pem where libvirt looks for them, name their folder with pkipath=, or give tls.cert and tls.key."
    );
  }
  const name = oneLine(own.subject);
  return (
    `our certificate (${how}). It is "${name}", from ${cert?.from}, signed by "${oneLine(own.issuer)}", with serial number ${own.serialNumber}, valid until ${own.validTo}. ` +
    `If libvirtd.conf has tls_allowed_dn_list, one of its patterns must match "${name}"; the authority must be in the daemon's ca_file, the certificate not in its crl_file, and the daemon's clock right.`
  );
}

function whereToLook(ca: readonly Piece[]): string {
  const same =
    ca.length === 0 ? "" : ` ("No certificate was found" there means: none by an authority that it knows)`;
  return `The daemon's log says which it is${same}.`;
}

function readable({ pem }: Piece): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

export function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error
    ? String(error.message)
    : String(error);
}
