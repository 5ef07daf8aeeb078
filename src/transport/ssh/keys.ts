import { createPrivateKey, type KeyObject } from "node:crypto";
import type { ParsedKey, utils } from "ssh2";

/** A private key that may or may not be usable, and what messages call it. */
export interface KeySource {
  readonly name: string;
  readonly contents: string | Uint8Array;
}

/** Why a private key cannot be used. The message holds nothing of the key. */
export class UnusableKey {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** What the ssh2 package calls its functions for keys. */
export type KeyParser = Pick<typeof utils, "parseKey">;

const CONVERT = 'convert a copy with "ssh-keygen -p -f FILE", which writes OpenSSH\'s own format';

/**
 * Reads a private key: OpenSSH's format, PEM (RSA, EC), PKCS #8, or PuTTY's.
 *
 * @param passphrase is asked, at the most once, if the key is encrypted; `undefined` if nobody knows it.
 */
export async function readPrivateKey(
  parser: KeyParser,
  source: KeySource,
  passphrase: () => Promise<string | undefined>,
): Promise<ParsedKey | UnusableKey> {
  const text = Buffer.from(source.contents).toString("utf8").trim();
  const wrong = wrongKind(text);
  if (wrong !== undefined) return new UnusableKey(wrong);
  if (!isEncrypted(parser, text)) return parse(parser, text, undefined);
  const given = await passphrase();
  if (given === undefined || given === "") {
    return new UnusableKey("is encrypted, and its passphrase is not known; give options.ssh.passphrase");
  }
  const key = parse(parser, text, given);
  return key instanceof UnusableKey && !key.reason.startsWith("is of a kind")
    ? new UnusableKey("is encrypted with another passphrase")
    : key;
}

/** What is often given in the place of a private key. */
function wrongKind(text: string): string | undefined {
  if (text === "") return "is empty";
  if (/^(ssh-|ecdsa-|sk-)|^-+ ?BEGIN (SSH2 )?PUBLIC KEY/.test(text)) {
    return "is a public key; the private one is in the file without .pub";
  }
  if (text.startsWith("-----BEGIN CERTIFICATE")) return "is a certificate; a private key is needed";
  if (/^[/~.][^\n]*$/.test(text))
    return "is a path; give the contents of the file, or the path with keyfile=";
  if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----|^PuTTY-User-Key-File-/.test(text)) {
    return "is not a private key; it begins with neither -----BEGIN … PRIVATE KEY----- nor PuTTY-User-Key-File";
  }
  return undefined;
}

function isEncrypted(parser: KeyParser, text: string): boolean {
  if (text.startsWith("-----BEGIN ENCRYPTED PRIVATE KEY")) return true;
  const key = parser.parseKey(text);
  return isError(key) && /no passphrase/.test(key.message);
}

function parse(parser: KeyParser, text: string, passphrase: string | undefined): ParsedKey | UnusableKey {
  let key: ParsedKey | Error;
  try {
    const pkcs8 = /^-----BEGIN (ENCRYPTED )?PRIVATE KEY/.test(text);
    key = pkcs8
      ? parser.parseKey(
          fromPkcs8(createPrivateKey(passphrase === undefined ? text : { key: text, passphrase })),
        )
      : parser.parseKey(text, passphrase);
  } catch {
    // OpenSSL's messages tell of its insides.
    return new UnusableKey(`is damaged, or of a format that is not known; ${CONVERT}`);
  }
  if (!isError(key)) return key.isPrivateKey() ? key : new UnusableKey("has no private part");
  const type = /key type: (\S+)$/.exec(key.message)?.[1];
  if (type?.startsWith("sk-") === true) {
    return new UnusableKey(
      "is of a kind that needs a security key, which only ssh-agent and the machine's ssh program can use",
    );
  }
  return new UnusableKey(
    type === undefined
      ? `is damaged, or of a format that is not known; ${CONVERT}`
      : `is of a kind that the ssh2 package does not know (${type}); make an ed25519 or rsa one`,
  );
}

/** By its shape, as everywhere: errors of another realm are no instances. */
function isError(key: ParsedKey | Error): key is Error {
  return "message" in key;
}

/** PKCS #8 in a form that the ssh2 package reads. */
function fromPkcs8(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return key.export({ type: "pkcs1", format: "pem" }).toString();
    case "ec":
      return key.export({ type: "sec1", format: "pem" }).toString();
    case "ed25519":
      return ed25519ToOpenSsh(key);
    default:
      return "";
  }
}

/** OpenSSH's format is the only one of ssh2's that has this kind of key. */
function ed25519ToOpenSsh(key: KeyObject): string {
  const jwk = key.export({ format: "jwk" });
  const open = Buffer.from(jwk.x ?? "", "base64url");
  const secret = Buffer.from(jwk.d ?? "", "base64url");
  const type = string("ssh-ed25519");
  // Two equal numbers tell that nothing is encrypted wrongly; then the key, and a comment.
  const inner = Buffer.concat([
    Buffer.alloc(8),
    type,
    string(open),
    string(Buffer.concat([secret, open])),
    string(""),
  ]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8].slice(0, (8 - (inner.length % 8)) % 8));
  const blob = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    string("none"),
    string("none"),
    string(""),
    Buffer.from([0, 0, 0, 1]),
    string(Buffer.concat([type, string(open)])),
    string(Buffer.concat([inner, padding])),
  ]);
  const lines = blob.toString("base64").match(/.{1,70}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----`;
}

function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
