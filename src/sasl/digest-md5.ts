import { randomBytes, timingSafeEqual } from "node:crypto";
import { AuthenticationError } from "../errors/index.js";
import type { SaslClient, SecurityLayer } from "../protocol/index.js";
import { PASSWORD_ADVICE } from "./advice.js";
import type { SaslContext } from "./context.js";
import { type DigestDirectives, listOf, quote, readDirectives } from "./digest-challenge.js";
import { DIGEST_CIPHERS, type DigestCipher, DigestLayer, MAX_WRAPPED } from "./digest-layer.js";
import {
  type DigestSession,
  digestResponse,
  digestSecret,
  fitsLatin1,
  NONCE_COUNT,
} from "./digest-response.js";

const MECHANISM = "DIGEST-MD5";
/** A server that takes less at a time wants to keep us busy. */
const MIN_PEER_BUFFER = 1024;
const DEFAULT_PEER_BUFFER = 65_536;

export interface DigestMd5Choices {
  /** The ciphers to choose from, best first; all that are spoken by default. */
  readonly ciphers?: readonly DigestCipher[];
  /** For tests, which need to know it. */
  readonly cnonce?: string;
}

/**
 * DIGEST-MD5 of RFC 2831: weak by today's measure, but the one mechanism with a password that encrypts a plain TCP
 * connection, which it does with RC4. Its Triple-DES is offered by servers that then fail, so it is not spoken.
 */
export class DigestMd5Client implements SaslClient {
  readonly mechanism: string = MECHANISM;
  readonly advice: string = PASSWORD_ADVICE;
  complete = false;
  layer: SecurityLayer | undefined;
  readonly #context: SaslContext;
  readonly #ciphers: readonly DigestCipher[];
  readonly #cnonce: string;
  #expected = "";
  #answer: (challenge: DigestDirectives) => Promise<Uint8Array | undefined> = (challenge) =>
    this.#respond(challenge);

  constructor(context: SaslContext, choices: DigestMd5Choices = {}) {
    this.#context = context;
    this.#ciphers = choices.ciphers ?? (Object.keys(DIGEST_CIPHERS) as DigestCipher[]);
    this.#cnonce = choices.cnonce ?? randomBytes(18).toString("base64");
  }

  async start(): Promise<undefined> {}

  async step(challenge: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    const directives = readDirectives(Buffer.from(challenge ?? []).toString());
    if (directives === undefined) throw this.#refuse("sent what is not a message of it");
    return await this.#answer(directives);
  }

  async #respond(challenge: DigestDirectives): Promise<Uint8Array> {
    const nonce = this.#one(challenge, "nonce");
    if (this.#one(challenge, "algorithm").toLowerCase() !== "md5-sess") {
      throw this.#refuse("demands another algorithm than md5-sess");
    }
    const cipher = this.#context.secure ? undefined : this.#chooseCipher(challenge);
    const qop = cipher === undefined ? "auth" : "auth-conf";
    if (!(listOf(challenge, "qop") ?? ["auth"]).includes(qop)) {
      throw this.#refuse(
        cipher === undefined
          ? "insists on a security layer of its own, on a connection that is secure already"
          : "offers no encryption (auth-conf), which a connection in the clear needs",
      );
    }
    const maxPeer = this.#peerBuffer(challenge);
    const utf8 = challenge.get("charset")?.[0]?.toLowerCase() === "utf-8";
    const username = await this.#context.need("username", MECHANISM);
    const realm = await this.#chooseRealm(challenge.get("realm") ?? [], username);
    const password = await this.#context.need("password", MECHANISM, username);
    const authorizationId = await this.#context.ask("authorizationId", MECHANISM, { username });
    if (!utf8 && ![username, realm, password].every(fitsLatin1)) {
      throw this.#refuse("does not take UTF-8, which the user name, the realm or the password needs");
    }
    const digestUri = `libvirt/${this.#context.host}`;
    const session = {
      username,
      realm,
      nonce,
      cnonce: this.#cnonce,
      digestUri,
      qop,
      authorizationId,
      utf8,
    } as const;
    const secret = digestSecret(session, password);
    this.#expected = digestResponse(session, secret, "");
    if (cipher !== undefined) this.layer = new DigestLayer(cipher, secret, maxPeer);
    this.#answer = (last) => this.#verify(last);
    return encode(session, cipher, digestResponse(session, secret, "AUTHENTICATE"));
  }

  #chooseCipher(challenge: DigestDirectives): DigestCipher {
    const offered = listOf(challenge, "cipher") ?? [];
    const cipher = this.#ciphers.find((each) => offered.includes(each));
    if (cipher !== undefined) return cipher;
    throw this.#refuse(
      `offers the ciphers ${offered.join(", ") || "(none)"}, of which none will do: rc4 and rc4-56 are spoken, DES and ` +
        "Triple-DES are not, since servers that offer them then fail; use TLS or SSH instead",
    );
  }

  async #chooseRealm(offered: readonly string[], username: string): Promise<string> {
    const realm = await this.#context.ask("realm", MECHANISM, { username, prompt: offered.join(", ") });
    if (realm === undefined) return offered[0] ?? "";
    if (offered.length === 0 || offered.includes(realm)) return realm;
    throw this.#refuse(
      `has no realm "${realm}"; use ${offered.map((each) => `"${each}"`).join(" or ")}, or give none`,
    );
  }

  #peerBuffer(challenge: DigestDirectives): number {
    const text = challenge.get("maxbuf")?.[0] ?? String(DEFAULT_PEER_BUFFER);
    const size = /^[0-9]{1,10}$/.test(text) ? Number(text) : 0;
    if (size >= MIN_PEER_BUFFER) return size;
    throw this.#refuse(`takes packets of ${text.slice(0, 20)} bytes, ${MIN_PEER_BUFFER} are the least`);
  }

  async #verify(last: DigestDirectives): Promise<undefined> {
    this.#answer = async () => {
      throw this.#refuse("goes on after its last message");
    };
    const proof = Buffer.from(last.get("rspauth")?.[0] ?? "");
    const expected = Buffer.from(this.#expected);
    if (proof.length !== expected.length || !timingSafeEqual(proof, expected)) {
      throw this.#refuse(
        "could not prove that it knows the password: it is not the server that it claims to be",
      );
    }
    this.complete = true;
  }

  #one(challenge: DigestDirectives, name: string): string {
    const values = challenge.get(name) ?? [];
    const [value] = values;
    if (values.length === 1 && value !== undefined) return value;
    throw this.#refuse(`sent ${values.length === 0 ? "no" : "more than one"} ${name}`);
  }

  #refuse(what: string): AuthenticationError {
    return new AuthenticationError(`SASL ${MECHANISM}: ${this.#context.peer} ${what}`);
  }
}

function encode(session: DigestSession, cipher: DigestCipher | undefined, response: string): Uint8Array {
  const { username, realm, nonce, cnonce, qop, digestUri, authorizationId, utf8 } = session;
  const directives = [
    `username=${quote(username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `cnonce=${quote(cnonce)}`,
    `nc=${NONCE_COUNT}`,
    `qop=${qop}`,
    ...(cipher === undefined ? [] : [`cipher=${quote(cipher)}`, `maxbuf=${MAX_WRAPPED}`]),
    `digest-uri=${quote(digestUri)}`,
    `response=${response}`,
    ...(utf8 ? ["charset=utf-8"] : []),
    ...(authorizationId === undefined ? [] : [`authzid=${quote(authorizationId)}`]),
  ];
  return Buffer.from(directives.join(","), utf8 ? "utf8" : "latin1");
}
