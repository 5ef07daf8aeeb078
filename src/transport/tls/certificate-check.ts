import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { ConnectError } from "../../errors/index.js";
import type { Piece, TlsCredentials } from "./credential-files.js";
import { readExtensions } from "./x509-extensions.js";

/** RFC 5280 section 4.2.1.12: id-kp-clientAuth, and the purpose that stands for any. */
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const ANY_PURPOSE = "2.5.29.37.0";

interface Named {
  readonly from: string;
  readonly x509: X509Certificate;
}

/**
 * Checks our own certificates before the server gets to see them, since it would only hang up. Everything that is
 * wrong is told, each with its file or option and what to do.
 *
 * @throws ConnectError
 */
export async function checkCredentials(
  { ca, cert, key }: TlsCredentials,
  passphrase: string | undefined,
): Promise<void> {
  const problems: string[] = [];
  const authorities = ca.flatMap((piece) => parse(piece, problems));
  for (const authority of authorities)
    problems.push(...validity(authority), ...(await authorityUse(authority)));
  if (cert !== undefined && key !== undefined) {
    const [own] = parse(cert, problems);
    const opened = openKey(key, passphrase, problems);
    if (own !== undefined) {
      problems.push(...validity(own), ...(await clientUse(own)), ...signature(own, authorities));
      if (opened !== undefined && !own.x509.checkPrivateKey(opened)) {
        problems.push(`${key.from} is not the key of ${cert.from}; take the pair that was made together.`);
      }
    }
  }
  if (problems.length === 0) return;
  const hint = "no_sanity=1, or tls.sanityCheck: false, skips this check.";
  throw new ConnectError(`Our own certificates cannot be used. ${problems.join(" ")} (${hint})`);
}

/** A file may have several certificates, one below the other. */
function parse({ from, pem }: Piece, problems: string[]): Named[] {
  const text = Buffer.from(pem).toString("latin1");
  const blocks = text.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END[^-]*-----/g);
  try {
    if (blocks === null) throw new Error("there is no CERTIFICATE block");
    return blocks.map((block) => ({ from, x509: new X509Certificate(block) }));
  } catch (cause) {
    problems.push(`${from} is not a certificate in PEM form (${messageOf(cause)}).`);
    return [];
  }
}

function openKey(
  { from, pem }: Piece,
  passphrase: string | undefined,
  problems: string[],
): KeyObject | undefined {
  try {
    const secret = passphrase === undefined ? {} : { passphrase };
    return createPrivateKey({ key: Buffer.from(pem), format: "pem", ...secret });
  } catch (cause) {
    const encrypted = /ENCRYPTED/.test(Buffer.from(pem).toString("latin1"));
    problems.push(
      encrypted
        ? `${from} is encrypted and ${passphrase === undefined ? "tls.passphrase is not given" : "tls.passphrase does not open it"}.`
        : `${from} is not a private key in PEM form (${messageOf(cause)}).`,
    );
    return undefined;
  }
}

function validity({ from, x509 }: Named): string[] {
  const now = Date.now();
  if (now > Date.parse(x509.validTo)) return [`${from} expired on ${x509.validTo}; issue a new one.`];
  if (now < Date.parse(x509.validFrom)) {
    return [`${from} is not valid before ${x509.validFrom}; check this machine's clock, or issue a new one.`];
  }
  return [];
}

async function authorityUse({ from, x509 }: Named): Promise<string[]> {
  if (!x509.ca) return [`${from} is not an authority's certificate: its basic constraints lack CA:TRUE.`];
  const { keyUsage } = await readExtensions(x509);
  if (keyUsage === undefined || keyUsage.keyCertSign || !keyUsage.critical) return [];
  return [`${from} may not sign certificates: its key usage lacks keyCertSign.`];
}

/** As libvirt's own check: what is missing from an extension counts only if that is critical. */
async function clientUse({ from, x509 }: Named): Promise<string[]> {
  const problems: string[] = [];
  if (x509.ca) problems.push(`${from} is an authority's certificate, and a client needs one of its own.`);
  const { keyUsage, purposeCritical } = await readExtensions(x509);
  if (keyUsage?.critical === true) {
    const missing = [
      ...(keyUsage.digitalSignature ? [] : ["digitalSignature"]),
      ...(keyUsage.keyEncipherment ? [] : ["keyEncipherment"]),
    ];
    if (missing.length > 0) {
      problems.push(`${from} cannot be used for TLS: its key usage lacks ${missing.join(" and ")}.`);
    }
  }
  const purposes = x509.keyUsage as readonly string[] | undefined;
  const fits = purposes === undefined || purposes.includes(CLIENT_AUTH) || purposes.includes(ANY_PURPOSE);
  if (!fits && purposeCritical) {
    problems.push(`${from} has the wrong purpose: its extended key usage lacks clientAuth.`);
  }
  return problems;
}

function signature({ from, x509 }: Named, authorities: readonly Named[]): string[] {
  if (authorities.length === 0) return [];
  const signed = authorities.some(
    ({ x509: authority }) => x509.checkIssued(authority) && x509.verify(authority.publicKey),
  );
  if (signed) return [];
  const names = authorities.map((authority) => authority.from).join(", ");
  return [`${from} is not signed by ${names}, but by "${oneLine(x509.issuer)}"; the server would refuse it.`];
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error
    ? String(error.message)
    : String(error);
}

function oneLine(name: string): string {
  return name.replaceAll("\n", ",");
}
