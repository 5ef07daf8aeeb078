import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign,
  X509Certificate,
} from "node:crypto";
import { promisify } from "node:util";
import { InvalidValueError } from "../errors/index.js";
import type { Asn1, Der } from "./der.js";

/** ECDSA on P-256, RSA with 3072 bits, or Ed25519, with which virsh and other clients with GnuTLS need TLS 1.3. */
export type KeyType = "ecdsa" | "rsa" | "ed25519";

const generate = promisify(generateKeyPair);

/** @throws InvalidValueError for another type. */
export async function makeKey(type: KeyType = "ecdsa"): Promise<KeyObject> {
  switch (type) {
    case "ecdsa":
      return (await generate("ec", { namedCurve: "P-256" })).privateKey;
    case "rsa":
      return (await generate("rsa", { modulusLength: 3072 })).privateKey;
    case "ed25519":
      return (await generate("ed25519")).privateKey;
    default:
      throw new InvalidValueError(`keyType is ${JSON.stringify(type)}; give "ecdsa", "rsa" or "ed25519".`);
  }
}

/** PKCS #8, encrypted if there is a passphrase. */
export function keyPem(key: KeyObject, passphrase: string | undefined): string {
  const format = { type: "pkcs8", format: "pem" } as const;
  return passphrase === undefined
    ? key.export(format).toString()
    : key.export({ ...format, cipher: "aes-256-cbc", passphrase }).toString();
}

/** A SubjectPublicKeyInfo. */
export function publicKeyDer(key: KeyObject): Buffer {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ type: "spki", format: "der" });
}

/** Who signs: an authority's certificate and key. */
export interface CertificateAuthority {
  /** Its certificate, as PEM. */
  readonly certificate: string;
  /** Its private key, as PEM. */
  readonly key: string;
  /** What the key is encrypted with, if it is. */
  readonly passphrase?: string | undefined;
}

/** An authority that is ready to sign. */
export interface Issuer {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/** @throws InvalidValueError if the certificate or the key cannot be read, or they do not belong together. */
export function readIssuer(ca: CertificateAuthority): Issuer {
  const certificate = attempt(
    () => new X509Certificate(ca.certificate),
    "The authority's certificate cannot be read; give what createCertificateAuthority made, or another authority's certificate as PEM.",
  );
  const key = attempt(
    () => createPrivateKey(ca.passphrase === undefined ? ca.key : { key: ca.key, passphrase: ca.passphrase }),
    "The authority's private key cannot be read; give it as PEM, and its passphrase if it is encrypted.",
  );
  const name = certificate.subject.replaceAll("\n", ", ");
  if (!certificate.ca) {
    throw new InvalidValueError(`The certificate of "${name}" is not an authority's; it cannot sign others.`);
  }
  if (!certificate.checkPrivateKey(key)) {
    throw new InvalidValueError(
      `The private key does not belong to the certificate of "${name}"; give the two that were made together.`,
    );
  }
  return { certificate, key };
}

// The cause is left out: it may quote what it could not read, which is a secret.
function attempt<T>(work: () => T, message: string): T {
  try {
    return work();
  } catch {
    throw new InvalidValueError(message);
  }
}

interface SignatureScheme {
  readonly oid: string;
  /** `null` where the algorithm has its own. */
  readonly hash: string | null;
  readonly nullParameters?: boolean;
}

function schemeOf(key: KeyObject): SignatureScheme {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === "rsa") return { oid: "1.2.840.113549.1.1.11", hash: "sha256", nullParameters: true };
  if (type === "ed25519") return { oid: "1.3.101.112", hash: null };
  if (type === "ec") {
    if (details?.namedCurve === "secp384r1") return { oid: "1.2.840.10045.4.3.3", hash: "sha384" };
    if (details?.namedCurve === "secp521r1") return { oid: "1.2.840.10045.4.3.4", hash: "sha512" };
    return { oid: "1.2.840.10045.4.3.2", hash: "sha256" };
  }
  throw new InvalidValueError(
    `The authority has a key of type ${String(type)}; signing takes RSA, ECDSA and Ed25519 keys.`,
  );
}

/** The name of the algorithm that {@link signed} signs with. */
export function signatureAlgorithm(der: Der, key: KeyObject): Asn1 {
  const { oid, nullParameters = false } = schemeOf(key);
  return der.sequence(der.oid(oid), ...(nullParameters ? [der.nothing()] : []));
}

/** What was to be signed, the algorithm and the signature: the form of certificates and revocation lists alike. */
export function signed(der: Der, body: Asn1, key: KeyObject): Buffer {
  const signature = sign(schemeOf(key).hash, der.encode(body), key);
  return der.encode(der.sequence(body, signatureAlgorithm(der, key), der.bits(signature)));
}
