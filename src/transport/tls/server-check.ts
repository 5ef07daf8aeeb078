import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { ConnectError } from "../../errors/index.js";
import type { Piece } from "./credential-files.js";
import { CRL_LABELS, derOf, pemBlocks } from "./pem.js";
import { verificationProblem, wrongName } from "./server-problem.js";
import { type CertificateFacts, loadX509Reader, type RevocationList, type X509Reader } from "./x509-facts.js";

/** What the server has to prove. */
export interface ServerExpectation {
  /** The name or address that its certificate must have. */
  readonly name: string;
  readonly ca: readonly Piece[];
  readonly crl: Piece | undefined;
}

/** Says what is wrong with the server at the other end of a finished handshake; `undefined` if nothing is. */
export type ServerCheck = (socket: TLSSocket) => string | undefined;

/**
 * Prepares the check of a server. OpenSSL has verified the chain by then; name and revocation follow GnuTLS' rules, so
 * that the same servers are taken as by libvirt's own client.
 *
 * @throws ConnectError if the revocation list cannot be read.
 */
export async function prepareServerCheck(expected: ServerExpectation): Promise<ServerCheck> {
  const reader = await loadX509Reader();
  const lists = expected.crl === undefined ? [] : readLists(expected.crl, reader);
  return (socket) => {
    const chain = chainOf(socket);
    const [server] = chain;
    if (server === undefined) return "the server showed no certificate.";
    if (!socket.authorized) return verificationProblem(String(socket.authorizationError), chain, expected.ca);
    return trustedProblem(chain, expected, lists, reader);
  };
}

function trustedProblem(
  chain: readonly X509Certificate[],
  { name, crl }: ServerExpectation,
  lists: readonly RevocationList[],
  reader: X509Reader,
): string | undefined {
  const facts = chain.map((certificate) => reader.certificate(certificate));
  const [server] = chain;
  const [serverFacts] = facts;
  if (server === undefined || serverFacts === undefined) return undefined;
  if (serverFacts.authority === true) {
    return "the server's certificate is an authority's (CA:TRUE), which libvirt's clients do not take; issue one of its own for the server.";
  }
  const revoked = facts.findIndex((each) => isRevoked(each, lists));
  if (revoked >= 0) {
    const whose = revoked === 0 ? "the server's certificate" : "an authority above the server's certificate";
    return `${whose} (serial number ${chain[revoked]?.serialNumber}) is revoked by ${crl?.from}; issue a new one.`;
  }
  return hasName(server, serverFacts, name) ? undefined : wrongName(name, server);
}

/** The list is a file of this side's, so that its age and signature do not count, as with GnuTLS. */
function isRevoked({ issuer, serialNumber }: CertificateFacts, lists: readonly RevocationList[]): boolean {
  return lists.some((list) => list.issuer === issuer && list.serialNumbers.has(serialNumber));
}

/**
 * Whether a certificate is for a name. The common name counts only if it is the only one, and there is no alternative
 * name that is a host, a URI or an address; it never stands for an address.
 */
function hasName(certificate: X509Certificate, facts: CertificateFacts, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name.replace(/%.*/, "")) !== undefined;
  const subject = facts.alternatives === 0 && facts.commonNames === 1 ? "default" : "never";
  return certificate.checkHost(name, { subject, partialWildcards: false }) !== undefined;
}

function readLists(crl: Piece, reader: X509Reader): RevocationList[] {
  const blocks = pemBlocks(crl.pem, CRL_LABELS);
  try {
    if (blocks.length > 0) return blocks.map((block) => reader.revocationList(derOf(block)));
  } catch (cause) {
    throw notAList(crl, cause);
  }
  throw notAList(crl);
}

function notAList({ from }: Piece, cause?: unknown): ConnectError {
  return new ConnectError(
    `${from} is not a certificate revocation list in PEM form ("X509 CRL"); make it anew, or take it away if nothing is revoked.`,
    { cause },
  );
}

/** The server's certificate, then its authorities up to one that signed itself, as far as they are known. */
function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<object>();
  let next: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && !seen.has(next)) {
    seen.add(next);
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate;
  }
  return chain;
}
