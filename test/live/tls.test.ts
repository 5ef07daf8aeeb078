import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  CallTimeoutError,
  ConnectError,
  type Connection,
  ConnectionClosedError,
  type ConnectOptions,
  connect,
  InvalidValueError,
} from "../../src/index.js";
import type { KeyType } from "../../src/pki/index.js";
import { expectNoLeaks } from "../support/leaks.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { TestPki, tool } from "../support/pki.js";
import { virsh } from "../support/virsh.js";

const KEY_TYPES: readonly KeyType[] = ["ecdsa", "rsa", "ed25519"];

async function use(conn: Connection): Promise<void> {
  const [domain] = await conn.listAllDomains();
  expect(domain?.name).toBe("test");
  expect(await conn.isEncrypted()).toBe(true);
  expect(await conn.isSecure()).toBe(true);
}

describe.each(KEY_TYPES)("a server and a client with %s keys of our making", (keyType) => {
  let pki: TestPki;
  let daemon: Libvirtd;
  let folder: string;
  beforeAll(async () => {
    pki = await TestPki.make(keyType);
    folder = await pki.folder("client");
    daemon = await startLibvirtd({ tls: await pki.serverFolder("server") });
  });
  afterAll(async () => {
    await daemon.stop();
    await pki[Symbol.asyncDispose]();
  });

  const uri = (query = ""): string =>
    `test+tls://localhost:${daemon.tlsPort}/default?pkipath=${folder}&${query}`;

  // GnuTLS keeps a client's Ed25519 certificate to itself with TLS 1.2.
  const priorities = ["NORMAL:-VERS-ALL:%2BVERS-TLS1.3"];
  if (keyType !== "ed25519") priorities.push("NORMAL:-VERS-TLS1.3");

  it.each(priorities)("are taken by virsh, with %s", async (priority) => {
    const { code, stdout, stderr } = await virsh(uri(`tls_priority=${priority}`), "list", "--name");
    expect({ code, stderr, stdout: stdout.trim() }).toEqual({ code: 0, stderr: "", stdout: "test" });
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("are taken by us, with %s", async (version) => {
    await expectNoLeaks(async () => {
      const conn = await connect(uri(), { tls: { minVersion: version, maxVersion: version } });
      await use(conn);
      const capabilities = await conn.getCapabilities();
      const all = await Promise.all(Array.from({ length: 100 }, () => conn.getCapabilities()));
      expect(all.filter((each) => each !== capabilities)).toEqual([]);
      await conn.close();
    });
  });

  it("are taken from memory", async () => {
    const tls = { ca: pki.ca.certificate, cert: pki.client.certificate, key: Buffer.from(pki.client.key) };
    await expectNoLeaks(async () => {
      const conn = await connect(`test+tls://127.0.0.1:${daemon.tlsPort}/default`, { tls });
      await use(conn);
      await conn.close();
    });
  });
});

describe("a connection over TLS", () => {
  let pki: TestPki;
  let daemon: Libvirtd;
  let options: ConnectOptions;
  beforeAll(async () => {
    pki = await TestPki.make();
    daemon = await startLibvirtd({ tls: await pki.serverFolder("server") });
    const { ca, client } = pki;
    options = { tls: { ca: ca.certificate, cert: client.certificate, key: client.key } };
  });
  afterAll(async () => {
    await daemon.stop();
    await pki[Symbol.asyncDispose]();
  });

  const uri = (query = ""): string => `test+tls://127.0.0.1:${daemon.tlsPort}/default?${query}`;

  it("tells that it is lost when the daemon dies, and comes back when that does", async () => {
    await expectNoLeaks(async () => {
      const conn = await connect(uri(), options);
      const kept = await connect(uri(), { ...options, reconnect: { minDelayMs: 5, maxDelayMs: 50 } });
      await daemon.restart();
      await expect(conn.getHostname()).rejects.toThrow(ConnectionClosedError);
      for (;;) {
        const hostname = await kept.getHostname().catch((error: unknown) => {
          if (error instanceof ConnectionClosedError) return undefined;
          throw error;
        });
        if (hostname !== undefined) break;
      }
      await kept.close();
      await conn.close();
    });
  });

  it("opens an encrypted key with a passphrase that is given or asked for, and tells it nobody", async () => {
    const secret = "öffne dich";
    const clear = await pki.folder("clear");
    const key = (
      await tool("openssl", "pkcs8", "-topk8", "-passout", `pass:${secret}`, "-in", `${clear}/clientkey.pem`)
    ).replace(/^[^-]*/, "");
    const locked = { ...options.tls, key };
    const given = await connect(uri(), { tls: { ...locked, passphrase: secret } });
    await use(given);
    const asked: unknown[] = [];
    const conn = await connect(uri(), {
      tls: locked,
      auth: {
        ask: (request) => {
          asked.push(request);
          return secret;
        },
      },
    });
    await use(conn);
    expect(asked).toEqual([{ kind: "passphrase", service: "libvirt", host: "127.0.0.1", prompt: "tls.key" }]);
    const ask = (): Promise<string> => new Promise(() => {});
    await expect(connect(uri(), { tls: locked, auth: { ask }, timeoutMs: 100 })).rejects.toThrow(
      CallTimeoutError,
    );
    const shown = inspect([given, conn], { depth: 10, showHidden: true });
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain("PRIVATE KEY");
    await Promise.all([given.close(), conn.close()]);
    for (const [tls, message] of [
      [locked, "tls.key is encrypted, and no passphrase is given"],
      [{ ...locked, passphrase: "wrong secret" }, "the passphrase does not open it"],
      [{ ...locked, passphrase: "wrong secret", sanityCheck: false }, "OpenSSL cannot use the certificates"],
    ] as const) {
      const error: unknown = await connect(uri(), { tls }).catch((refusal: unknown) => refusal);
      expect(error).toBeInstanceOf(ConnectError);
      expect((error as Error).message).toContain(message);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/wrong secret|BEGIN|öffne/);
    }
  });

  it.each<[string, NonNullable<ConnectOptions["tls"]>]>([
    ["tls.ca is of type number", { ca: 7 as never }],
    ["tls.cert is of type object", { cert: {} as never, key: "" }],
    ["does not take these settings of TLS", { ciphers: "NONSENSE" }],
    ["does not take these settings of TLS", { minVersion: "TLSv9" as never }],
  ])("tells what is no setting: %s", async (message, tls) => {
    const refused = connect(uri(), { tls: { ...options.tls, ...tls } });
    await expect(refused).rejects.toThrow(InvalidValueError);
    await expect(refused).rejects.toThrow(message);
  });

  it("needs an authority, unless any server will do", async () => {
    await expect(connect(uri("pkipath=/nonexistent"))).rejects.toThrow(
      "No certificate authority to check the server with: looked for /nonexistent/cacert.pem.",
    );
    await expect(connect(uri("pkipath=/nonexistent&no_verify=1"))).rejects.toThrow("no certificate was sent");
  });
});
