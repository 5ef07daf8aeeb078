import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SecureVersion, TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { CallAbortedError, CallTimeoutError, ConnectError } from "../../src/errors/index.js";
import { createCertificateAuthority, createRevocationList } from "../../src/pki/index.js";
import type { DialOptions } from "../../src/transport/index.js";
import { expectNoLeaks } from "../support/leaks.js";
import { freePort } from "../support/libvirtd.js";
import { END_EXTENSIONS, EXPIRED, FUTURE, opensslCertificate, type Pair, TestPki } from "../support/pki.js";
import { collect, pattern } from "./collector.js";
import { ACCEPTED, close, FakeServer, fromMemory, open, refusal } from "./tls-server.js";

let pki: TestPki;
let ours: DialOptions;
beforeAll(async () => {
  pki = await TestPki.make();
  ours = fromMemory(pki);
});
afterAll(async () => {
  await pki[Symbol.asyncDispose]();
});

const VERSIONS: readonly SecureVersion[] = ["TLSv1.2", "TLSv1.3"];

/** The message of a connection that must fail, and leave nothing behind. */
async function messageOf(server: FakeServer, options = ours, host?: string): Promise<string> {
  const error = await expectNoLeaks(() => refusal(server.uri(host), options));
  expect(error).toBeInstanceOf(ConnectError);
  return error.message;
}

describe.each(VERSIONS)("a server with %s", (version) => {
  const only = { minVersion: version, maxVersion: version };
  const reply = pattern(300_000);

  it.each<[string, (socket: TLSSocket) => void]>([
    [
      "the confirmation alone",
      (socket) => socket.write(ACCEPTED, () => setTimeout(() => socket.end(reply), 20)),
    ],
    ["the confirmation and a reply in one record", (socket) => socket.end(Buffer.concat([ACCEPTED, reply]))],
    [
      "the confirmation and the reply's first byte",
      (socket) => {
        socket.write(Buffer.concat([ACCEPTED, reply.subarray(0, 1)]));
        setTimeout(() => socket.end(reply.subarray(1)), 20);
      },
    ],
  ])("may send %s", async (_, talk) => {
    await using server = await FakeServer.tls(pki.server, talk, only);
    await expectNoLeaks(async () => {
      const transport = await open(server.uri(), ours);
      expect(transport).toMatchObject({
        peer: `tls:127.0.0.1:${server.port}`,
        secure: true,
        encrypted: true,
      });
      // Somebody else's turn, in which nothing may get lost.
      await sleep(5);
      const owner = collect(transport);
      await owner.closed;
      expect(owner.offences).toEqual([]);
      expect(Buffer.compare(owner.content, reply)).toBe(0);
      expect(owner.error).toBeUndefined();
    });
  });

  it("gets what is written, and everything is over when it has ended", async () => {
    const received: Buffer[] = [];
    await using server = await FakeServer.tls(
      pki.server,
      (socket) => {
        socket.write(ACCEPTED);
        socket.on("data", (chunk) => received.push(chunk)).on("end", () => socket.end("bye"));
      },
      only,
    );
    await expectNoLeaks(async () => {
      const transport = await open(server.uri(), ours);
      const owner = collect(transport);
      transport.write(reply.subarray(0, 1000));
      transport.write(reply.subarray(1000));
      transport.end();
      await owner.closed;
      expect(Buffer.compare(Buffer.concat(received), reply)).toBe(0);
      expect(owner.text).toBe("bye");
    });
  });

  it("may refuse our certificate by hanging up", async () => {
    await using server = await FakeServer.tls(pki.server, (socket) => socket.end(), only);
    const message = await messageOf(server);
    expect(message).toContain(
      `Cannot connect to tls:127.0.0.1:${server.port}: the server refused our certificate`,
    );
    expect(message).toContain("it hung up in place of 1");
    expect(message).toContain('It is "C=GB,O=Libvirt Project,CN=client1", from tls.cert');
    expect(message).toContain('signed by "O=Tests,CN=Test CA"');
    expect(message).toContain(`serial number ${pki.client.serialNumber}`);
    expect(message).toContain("tls_allowed_dn_list");
    await server.left();
  });

  it("may refuse us for having none", async () => {
    await using server = await FakeServer.tls(pki.server, (socket) => socket.end(), only);
    const message = await messageOf(server, { ...ours, tls: { ca: pki.ca.certificate } });
    expect(message).toContain("no certificate was sent");
    expect(message).toContain("tls_no_verify_certificate");
  });

  it.each([
    ["0", Uint8Array.of(0), "it sent 0 in place of 1"],
    ["2 and a flood", pattern(4_000_000, 2), /it sent \d+ in place of 1/],
    ["what a web server sends", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "it sent 72 in place of 1"],
  ])("may refuse us with %s", async (_, bytes, message) => {
    await using server = await FakeServer.tls(pki.server, (socket) => socket.write(bytes), only);
    expect(await messageOf(server)).toMatch(message);
  });

  it("may break off instead of confirming", async () => {
    await using server = await FakeServer.tls(
      pki.server,
      (socket) => {
        // Behind TLS' back, so that no orderly end is sent.
        setImmediate(() =>
          (socket as unknown as { _parent: { resetAndDestroy(): void } })._parent.resetAndDestroy(),
        );
      },
      only,
    );
    expect(await messageOf(server)).toMatch(
      /refused our certificate \((?:ECONNRESET|it hung up in place of 1)\)/,
    );
  });

  it("is left when it stays silent for too long, or the caller has enough", async () => {
    await using server = await FakeServer.tls(pki.server, () => {}, only);
    await expectNoLeaks(async () => {
      const late = await refusal(server.uri(), { ...ours, timeoutMs: 150 });
      expect(late).toBeInstanceOf(CallTimeoutError);
      expect(late.message).toContain(`Connecting to tls:127.0.0.1:${server.port} took longer than 150 ms`);
      const signal = AbortSignal.timeout(100);
      expect(await refusal(server.uri(), { ...ours, signal })).toBeInstanceOf(CallAbortedError);
    });
    await server.left();
  });

  it("cannot make us take more than we read", async () => {
    let sent = 0;
    await using server = await FakeServer.tls(
      pki.server,
      (socket) => {
        socket.write(ACCEPTED);
        const chunk = Buffer.alloc(1 << 20);
        const more = (): void => {
          if (sent < 200) socket.write(chunk, more);
          sent++;
        };
        more();
      },
      only,
    );
    const transport = await open(server.uri(), ours);
    for (let before = -1; before !== sent; await sleep(300)) before = sent;
    expect(sent).toBeLessThan(50);
    await close(transport);
  });

  it("cannot be one whose versions we do not want", async () => {
    const other = version === "TLSv1.2" ? "TLSv1.3" : "TLSv1.2";
    await using server = await FakeServer.tls(pki.server, (socket) => socket.write(ACCEPTED), only);
    const tls = { ...ours.tls, minVersion: other, maxVersion: other } as const;
    expect(await messageOf(server, { ...ours, tls })).toContain("no version of TLS in common");
    const priority = `?tls_priority=NORMAL:-VERS-${version.slice(0, 3)}${version.slice(4)}`;
    const error = await refusal(server.uri("127.0.0.1", priority), ours);
    expect(error.message).toContain("no version of TLS in common");
    // What the caller says in OpenSSL's words comes first.
    await close(await open(server.uri("127.0.0.1", priority), { ...ours, tls: { ...ours.tls, ...only } }));
  });

  it("may refuse our certificate with an alert", async () => {
    const dir = await pki.serverFolder(`s_server-${version}`);
    const rogue = await createCertificateAuthority({ commonName: "Rogue" });
    await writeFile(join(dir, "cacert.pem"), rogue.certificate);
    const port = await freePort();
    const files = ["-cert", join(dir, "servercert.pem"), "-key", join(dir, "serverkey.pem")];
    const verify = ["-Verify", "1", "-verify_return_error", "-CAfile", join(dir, "cacert.pem")];
    const flag = version === "TLSv1.2" ? "-tls1_2" : "-tls1_3";
    const args = ["s_server", "-accept", `127.0.0.1:${port}`, flag, "-quiet", ...files, ...verify];
    const child = spawn("openssl", args, { stdio: "ignore" });
    try {
      const uri = `test+tls://127.0.0.1:${port}/default`;
      const attempt = async (tls: DialOptions["tls"]): Promise<string> => {
        for (;;) {
          const { message } = await refusal(uri, { ...ours, tls });
          if (!message.includes("ECONNREFUSED")) return message;
          await sleep(10);
        }
      };
      expect(await attempt(ours.tls)).toMatch(/refused our certificate \(ERR_SSL_\w*ALERT_UNKNOWN_CA\)/);
      const none = await attempt({ ca: pki.ca.certificate });
      expect(none).toMatch(
        /refused this client \(ERR_SSL_\w*ALERT_(?:HANDSHAKE_FAILURE|CERTIFICATE_REQUIRED)\)|no cipher in common/,
      );
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });
});

describe("a server that is not the right one", () => {
  const refuses = async (certificate: Pair, options = ours, host = "127.0.0.1"): Promise<string> => {
    await using server = await FakeServer.tls(certificate, (socket) => socket.write(ACCEPTED));
    return await messageOf(server, options, host);
  };

  it("is signed by somebody else, or by itself", async () => {
    await using other = await TestPki.make();
    const message = await refuses(other.server, ours);
    expect(message).toContain(
      'is signed by "O=Tests,CN=Test CA", which no certificate in tls.ca vouches for',
    );
    const alone = await opensslCertificate("/CN=localhost", END_EXTENSIONS);
    expect(await refuses(alone)).toMatch(
      /"CN=localhost"\) is signed by itself, which no certificate in tls\.ca/,
    );
  });

  it("has another name", async () => {
    const named = await pki.issueServer({ names: ["a.example.org", "192.0.2.1"] });
    for (const host of ["localhost", "127.0.0.1"]) {
      const message = await refuses(named, ours, host);
      expect(message).toContain(
        `the server's certificate is not for "${host}", but for DNS:a.example.org, IP Address:192.0.2.1.`,
      );
      expect(message).toContain("tls.serverName");
    }
    await using server = await FakeServer.tls(named, (socket) => socket.write(ACCEPTED));
    for (const serverName of ["a.example.org", "A.Example.org", "192.0.2.1"]) {
      await close(await open(server.uri(), { ...ours, tls: { ...ours.tls, serverName } }));
    }
  });

  it("is out of date, or its authority is", async () => {
    const expired = await refuses(await pki.issueServer(EXPIRED));
    expect(expired).toMatch(
      /the server's certificate expired on .* GMT \(CERT_HAS_EXPIRED\); issue a new one/,
    );
    expect(expired).toContain(`${new Date().getUTCFullYear()}`);
    const early = await refuses(await pki.issueServer(FUTURE));
    expect(early).toMatch(/the server's certificate is not valid before .* \(CERT_NOT_YET_VALID\)/);
  });

  it("is revoked", async () => {
    const crl = await createRevocationList(pki.ca, [pki.server]);
    const message = await refuses(pki.server, { ...ours, tls: { ...ours.tls, crl } });
    expect(message).toContain(`(serial number ${pki.server.serialNumber}) is revoked by tls.crl`);
    await using server = await FakeServer.tls(pki.server, (socket) => socket.write(ACCEPTED));
    const other = await createRevocationList(pki.ca, [pki.client], EXPIRED);
    await close(await open(server.uri(), { ...ours, tls: { ...ours.tls, crl: other } }));
    const nonsense = await refusal(server.uri(), { ...ours, tls: { ...ours.tls, crl: "nonsense" } });
    expect(nonsense.message).toContain("tls.crl is not a certificate revocation list in PEM form");
  });

  it("has a certificate for something else", async () => {
    expect(await refuses(pki.client)).toContain("its extended key usage lacks serverAuth");
    expect(await refuses(pki.ca)).toContain("is not for servers (INVALID_PURPOSE)");
    const extensions = ["basicConstraints=critical,CA:TRUE", "subjectAltName=IP:127.0.0.1"];
    const between = await opensslCertificate("/CN=Between", extensions, pki.ca);
    expect(await refuses(between)).toContain("is an authority's (CA:TRUE)");
    const below = await opensslCertificate("/CN=localhost", END_EXTENSIONS, between);
    const chain = { ...below, certificate: below.certificate + between.certificate };
    expect(await refuses(chain)).toMatch(/signed by "CN=Between", which .* \(PATH_LENGTH_EXCEEDED\)/);
    const alone = await opensslCertificate("/CN=localhost", extensions);
    const trusting = { ...ours, tls: { ca: alone.certificate } };
    expect(await refuses(alone, trusting)).toContain("is an authority's (CA:TRUE)");
  });

  it("can be anybody with verify: false", async () => {
    await using other = await TestPki.make();
    await using server = await FakeServer.tls(other.server, (socket) => socket.write(ACCEPTED));
    await close(await open(server.uri(), { ...ours, tls: { ...ours.tls, verify: false } }));
    await close(await open(server.uri("localhost", "?no_verify=1"), ours));
    await close(await open(server.uri("localhost", "?no_verify=1"), { ...ours, tls: {} }));
    await expect(
      open(server.uri("127.0.0.1", "?no_verify=1"), { ...ours, tls: { ...ours.tls, verify: true } }),
    ).rejects.toThrow("vouches for");
  });
});

describe("a port where no TLS is spoken", () => {
  it.each([
    ["SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"],
    ["a mail server", "220 mail.example.org ESMTP\r\n"],
    ["HTTP", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"],
    ["an RPC packet", "\0\0\0\x1c\x20\0\x80\x86\0\0\0\x01\0\0\0\x42\0\0\0\x01\0\0\0\0\0\0\0\0"],
  ])("is told from TLS: %s", async (_, greeting) => {
    await using server = await FakeServer.plain((socket) => socket.write(greeting));
    const message = await messageOf(server);
    expect(message).toMatch(/what listens there does not speak TLS \(ERR_SSL_\w+\); is the port right\?/);
  });

  it("is told from TLS: a web server", async () => {
    const server = createHttpServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { message } = await refusal(`test+tls://127.0.0.1:${port}/default`, ours);
    server.close();
    expect(message).toMatch(/does not speak TLS/);
  });

  it("hangs up, at once or on our greeting", async () => {
    await using hasty = await FakeServer.plain((socket) => socket.destroy());
    expect(await messageOf(hasty)).toMatch(/hung up during the TLS handshake \(\w+\)/);
    await using polite = await FakeServer.plain((socket) => socket.once("data", () => socket.end()));
    expect(await messageOf(polite)).toMatch(/hung up during the TLS handshake \(ECONNRESET\).*max_clients/);
  });

  it("is left when it stays silent for too long", async () => {
    await using server = await FakeServer.plain(() => {});
    const late = await expectNoLeaks(() => refusal(server.uri(), { ...ours, timeoutMs: 150 }));
    expect(late).toBeInstanceOf(CallTimeoutError);
  });

  it("is closed", async () => {
    const port = await freePort();
    const { message } = await refusal(`test+tls://127.0.0.1:${port}/default`, ours);
    expect(message).toContain("ECONNREFUSED");
    expect(message).toContain("listen_tls = 1");
  });
});
