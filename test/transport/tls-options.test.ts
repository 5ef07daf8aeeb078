import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createSecureContext, type PeerCertificate, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { InvalidUriError } from "../../src/errors/index.js";
import type { DialOptions } from "../../src/transport/index.js";
import { readPriority } from "../../src/transport/tls/priority.js";
import { expectNoLeaks } from "../support/leaks.js";
import { CA_EXTENSIONS, END_EXTENSIONS, opensslCertificate, TestPki, tool } from "../support/pki.js";
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

/** What a server gets to see of us. */
interface Seen {
  readonly protocol: string | null;
  readonly cipher: string;
  readonly chain: readonly string[];
  readonly name: string | false | null;
}

function chainOf(certificate: PeerCertificate & { issuerCertificate?: PeerCertificate }): string[] {
  const names: string[] = [];
  const seen = new Set<unknown>();
  for (
    let next: typeof certificate | undefined = certificate;
    next?.subject !== undefined && !seen.has(next);
    next = next.issuerCertificate
  ) {
    seen.add(next);
    names.push([next.subject.CN].flat().join());
  }
  return names;
}

async function seen(options: DialOptions, host = "127.0.0.1", query = ""): Promise<Seen> {
  let view: Seen | undefined;
  const context = createSecureContext({ cert: pki.server.certificate, key: pki.server.key });
  await using server = await FakeServer.tls(
    pki.server,
    (socket: TLSSocket) => {
      view = {
        protocol: socket.getProtocol(),
        cipher: socket.getCipher().name,
        chain: chainOf(socket.getPeerCertificate(true)),
        name: (socket as TLSSocket & { servername: string | false | null }).servername,
      };
      socket.write(ACCEPTED);
    },
    { requestCert: true, rejectUnauthorized: false, SNICallback: (_, done) => done(null, context) },
  );
  await close(await open(server.uri(host, query), options));
  if (view === undefined) throw new Error("no connection");
  return view;
}

describe("options of TLS", () => {
  it("show the server the name that it must have, and never an address", async () => {
    expect(await seen(ours, "localhost")).toMatchObject({ name: "localhost" });
    expect((await seen(ours)).name).toBe(false);
    expect((await seen({ ...ours, tls: { ...ours.tls, serverName: "localhost" } }, "127.0.0.1")).name).toBe(
      "localhost",
    );
    expect((await seen({ ...ours, tls: { ...ours.tls, serverName: "127.0.0.1" } }, "localhost")).name).toBe(
      false,
    );
  });

  it("choose version and cipher", async () => {
    expect((await seen(ours)).protocol).toBe("TLSv1.3");
    const old = { ...ours, tls: { ...ours.tls, maxVersion: "TLSv1.2" as const } };
    expect((await seen(old)).protocol).toBe("TLSv1.2");
    const ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305";
    expect(await seen({ ...old, tls: { ...old.tls, ciphers } })).toMatchObject({ cipher: ciphers });
    const newer = { ...ours, tls: { ...ours.tls, ciphers: "TLS_CHACHA20_POLY1305_SHA256" } };
    expect(await seen(newer)).toMatchObject({ cipher: "TLS_CHACHA20_POLY1305_SHA256" });
    const priority = "?tls_priority=NORMAL:-VERS-TLS1.3";
    expect((await seen(ours, "localhost", priority)).protocol).toBe("TLSv1.2");
    const configured = { ...ours, tlsPriority: "NORMAL:-VERS-TLS1.3" };
    expect((await seen(configured)).protocol).toBe("TLSv1.2");
    expect((await seen(configured, "localhost", "?tls_priority=NORMAL")).protocol).toBe("TLSv1.3");
    expect((await seen({ ...configured, tls: { ...ours.tls, minVersion: "TLSv1.3" } })).protocol).toBe(
      "TLSv1.3",
    );
  });

  it("send intermediate certificates, and trust one alone", async () => {
    const root = await opensslCertificate("/CN=Root", CA_EXTENSIONS);
    const between = await opensslCertificate("/CN=Between", CA_EXTENSIONS, root);
    const leaf = await opensslCertificate("/CN=leaf", END_EXTENSIONS, between);
    const cert = leaf.certificate + between.certificate;
    const ca = [pki.ca.certificate, Buffer.from(root.certificate)];
    const mine = { ...ours, tls: { ca, cert, key: leaf.key } };
    expect((await seen(mine)).chain).toEqual(["leaf", "Between"]);

    const names = ["subjectAltName=IP:127.0.0.1", ...END_EXTENSIONS];
    const below = await opensslCertificate("/CN=server", names, between);
    await using server = await FakeServer.tls(below, (socket) => socket.write(ACCEPTED));
    const trusting = { ...ours, tls: { ca: between.certificate } };
    await close(await open(server.uri(), trusting));
    const strict = { ...ours, tls: { ca: root.certificate } };
    expect((await refusal(server.uri(), strict)).message).toContain("vouches for");
    const complete = { ...below, certificate: below.certificate + between.certificate };
    await using other = await FakeServer.tls(complete, (socket) => socket.write(ACCEPTED));
    await close(await open(other.uri(), strict));
  });

  it("take what they do not have from the folder that is named", async () => {
    const folder = await pki.folder("folder");
    const from = { ...ours, tls: { pkipath: folder } };
    expect((await seen(from)).chain[0]).toBe("client1");
    expect((await seen({ ...ours, tls: {} }, "localhost", `?pkipath=${folder}`)).chain[0]).toBe("client1");
    const mixed = await pki.issueClient({ commonName: "mixed" });
    const tls = { pkipath: folder, cert: mixed.certificate, key: mixed.key };
    expect((await seen({ ...ours, tls })).chain[0]).toBe("mixed");
    const other = { pkipath: folder };
    expect((await seen({ ...ours, tls: other }, "localhost", "?pkipath=/nonexistent")).chain[0]).toBe(
      "client1",
    );
  });

  it("do not wait for a file that never ends, and tell one that cannot be read", async () => {
    const folder = await pki.folder("pipe", { client: undefined });
    await tool("mkfifo", join(folder, "clientcert.pem"));
    await using server = await FakeServer.tls(pki.server, (socket) => socket.write(ACCEPTED));
    const { message: empty } = await refusal(server.uri(), { ...ours, tls: { pkipath: folder } });
    expect(empty).toContain("clientcert.pem has no certificate in PEM form");
    const strange = join(pki.dir, "strange");
    await mkdir(join(strange, "cacert.pem"), { recursive: true });
    await expectNoLeaks(async () => {
      const { message } = await refusal(server.uri(), { ...ours, tls: { pkipath: strange } });
      expect(message).toContain(`${strange}/cacert.pem cannot be read (`);
      expect(message).toContain("EISDIR");
    });
  });
});

describe("a priority string", () => {
  it.each([
    ["NORMAL", "TLSv1.2", "TLSv1.3"],
    ["normal", "TLSv1.2", "TLSv1.3"],
    ["PERFORMANCE", "TLSv1.2", "TLSv1.3"],
    ["@SYSTEM", "TLSv1.2", "TLSv1.3"],
    ["@LIBVIRT,SYSTEM", "TLSv1.2", "TLSv1.3"],
    ["NORMAL:-VERS-TLS1.3", "TLSv1.2", "TLSv1.2"],
    ["NORMAL:!VERS-TLS1.2", "TLSv1.3", "TLSv1.3"],
    ["NORMAL:-VERS-ALL:+VERS-TLS1.3", "TLSv1.3", "TLSv1.3"],
    ["NORMAL:-VERS-TLS-ALL:+VERS-TLS1.2:+VERS-TLS1.1", "TLSv1.2", "TLSv1.2"],
    ["NORMAL:-VERS-TLS1.0:-VERS-TLS1.1:-VERS-SSL3.0", "TLSv1.2", "TLSv1.3"],
  ])("has a meaning: %s", (priority, minVersion, maxVersion) => {
    expect(readPriority(priority)).toEqual({ minVersion, maxVersion });
  });

  it.each([
    ["", 'begins with ""'],
    ["SECURE256", 'begins with "SECURE256"'],
    ["NORMAL:", 'has the term ""'],
    ["NORMAL:-CIPHER-ALL", 'has the term "-CIPHER-ALL"'],
    ["NORMAL:%SERVER_PRECEDENCE", 'has the term "%SERVER_PRECEDENCE"'],
    ["NORMAL:-VERS-ALL", "leaves neither TLS 1.2 nor 1.3"],
    ["NORMAL:-VERS-ALL:+VERS-TLS1.1", "leaves neither TLS 1.2 nor 1.3"],
  ])("has none: %s", (priority, message) => {
    expect(() => readPriority(priority)).toThrow(InvalidUriError);
    expect(() => readPriority(priority)).toThrow(message);
    expect(() => readPriority(priority)).toThrow("tls.minVersion, tls.maxVersion or tls.ciphers");
  });
});
