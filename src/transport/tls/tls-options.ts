import type { SecureVersion } from "node:tls";

/** A file's content: PEM text, or its bytes. */
export type Pem = string | Uint8Array;

/**
 * Certificates, and how the server's is checked, for a program that has them in memory. What is left out comes from
 * the URI, then from libvirt's files.
 */
export interface TlsOptions {
  /** Certificates of the authorities that may have signed the server's; cacert.pem by default. */
  readonly ca?: Pem | readonly Pem[] | undefined;
  /** Our own certificate, with intermediate ones behind it; clientcert.pem by default. Needs `key`. */
  readonly cert?: Pem | undefined;
  /** Its private key; clientkey.pem by default. */
  readonly key?: Pem | undefined;
  /** Opens an encrypted key. Without it, `auth.ask` is asked. */
  readonly passphrase?: string | undefined;
  /** Lists of certificates that are revoked; cacrl.pem, if there is one, by default. */
  readonly crl?: Pem | undefined;
  /** A folder with cacert.pem, clientcert.pem, clientkey.pem and cacrl.pem, as `pkipath=` names one. */
  readonly pkipath?: string | undefined;
  /** The name that the server's certificate must have; the URI's host by default. */
  readonly serverName?: string | undefined;
  /** False takes any server for the right one, as `no_verify=1` does: anybody on the way can then read everything. */
  readonly verify?: boolean | undefined;
  /** False skips the check of our own certificates before dialling, as `no_sanity=1` does. */
  readonly sanityCheck?: boolean | undefined;
  /** With this, `maxVersion` or `ciphers`, a `tls_priority` of the URI or of libvirt.conf does not count. */
  readonly minVersion?: SecureVersion | undefined;
  readonly maxVersion?: SecureVersion | undefined;
  /** OpenSSL's names of cipher suites. */
  readonly ciphers?: string | undefined;
}
