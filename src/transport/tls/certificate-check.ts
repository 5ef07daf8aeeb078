import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { ConnectError } from "../../errors/index.js";
import type { Piece, TlsCredentials } from "./credential-files.js";
import { CERTIFICATE_LABELS, pemBlocks, pemText } from "./pem.js";
import { oneLine } from "./server-problem.js";
import { messageOf } from "./tls-error.js";
import { type CertificateFacts, loadX509Reader, type X509Reader } from "./x509-facts.js";

/** RFC 5280 section 4.2.1.12: id-kp-clientAuth. libvirt does not count the purpose that stands for any. */
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

interface Named {
  /** The file or option, and which certificate of several in it. */
  readonly from: string;
  readonly x509: X509Certificate;
  readonly facts: CertificateFacts;
}

/**
 * Checks our own certificates before the server gets to see them, since it would only hang up. The rules are those of
 * libvirt's own check. Everything that is wrong is told, each with its file or option and what to do.
 *
 * @throws ConnectError
 */
export async function checkCredentials(
  { ca, cert, key }: TlsCredentials,
  passphrase: string | undefined,
): Promise<void> {
  const problems: string[] = [];
  const reader = await loadX509Reader();
  const authorities = ca.flatMap((piece) => parse(piece, reader, problems));
  for (const authority of authorities) problems.push(...validity(authority), ...authorityUse(authority));
  const chain = cert === undefined ? [] : parse(cert, reader, problems);
  const opened = key === undefined ? undefined : openKey(key, passphrase, problems);
  const [own] = chain;
  if (own !== undefined) {
    problems.push(...validity(own), ...clientUse(own), ...signature(chain, authorities));
  }
  if (own !== undefined && opened !== undefined && !own.x509.checkPrivateKey(opened)) {
    problems.push(
      `${key?.from} is not the key of ${own.from}; take the certificate and key that were made together.`,
    );
  }
  problems.push(...otherHalf(cert, key));
  if (problems.length === 0) return;
  const count = problems.length === 1 ? "" : ` for ${problems.length} reasons`;
  throw new ConnectError(
    `Our own certificates cannot be used${count}. ${problems.join(" ")} (no_sanity=1, or tls.sanityCheck: false, skips this check.)`,
  );
}

function otherHalf(cert: Piece | undefined, key: Piece | undefined): string[] {
  const there = cert ?? key;
  if (there === undefined || (cert !== undefined && key !== undefined)) return [];
  const missing = cert === undefined ? "its certificate" : "its private key";
  return [`${there.from} is there without ${missing}; give both, or neither.`];
}

/** A file may have several certificates, one below the other. */
function parse({ from, pem }: Piece, reader: X509Reader, problems: string[]): Named[] {
  const blocks = pemBlocks(pem, CERTIFICATE_LABELS);
  if (blocks.length === 0) {
    problems.push(
      `${from} has no certificate in PEM form ("BEGIN CERTIFICATE"); write one into it, converted if need be.`,
    );
  }
  return blocks.flatMap((block, index) => {
    const name = blocks.length === 1 ? from : `${from} (certificate ${index + 1} of ${blocks.length})`;
    try {
      const x509 = new X509Certificate(block);
      return [{ from: name, x509, facts: reader.certificate(x509) }];
    } catch (cause) {
      problems.push(`${name} is damaged (${messageOf(cause)}); copy it anew.`);
      return [];
    }
  });
}

function openKey(
  { from, pem }: Piece,
  passphrase: string | undefined,
  problems: string[],
): KeyObject | undefined {
  try {
    const secret = passphrase === undefined ? {} : { passphrase };
    return createPrivateKey({ key: pemText(pem), format: "pem", ...secret });
  } catch (cause) {
    problems.push(
      isEncrypted(pem)
        ? `${from} is encrypted, and ${passphrase === undefined ? "no passphrase is given; give tls.passphrase" : "the passphrase does not open it"}.`
        : `${from} has no private key in PEM form (${messageOf(cause)}); write one into it, converted if need be.`,
    );
    return undefined;
  }
}

/** Whether a key can only be read with a passphrase. */
export function isEncrypted(pem: Piece["pem"]): boolean {
  return /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pemText(pem));
}

function validity({ from, x509 }: Named): string[] {
  const now = Date.now();
  const clock = `this machine's clock says ${new Date(now).toUTCString()}`;
  if (now > Date.parse(x509.validTo)) {
    return [`${from} expired on ${x509.validTo}; issue a new one (${clock}).`];
  }
  if (now < Date.parse(x509.validFrom)) {
    return [`${from} is not valid before ${x509.validFrom}; wait, or correct the clock (${clock}).`];
  }
  return [];
}

function authorityUse({ from, facts: { authority, keyUsage } }: Named): string[] {
  if (authority !== true) {
    return [
      `${from} is not an authority's certificate: its basic constraints lack CA:TRUE; take the certificate that signed the server's.`,
    ];
  }
  if (keyUsage === undefined || keyUsage.keyCertSign || !keyUsage.critical) return [];
  return [
    `${from} may not sign certificates: its key usage lacks keyCertSign; make an authority that may, and all certificates anew.`,
  ];
}

/** What is missing from an extension counts only if that is critical. */
function clientUse({ from, facts: { authority, keyUsage, purposes } }: Named): string[] {
  const problems: string[] = [];
  if (authority === true) {
    problems.push(
      `${from} is an authority's certificate (CA:TRUE); issue one of its own for this client, signed by the authority.`,
    );
  }
  if (keyUsage?.critical === true) {
    const missing = [
      ...(keyUsage.digitalSignature ? [] : ["digitalSignature"]),
      ...(keyUsage.keyEncipherment ? [] : ["keyEncipherment"]),
    ];
    if (missing.length > 0) {
      problems.push(
        `${from} cannot be used for libvirt's TLS: its key usage lacks ${missing.join(" and ")}; issue one with both.`,
      );
    }
  }
  if (purposes?.critical === true && !purposes.oids.includes(CLIENT_AUTH)) {
    problems.push(
      `${from} has the wrong purpose: its extended key usage lacks clientAuth; issue one for a client.`,
    );
  }
  return problems;
}

/** Looks for the way from our certificate to an authority, through the intermediate ones behind it. */
function signature(chain: readonly Named[], authorities: readonly Named[]): string[] {
  const [own, ...between] = chain;
  if (own === undefined || authorities.length === 0) return [];
  const signs = (authority: Named, { x509 }: Named): boolean =>
    x509.checkIssued(authority.x509) && x509.verify(authority.x509.publicKey);
  for (let top: Named | undefined = own; top !== undefined; ) {
    const current: Named = top;
    if (authorities.some((authority) => signs(authority, current))) return [];
    const next = between.findIndex((authority) => signs(authority, current));
    [top] = next < 0 ? [] : between.splice(next, 1);
  }
  const names = Array.from(new Set(authorities.map(({ x509 }) => `"${oneLine(x509.subject)}"`)));
  return [
    `${own.from} is not signed by ${names.join(" or ")}, but by "${oneLine(own.x509.issuer)}", so that the server would refuse it; ` +
      "take a certificate of the same authority as the server's.",
  ];
}
