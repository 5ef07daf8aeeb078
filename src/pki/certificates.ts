import type { Buffer } from "node:buffer";
import { type KeyObject, randomBytes } from "node:crypto";
import { InvalidValueError } from "../errors/index.js";
import { type Asn1, type Der, loadDer, parts, pem } from "./der.js";
import { authorityUse, endUse, extension, keyIdentifiers } from "./extensions.js";
import {
  type CertificateAuthority,
  type Issuer,
  type KeyType,
  keyPem,
  makeKey,
  publicKeyDer,
  readIssuer,
  signatureAlgorithm,
  signed,
} from "./keys.js";
import { alternativeNames, type SubjectName, subjectName } from "./names.js";
import { type Validity, validity } from "./validity.js";

/** What all certificates have. */
interface CertificateOptions extends SubjectName, Validity {
  /** "ecdsa" (P-256) by default. */
  readonly keyType?: KeyType | undefined;
}

/** An authority of your own. */
export interface AuthorityOptions extends CertificateOptions {
  /** How long it is valid: 3650 days by default. */
  readonly days?: number | undefined;
  /** Encrypts its private key. libvirt's own programs do not need that key, so nothing stands against it. */
  readonly passphrase?: string | undefined;
}

export interface ServerCertificateOptions extends Omit<CertificateOptions, "commonName"> {
  /** The host's names and addresses, each one that a client may write in its URI. */
  readonly names: readonly string[];
  /** The first of the names by default. */
  readonly commonName?: string | undefined;
  /** How long it is valid: 397 days by default, or as long as its authority if that is less. */
  readonly days?: number | undefined;
}

export interface ClientCertificateOptions extends CertificateOptions {
  /** How long it is valid: 397 days by default, or as long as its authority if that is less. */
  readonly days?: number | undefined;
}

/** A certificate and the private key that was made for it. */
export interface IssuedCertificate {
  /** As PEM. */
  readonly certificate: string;
  /** As PEM (PKCS #8). Whoever has it is the server or the client. */
  readonly key: string;
  /** Hexadecimal, in capitals. A revocation list names certificates by it. */
  readonly serialNumber: string;
}

/** An authority as it was made, which signs at once. */
export interface NewAuthority extends IssuedCertificate, CertificateAuthority {}

const AUTHORITY_DAYS = 3650;
const END_DAYS = 397;

/**
 * Makes a certificate authority: a self-signed certificate and its key. Hosts get the certificate (`cacert.pem`);
 * the key signs further certificates and belongs on no host. Nothing is written anywhere.
 *
 * @throws InvalidValueError with the option at fault.
 * @see https://libvirt.org/kbase/tlscerts.html
 */
export async function createCertificateAuthority(options: AuthorityOptions): Promise<NewAuthority> {
  const { passphrase } = options;
  if (passphrase === "") throw new InvalidValueError("passphrase is empty; give one, or leave it out.");
  const der = await loadDer();
  const subject = subjectName(der, options);
  const times = validity(options, AUTHORITY_DAYS);
  const key = await makeKey(options.keyType);
  const spki = publicKeyDer(key);
  const made = certificate(der, {
    ...times,
    subject,
    issuer: subject,
    spki,
    signer: key,
    extensions: [...authorityUse(der), ...keyIdentifiers(der, spki, spki)],
  });
  return { ...made, key: keyPem(key, passphrase), ...(passphrase === undefined ? {} : { passphrase }) };
}

/**
 * Makes a certificate and key for a host that runs libvirtd, virtproxyd or another daemon with TLS.
 *
 * @throws InvalidValueError with the option at fault.
 */
export async function issueServerCertificate(
  ca: CertificateAuthority,
  options: ServerCertificateOptions,
): Promise<IssuedCertificate> {
  const { names } = options;
  if (!Array.isArray(names) || names.length === 0) {
    throw new InvalidValueError(
      "names is empty; give the host's names and addresses as clients write them in their URIs.",
    );
  }
  const der = await loadDer();
  const commonName = options.commonName ?? String(names[0]);
  const alternatives = extension(der, "2.5.29.17", false, alternativeNames(der, names));
  const use = [...endUse(der, "server"), alternatives];
  return await issue(der, readIssuer(ca), { ...options, commonName }, use);
}

/**
 * Makes a certificate and key for a client of libvirt's: this package, virsh, virt-manager, or another host's daemon.
 *
 * @throws InvalidValueError with the option at fault.
 */
export async function issueClientCertificate(
  ca: CertificateAuthority,
  options: ClientCertificateOptions,
): Promise<IssuedCertificate> {
  const der = await loadDer();
  return await issue(der, readIssuer(ca), options, endUse(der, "client"));
}

async function issue(
  der: Der,
  ca: Issuer,
  options: CertificateOptions,
  use: readonly Asn1[],
): Promise<IssuedCertificate> {
  const subject = subjectName(der, options);
  const limit = new Date(ca.certificate.validTo);
  const times = validity(options, END_DAYS, limit);
  if (times.notAfter > limit) {
    throw new InvalidValueError(
      `The certificate would be valid until ${times.notAfter.toISOString()}, and its authority is only until ${limit.toISOString()}; give fewer days, or make a new authority.`,
    );
  }
  const key = await makeKey(options.keyType);
  const spki = publicKeyDer(key);
  const made = certificate(der, {
    ...times,
    subject,
    issuer: issuerName(der, ca),
    spki,
    signer: ca.key,
    extensions: [...use, ...keyIdentifiers(der, spki, publicKeyDer(ca.certificate.publicKey))],
  });
  return { ...made, key: keyPem(key, undefined) };
}

// Version, serial number, algorithm, issuer, validity, subject, …
const SUBJECT = 5;

/** An authority's name as it stands in its certificate, byte for byte, since that is how names are compared. */
export function issuerName(der: Der, { certificate: { raw } }: Issuer): Asn1 {
  return parts(parts(der.decode(raw))[0])[SUBJECT] as Asn1;
}

interface CertificateContents {
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subject: Asn1;
  readonly issuer: Asn1;
  readonly spki: Buffer;
  readonly signer: KeyObject;
  readonly extensions: readonly Asn1[];
}

function certificate(der: Der, contents: CertificateContents): Omit<IssuedCertificate, "key"> {
  const serial = serialNumber();
  const body = der.sequence(
    der.explicit(0, der.integer(Uint8Array.of(2))),
    der.integer(serial),
    signatureAlgorithm(der, contents.signer),
    contents.issuer,
    der.sequence(der.time(contents.notBefore), der.time(contents.notAfter)),
    contents.subject,
    der.decode(contents.spki),
    der.explicit(3, der.sequence(...contents.extensions)),
  );
  return {
    certificate: pem("CERTIFICATE", signed(der, body, contents.signer)),
    serialNumber: serial.toString("hex").toUpperCase(),
  };
}

/** Random, so that no list of those already given is needed; positive, and without a zero byte in front. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}
