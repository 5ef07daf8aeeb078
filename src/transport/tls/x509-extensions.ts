import type { X509Certificate } from "node:crypto";

/** What a certificate may be used for, as far as Node does not tell. */
export interface KeyUsage {
  /** Whether those who do not understand the extension must refuse the certificate. */
  readonly critical: boolean;
  readonly digitalSignature: boolean;
  readonly keyEncipherment: boolean;
  readonly keyCertSign: boolean;
}

export interface Extensions {
  /** `undefined` if the certificate does not say. */
  readonly keyUsage: KeyUsage | undefined;
  /** Whether the extended key usage is critical. */
  readonly purposeCritical: boolean;
}

// RFC 5280 section 4.2.1.
const KEY_USAGE = "2.5.29.15";
const EXTENDED_KEY_USAGE = "2.5.29.37";
/** The place of the extensions in a certificate: context tag 3. */
const EXTENSIONS_TAG = 3;

interface Asn1 {
  readonly tagClass: number;
  readonly type: number;
  readonly value: string | Asn1[];
}

/** Reads the extensions of any certificate, whatever its key is. */
export async function readExtensions({ raw }: X509Certificate): Promise<Extensions> {
  const { asn1 } = (await import("node-forge")).default;
  const certificate = asn1.fromDer(raw.toString("latin1")) as unknown as Asn1;
  const [body] = children(certificate);
  const context: number = asn1.Class.CONTEXT_SPECIFIC;
  const holder = children(body).find(({ tagClass, type }) => tagClass === context && type === EXTENSIONS_TAG);
  const [list] = children(holder);
  let keyUsage: KeyUsage | undefined;
  let purposeCritical = false;
  for (const extension of children(list)) {
    const parts = children(extension);
    const oid = asn1.derToOid(String(parts[0]?.value));
    // The flag is left out where it is false.
    const critical = parts.length === 3 && parts[1]?.value !== "\0";
    if (oid === EXTENDED_KEY_USAGE) purposeCritical = critical;
    if (oid === KEY_USAGE) {
      const content = asn1.fromDer(String(parts.at(-1)?.value)) as unknown as Asn1;
      // A bit string: the number of unused bits, then the bits, first one highest.
      const bits = String(content.value).charCodeAt(1);
      keyUsage = {
        critical,
        digitalSignature: (bits & 0x80) !== 0,
        keyEncipherment: (bits & 0x20) !== 0,
        keyCertSign: (bits & 0x04) !== 0,
      };
    }
  }
  return { keyUsage, purposeCritical };
}

function children(node: Asn1 | undefined): Asn1[] {
  return Array.isArray(node?.value) ? node.value : [];
}
