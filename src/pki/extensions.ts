import { createHash } from "node:crypto";
import { type Asn1, type Der, parts } from "./der.js";

const CRITICAL = true;

export function extension(der: Der, oid: string, critical: boolean, value: Asn1): Asn1 {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.oid(oid), ...flag, der.octets(der.encode(value)));
}

/** @param spki the SubjectPublicKeyInfo that the certificate is for. */
export function keyIdentifiers(der: Der, spki: Buffer, issuerSpki: Buffer): Asn1[] {
  return [
    extension(der, "2.5.29.14", !CRITICAL, der.octets(keyId(der, spki))),
    authorityKey(der, issuerSpki),
  ];
}

export function authorityKey(der: Der, issuerSpki: Buffer): Asn1 {
  const id = der.implicit(0, keyId(der, issuerSpki));
  return extension(der, "2.5.29.35", !CRITICAL, der.sequence(id));
}

// RFC 5280 section 4.2.1.2, method 1: over the key alone, without the algorithm before it.
function keyId(der: Der, spki: Buffer): Buffer {
  const bits = der.encode(parts(der.decode(spki))[1] as Asn1);
  const header = 2 + (bits.readUInt8(1) > 0x80 ? bits.readUInt8(1) - 0x80 : 0);
  return createHash("sha1")
    .update(bits.subarray(header + 1))
    .digest();
}

/** Signs revocation lists and the certificates of servers and clients, and no further authority's. */
export function authorityUse(der: Der): Asn1[] {
  const pathLength = der.integer(Uint8Array.of(0));
  return [
    extension(der, "2.5.29.19", CRITICAL, der.sequence(der.boolean(true), pathLength)),
    extension(der, "2.5.29.15", CRITICAL, der.bits(Uint8Array.of(0b0000_0110), 1)),
  ];
}

const PURPOSES = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" } as const;

/**
 * One end of a TLS connection. libvirt wants digitalSignature and keyEncipherment of every key, even of those that
 * cannot encipher; and it only minds the purpose if that is critical.
 */
export function endUse(der: Der, end: keyof typeof PURPOSES): Asn1[] {
  return [
    extension(der, "2.5.29.19", CRITICAL, der.sequence()),
    extension(der, "2.5.29.15", CRITICAL, der.bits(Uint8Array.of(0b1010_0000), 5)),
    extension(der, "2.5.29.37", CRITICAL, der.sequence(der.oid(PURPOSES[end]))),
  ];
}
