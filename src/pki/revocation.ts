import { InvalidValueError } from "../errors/index.js";
import { issuerName } from "./certificates.js";
import { type Asn1, type Der, loadDer, pem } from "./der.js";
import { authorityKey, extension } from "./extensions.js";
import { type CertificateAuthority, publicKeyDer, readIssuer, signatureAlgorithm, signed } from "./keys.js";
import { type Validity, validity } from "./validity.js";

/** A certificate that is not to be trusted any more. An issued certificate is one. */
export interface RevokedCertificate {
  /** Hexadecimal, as `openssl x509 -serial` shows it; colons do no harm. */
  readonly serialNumber: string;
  /** Now by default. */
  readonly revokedAt?: Date | undefined;
}

export interface RevocationListOptions extends Validity {
  /** Until when the list is to be replaced by a newer one, counted from now: 30 days by default. */
  readonly days?: number | undefined;
}

const LIST_DAYS = 30;

/**
 * Makes a certificate revocation list, as PEM: `cacrl.pem`. It has to name all revoked certificates each time, and be
 * made anew before its time is over.
 *
 * @throws InvalidValueError with the option at fault.
 */
export async function createRevocationList(
  ca: CertificateAuthority,
  revoked: readonly RevokedCertificate[],
  options: RevocationListOptions = {},
): Promise<string> {
  const der = await loadDer();
  const issuer = readIssuer(ca);
  const { notBefore, notAfter } = validity(options, LIST_DAYS);
  const entries = revoked.map((each) => entry(der, each));
  const number = extension(der, "2.5.29.20", false, der.integer(hexInteger(Date.now().toString(16))));
  const key = authorityKey(der, publicKeyDer(issuer.certificate.publicKey));
  const body = der.sequence(
    der.integer(Uint8Array.of(1)),
    signatureAlgorithm(der, issuer.key),
    issuerName(der, issuer),
    der.time(notBefore),
    der.time(notAfter),
    // An empty list is left out altogether.
    ...(entries.length === 0 ? [] : [der.sequence(...entries)]),
    der.explicit(0, der.sequence(key, number)),
  );
  return pem("X509 CRL", signed(der, body, issuer.key));
}

function entry(der: Der, { serialNumber, revokedAt = new Date() }: RevokedCertificate): Asn1 {
  const hex = String(serialNumber).replaceAll(":", "");
  if (!/^[0-9A-Fa-f]{1,40}$/.test(hex)) {
    throw new InvalidValueError(
      `serialNumber is ${JSON.stringify(serialNumber)}; give up to 20 bytes in hexadecimal, as "openssl x509 -noout -serial" shows them.`,
    );
  }
  if (Number.isNaN(revokedAt.getTime())) throw new InvalidValueError("revokedAt is not a date.");
  return der.sequence(der.integer(hexInteger(hex)), der.time(revokedAt));
}

/** The shortest two's complement of a number that is not negative. */
function hexInteger(hex: string): Buffer {
  const digits = hex.replace(/^0+(?=.)/, "");
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
  return bytes.readUInt8(0) < 0x80 ? bytes : Buffer.concat([Uint8Array.of(0), bytes]);
}
