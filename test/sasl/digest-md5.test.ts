import { describe, expect, it } from "@jest/globals";
import { AuthenticationError } from "../../src/errors/index.js";
import { readDirectives } from "../../src/sasl/digest-challenge.js";
import { DigestLayer } from "../../src/sasl/digest-layer.js";
import { DigestMd5Client } from "../../src/sasl/digest-md5.js";
import { digestResponse, digestSecret } from "../../src/sasl/digest-response.js";
import { Rc4 } from "../../src/sasl/rc4.js";
import { answer, credentials, text } from "./exchange.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("RC4", () => {
  // RFC 6229, whose key stream is what zeros become.
  it.each([
    ["0102030405", "b2396305f03dc027ccc3524a0a1118a8"],
    ["01020304050607", "293f02d47f37c9b633f2af5285feb46b"],
    ["0102030405060708090a0b0c0d0e0f10", "9ac7cc9a609d1ef7b2932899cde41b97"],
  ])("has the stream of key %s", (key, stream) => {
    const cipher = new Rc4(Buffer.from(key, "hex"));
    const bytes = new Uint8Array(16);
    cipher.apply(bytes.subarray(0, 5));
    cipher.apply(bytes.subarray(5));
    expect(hex(bytes)).toBe(stream);
  });
});

// The exchange of RFC 2831 section 4.
const RFC = {
  username: "chris",
  realm: "elwood.innosoft.com",
  nonce: "OA6MG9tEQGm2hh",
  cnonce: "OA6MHXh6VqTrRk",
  digestUri: "imap/elwood.innosoft.com",
  qop: "auth",
  authorizationId: undefined,
  utf8: true,
} as const;

describe("DIGEST-MD5", () => {
  it("proves what the RFC shows, on both sides", () => {
    const secret = digestSecret(RFC, "secret");
    expect(digestResponse(RFC, secret, "AUTHENTICATE")).toBe("d388dad90d4bbd760a152321f2143af7");
    expect(digestResponse(RFC, secret, "")).toBe("ea40f60335c427b5527b84dbabcdfffd");
  });

  const CHALLENGE =
    'realm="first",realm="second",nonce="n0nce",qop="auth",charset=utf-8,algorithm=md5-sess,maxbuf=65536';
  const OPEN = CHALLENGE.replace('qop="auth"', 'qop="auth-conf",cipher="rc4-56,rc4,3des"');
  const FRED = { username: 'fr"ed', password: "s3cret" };

  const proofOf = (message: string, realm = "first", qop: "auth" | "auth-conf" = "auth"): string => {
    const cnonce = String(readDirectives(message)?.get("cnonce")?.[0]);
    const session = {
      ...RFC,
      username: FRED.username,
      realm,
      nonce: "n0nce",
      cnonce,
      digestUri: "libvirt/h",
      qop,
    };
    return `rspauth=${digestResponse(session, digestSecret(session, FRED.password), "")}`;
  };
  const clientOf = (known: object = {}, secure = true): DigestMd5Client =>
    new DigestMd5Client(credentials({ ...FRED, ...known }, { host: "h", secure }));

  it("says what a server needs, and verifies it in return", async () => {
    const client = clientOf();
    expect(await client.start()).toBeUndefined();
    const message = text(await answer(client, CHALLENGE));
    expect(message).toContain('username="fr\\"ed",realm="first",nonce="n0nce",cnonce="');
    expect(message).toContain('nc=00000001,qop=auth,digest-uri="libvirt/h",response=');
    expect(message).not.toContain("cipher");
    expect(client.complete).toBe(false);
    expect(await answer(client, proofOf(message))).toBeUndefined();
    expect(client.complete).toBe(true);
    expect(client.layer).toBeUndefined();
  });

  it("takes the realm that is asked for, if there is one of that name", async () => {
    const message = text(await answer(clientOf({ realm: "second" }), CHALLENGE));
    expect(message).toContain('realm="second"');
    await expect(answer(clientOf({ realm: "third" }), CHALLENGE)).rejects.toThrow(
      'has no realm "third"; use "first" or "second"',
    );
  });

  it("encrypts with the stronger cipher where the transport does not", async () => {
    const client = clientOf({}, false);
    const message = text(await answer(client, OPEN));
    expect(message).toContain('qop=auth-conf,cipher="rc4",maxbuf=65536');
    expect(client.layer?.ssf).toBe(128);
    await answer(client, proofOf(message, "first", "auth-conf"));
    expect(client.complete).toBe(true);
    const weaker = clientOf({}, false);
    await answer(weaker, OPEN.replace("rc4,", ""));
    expect(weaker.layer?.ssf).toBe(56);
  });

  it.each([
    ["only Triple-DES", OPEN.replace("rc4-56,rc4,", ""), "ciphers 3des, of which none will do"],
    ["only weak ciphers", OPEN.replace("rc4-56,rc4,3des", "rc4-40,des"), "ciphers rc4-40, des"],
    ["no ciphers", CHALLENGE.replace('qop="auth"', 'qop="auth-conf"'), "ciphers (none)"],
    ["no encryption", OPEN.replace("auth-conf", "auth,auth-int"), "offers no encryption"],
    ["tiny packets", OPEN.replace("65536", "17"), "takes packets of 17 bytes"],
    ["packets of no size", OPEN.replace("65536", "-1"), "takes packets of -1 bytes"],
  ])("refuses, on an open transport, a server that offers %s", async (_, challenge, reason) => {
    await expect(answer(clientOf({}, false), challenge)).rejects.toThrow(reason);
  });

  it.each([
    ["two nonces", `${CHALLENGE},nonce="other"`, "sent more than one nonce"],
    ["no nonce", CHALLENGE.replace('nonce="n0nce",', ""), "sent no nonce"],
    ["no algorithm", CHALLENGE.replace("algorithm=md5-sess,", ""), "sent no algorithm"],
    ["another algorithm", CHALLENGE.replace("md5-sess", "md5"), "another algorithm"],
    ["a layer of its own only", CHALLENGE.replace('"auth"', '"auth-conf"'), "insists on a security layer"],
    ["something else", "HTTP/1.1 401", "not a message of it"],
    ["an open quote", 'realm="x', "not a message of it"],
    ["nothing", "", "sent no nonce"],
    ["too much", `${CHALLENGE},x="${"y".repeat(60_000)}"`, "not a message of it"],
  ])("refuses a server that sends %s", async (_, challenge, reason) => {
    await expect(answer(clientOf(), challenge)).rejects.toThrow(AuthenticationError);
    await expect(answer(clientOf(), challenge)).rejects.toThrow(reason);
  });

  it.each(["rspauth=00000000000000000000000000000000", 'rspauth=""', "nonce=x", ""])(
    "refuses a server that proves nothing: %j",
    async (last) => {
      const client = clientOf();
      await answer(client, CHALLENGE);
      await expect(answer(client, last)).rejects.toThrow("could not prove");
      expect(client.complete).toBe(false);
      await expect(answer(client, last)).rejects.toThrow("goes on");
    },
  );

  it("sends in ISO 8859-1 what a server without UTF-8 can take, and nothing else", async () => {
    const challenge = CHALLENGE.replace("charset=utf-8,", "");
    const message = await answer(clientOf({ username: "jürgen" }), challenge);
    expect(Buffer.from(message ?? []).toString("latin1")).toContain('username="jürgen"');
    await expect(answer(clientOf({ username: "ψ" }), challenge)).rejects.toThrow("does not take UTF-8");
  });
});

describe("DIGEST-MD5's layer", () => {
  const SECRET = Buffer.alloc(16, 7);
  const pair = (): [DigestLayer, DigestLayer] => [
    new DigestLayer("rc4", SECRET, 65_536),
    new DigestLayer("rc4", SECRET, 65_536, "server"),
  ];

  it("carries packets of any size in both directions", () => {
    const [client, server] = pair();
    for (const size of [0, 1, 1000, client.maxPlain]) {
      const plain = Uint8Array.from({ length: size }, (_, i) => i);
      const wrapped = client.wrap(plain);
      expect(wrapped.length).toBeLessThanOrEqual(client.maxWrapped);
      expect(hex(server.unwrap(wrapped))).toBe(hex(plain));
      expect(hex(client.unwrap(server.wrap(plain)))).toBe(hex(plain));
    }
  });

  it("leaves what it wraps as it is", () => {
    const plain = Uint8Array.of(1, 2, 3);
    expect(hex(pair()[0].wrap(plain))).not.toContain("010203");
    expect([...plain]).toEqual([1, 2, 3]);
  });

  it.each([
    ["in its text", 0],
    ["in its MAC", 105],
    ["in its type", 111],
    ["in its number", 115],
  ])("notices a packet that was changed %s", (_, at) => {
    const [client, server] = pair();
    const wrapped = client.wrap(new Uint8Array(100));
    wrapped[at] = (wrapped[at] ?? 0) ^ 1;
    expect(() => server.unwrap(wrapped)).toThrow(/changed on its way|number/);
  });

  it("notices packets that are repeated, left out, or sent back", () => {
    const packet = (client: DigestLayer): Uint8Array => client.wrap(Buffer.from("packet"));
    {
      const [client, server] = pair();
      const first = packet(client);
      server.unwrap(Uint8Array.from(first));
      expect(() => server.unwrap(first)).toThrow("MAC is wrong");
    }
    {
      const [client, server] = pair();
      packet(client);
      expect(() => server.unwrap(packet(client))).toThrow("MAC is wrong");
    }
    {
      const [client] = pair();
      expect(() => client.unwrap(packet(client))).toThrow("MAC is wrong");
    }
  });

  it("notices packets that are too short for a MAC", () => {
    expect(() => pair()[1].unwrap(new Uint8Array(15))).toThrow("only 15 bytes");
    expect(() => pair()[1].unwrap(new Uint8Array(0))).toThrow("only 0 bytes");
  });
});
