import { createHash } from "node:crypto";

/** What the two sides of DIGEST-MD5 agree about, besides the password. */
export interface DigestSession {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly cnonce: string;
  readonly digestUri: string;
  readonly qop: "auth" | "auth-conf";
  readonly authorizationId: string | undefined;
  /** Whether names and password travel as UTF-8, else as ISO 8859-1. */
  readonly utf8: boolean;
}

/** The first answer of a nonce; there is no second one here. */
export const NONCE_COUNT = "00000001";
const NO_BODY = "0".repeat(32);

/** H(A1) of RFC 2831: the secret that only the two sides know. */
export function digestSecret(session: DigestSession, password: string): Buffer {
  const { username, realm, nonce, cnonce, authorizationId } = session;
  const who = [username, realm, password].map(hashed);
  const colon = Buffer.from(":");
  const inner = md5(Buffer.concat(who.flatMap((each, i) => (i === 0 ? [each] : [colon, each]))));
  const more = authorizationId === undefined ? "" : `:${authorizationId}`;
  return md5(Buffer.concat([inner, Buffer.from(`:${nonce}:${cnonce}${more}`)]));
}

/** The client's proof (`AUTHENTICATE`), or the server's, for which the method is empty. */
export function digestResponse(
  session: DigestSession,
  secret: Uint8Array,
  method: "AUTHENTICATE" | "",
): string {
  const { nonce, cnonce, qop, digestUri } = session;
  const a2 = `${method}:${digestUri}${qop === "auth" ? "" : `:${NO_BODY}`}`;
  const parts = [hex(secret), nonce, NONCE_COUNT, cnonce, qop, hex(md5(Buffer.from(a2)))];
  return hex(md5(Buffer.from(parts.join(":"))));
}

/** RFC 2831 2.1.2.1: text that ISO 8859-1 can express is hashed in it, whatever it travels in. */
function hashed(text: string): Buffer {
  return fitsLatin1(text) ? Buffer.from(text, "latin1") : Buffer.from(text);
}

export function fitsLatin1(text: string): boolean {
  return /^[\0-\u00ff]*$/u.test(text);
}

function md5(bytes: Uint8Array): Buffer {
  return createHash("md5").update(bytes).digest();
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
