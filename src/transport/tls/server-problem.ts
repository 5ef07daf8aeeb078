import type { X509Certificate } from "node:crypto";
import type { Piece } from "./credential-files.js";

const UNKNOWN_AUTHORITY: readonly string[] = [
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
];

const WEAK: readonly string[] = ["EE_KEY_TOO_SMALL", "CA_KEY_TOO_SMALL", "CA_MD_TOO_WEAK"];

/** What OpenSSL has against a chain of certificates, and what to do about it; `code` is Node's name for it. */
export function verificationProblem(
  code: string,
  chain: readonly X509Certificate[],
  ca: readonly Piece[],
): string {
  const [server] = chain;
  const trusted = ca.map(({ from }) => from).join(", ");
  const issuer = oneLine(server?.issuer);
  if (UNKNOWN_AUTHORITY.includes(code)) {
    const by = code === "DEPTH_ZERO_SELF_SIGNED_CERT" ? "by itself" : `by "${issuer}"`;
    return (
      `the server's certificate ("${oneLine(server?.subject)}") is signed ${by}, which no certificate in ${trusted} vouches for (${code}). ` +
      "Is this the right server? If so, take over the certificate of the authority that signed it."
    );
  }
  const now = Date.now();
  if (code === "CERT_HAS_EXPIRED") {
    const which = chain.find(({ validTo }) => Date.parse(validTo) < now) ?? server;
    return `${whose(which, chain)} expired on ${which?.validTo} (${code}); issue a new one, and check this machine's clock, which says ${new Date(now).toUTCString()}.`;
  }
  if (code === "CERT_NOT_YET_VALID") {
    const which = chain.find(({ validFrom }) => Date.parse(validFrom) > now) ?? server;
    return `${whose(which, chain)} is not valid before ${which?.validFrom} (${code}); check the clock of this machine, which says ${new Date(now).toUTCString()}, and of the one that issued it.`;
  }
  if (code === "INVALID_PURPOSE") {
    return `the server's certificate is not for servers (${code}): its extended key usage lacks serverAuth, or its key usage what TLS needs. Issue one for the server.`;
  }
  if (code === "INVALID_CA" || code === "PATH_LENGTH_EXCEEDED") {
    return `the server's certificate is signed by "${issuer}", which is no authority, or may not sign that many levels (${code}); issue one by the authority itself.`;
  }
  if (WEAK.includes(code)) {
    return `the server's certificate, or its authority's, is too weak (${code}); make new ones with ECDSA, or RSA of 2048 bits or more, and SHA-256.`;
  }
  return `the server's certificate is not trusted (${code}).`;
}

export function wrongName(name: string, server: X509Certificate): string {
  const names = server.subjectAltName ?? oneLine(server.subject);
  return (
    `the server's certificate is not for "${name}", but for ${names}. ` +
    "Use one of these names in the URI, issue a certificate with that name, or say which name is right with tls.serverName."
  );
}

function whose(which: X509Certificate | undefined, chain: readonly X509Certificate[]): string {
  return which === chain[0]
    ? "the server's certificate"
    : `the authority "${oneLine(which?.subject)}" above the server's certificate`;
}

/** A distinguished name as libvirt writes it: in the order of the certificate, with commas between. */
export function oneLine(name: string | undefined): string {
  return (name ?? "").replaceAll(/^emailAddress=/gm, "EMAIL=").replaceAll("\n", ",");
}
