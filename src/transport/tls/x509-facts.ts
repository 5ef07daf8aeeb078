import type { X509Certificate } from "node:crypto";
import type forge from "node-forge";

/** What a key may be used for. */
export interface KeyUsage {
  /** Whether those who do not understand the extension must refuse the certificate. */
  readonly critical: boolean;
  readonly digitalSignature: boolean;
  readonly keyEncipherment: boolean;
  readonly keyCertSign: boolean;
}

/** What a certificate says of itself, as far as Node does not tell. `undefined` where it says nothing. */
export interface CertificateFacts {
  /** Whether it is an authority's. */
  readonly authority: boolean | undefined;
  readonly keyUsage: KeyUsage | undefined;
  /** What it is for: the object identifiers of its extended key usage. */
  readonly purposes: { readonly critical: boolean; readonly oids: readonly string[] } | undefined;
  /** How many hosts, URIs and addresses it names as alternatives. */
  readonly alternatives: number;
  /** How many common names its subject has. */
  readonly commonNames: number;
  /** Comparable with those of a {@link RevocationList}. */
  readonly issuer: string;
  readonly serialNumber: string;
}

/** What an authority has revoked. */
export interface RevocationList {
  readonly issuer: string;
  readonly serialNumbers: ReadonlySet<string>;
}

/** Reads DER. */
export interface X509Reader {
  /** Throws if it is none. */
  certificate(certificate: Pick<X509Certificate, "raw">): CertificateFacts;
  /** Throws if it is none. */
  revocationList(der: Buffer): RevocationList;
}

type Asn1 = forge.asn1.Asn1;

// RFC 5280 sections 4.1 and 4.2.1.
const KEY_USAGE = "2.5.29.15";
const ALTERNATIVE_NAMES = "2.5.29.17";
const BASIC_CONSTRAINTS = "2.5.29.19";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const COMMON_NAME = "2.5.4.3";
const DNS_NAME = 2;
const URI = 6;
const IP_ADDRESS = 7;
const EXTENSIONS = 3;

/** Loads node-forge, whose ASN.1 parser takes certificates of any kind of key. */
export async function loadX509Reader(): Promise<X509Reader> {
  const { asn1, util } = (await import("node-forge")).default;
  const decode = (bytes: string): Asn1 => asn1.fromDer(bytes);
  const oid = (node: Asn1 | undefined): string => asn1.derToOid(contentOf(node));
  const bytesOf = (node: Asn1 | undefined): string => {
    if (node === undefined) throw new Error("it is not built as a certificate is");
    return asn1.toDer(node).getBytes();
  };
  const serial = (node: Asn1 | undefined): string =>
    util.bytesToHex(contentOf(node)).replace(/^(?:00)+(?=..)/, "");
  const tagged = (node: Asn1, tag: number): boolean =>
    Number(node.tagClass) === Number(asn1.Class.CONTEXT_SPECIFIC) && Number(node.type) === tag;
  const is = (node: Asn1 | undefined, type: forge.asn1.Type): boolean =>
    node !== undefined &&
    Number(node.tagClass) === Number(asn1.Class.UNIVERSAL) &&
    Number(node.type) === Number(type);

  const certificate = ({ raw }: Pick<X509Certificate, "raw">): CertificateFacts => {
    const body = parts(parts(decode(raw.toString("latin1")))[0]);
    // Certificates of version 1 do not tell their version.
    const [number, , issuer, , subject] = body[0] !== undefined && tagged(body[0], 0) ? body.slice(1) : body;
    const list = body.find((node) => tagged(node, EXTENSIONS));
    const extensions = new Map<string, { readonly critical: boolean; readonly content: Asn1 }>();
    for (const extension of parts(parts(list)[0])) {
      const items = parts(extension);
      // The flag is left out where it is false.
      const critical = items.length === 3 && items[1]?.value !== "\0";
      extensions.set(oid(items[0]), { critical, content: decode(contentOf(items.at(-1))) });
    }
    const constraints = extensions.get(BASIC_CONSTRAINTS)?.content;
    const usage = extensions.get(KEY_USAGE);
    const purposes = extensions.get(EXTENDED_KEY_USAGE);
    const [authority] = parts(constraints);
    // A bit string: the number of unused bits, then the bits, first one highest.
    const bits = usage === undefined ? 0 : contentOf(usage.content).charCodeAt(1);
    return {
      authority:
        constraints === undefined
          ? undefined
          : is(authority, asn1.Type.BOOLEAN) && contentOf(authority) !== "\0",
      keyUsage: usage && {
        critical: usage.critical,
        digitalSignature: (bits & 0x80) !== 0,
        keyEncipherment: (bits & 0x20) !== 0,
        keyCertSign: (bits & 0x04) !== 0,
      },
      purposes: purposes && {
        critical: purposes.critical,
        oids: parts(purposes.content).map((purpose) => oid(purpose)),
      },
      alternatives: parts(extensions.get(ALTERNATIVE_NAMES)?.content).filter(
        (name) => tagged(name, DNS_NAME) || tagged(name, URI) || tagged(name, IP_ADDRESS),
      ).length,
      commonNames: parts(subject)
        .flatMap(parts)
        .filter((attribute) => oid(parts(attribute)[0]) === COMMON_NAME).length,
      issuer: bytesOf(issuer),
      serialNumber: serial(number),
    };
  };

  const revocationList = (der: Buffer): RevocationList => {
    const body = parts(parts(decode(der.toString("latin1")))[0]);
    const [, issuer, ...rest] = is(body[0], asn1.Type.INTEGER) ? body.slice(1) : body;
    // One or two times come first; an empty list is left out.
    const entries = parts(rest.find((node) => is(node, asn1.Type.SEQUENCE)));
    return {
      issuer: bytesOf(issuer),
      serialNumbers: new Set(entries.map((entry) => serial(parts(entry)[0]))),
    };
  };
  return { certificate, revocationList };
}

/** The bytes of a piece that has no parts, as a string of characters. */
function contentOf(node: Asn1 | undefined): string {
  if (typeof node?.value === "string") return node.value;
  throw new Error("it is not built as a certificate is");
}

function parts(node: Asn1 | undefined): Asn1[] {
  return node !== undefined && Array.isArray(node.value) ? node.value : [];
}
