import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { InvalidValueError } from "../../src/errors/index.js";
import {
  createCertificateAuthority,
  createRevocationList,
  issueClientCertificate,
  issueServerCertificate,
  type KeyType,
  PKI_FILES,
  type ServerCertificateOptions,
  type SubjectName,
  writePkiDirectory,
} from "../../src/pki/index.js";
import { CA_EXTENSIONS, DAY_MS, opensslCertificate, TestPki, tool } from "../support/pki.js";
import { run } from "../support/virsh.js";

const KEY_TYPES: readonly KeyType[] = ["ecdsa", "rsa", "ed25519"];
const pkis = new Map<KeyType, TestPki>();
beforeAll(async () => {
  for (const type of KEY_TYPES) pkis.set(type, await TestPki.make(type));
});
afterAll(async () => {
  for (const pki of pkis.values()) await pki[Symbol.asyncDispose]();
});

function pkiOf(type: KeyType = "ecdsa"): TestPki {
  const pki = pkis.get(type);
  if (pki === undefined) throw new Error(`no PKI with ${type} keys`);
  return pki;
}

describe.each(KEY_TYPES)("certificates with %s keys", (type) => {
  it("stand before openssl's strict check", async () => {
    const pki = pkiOf(type);
    const dir = await pki.folder("openssl", { server: pki.server });
    const verify = ["verify", "-x509_strict", "-CAfile", join(dir, "cacert.pem")];
    await tool(
      "openssl",
      ...verify,
      "-purpose",
      "sslserver",
      "-verify_hostname",
      "localhost",
      join(dir, "servercert.pem"),
    );
    await tool("openssl", ...verify, "-purpose", "sslclient", join(dir, "clientcert.pem"));
    const other = await run("openssl", [...verify, "-purpose", "sslserver", join(dir, "clientcert.pem")]);
    expect(other.code).not.toBe(0);
  });

  it("stand before GnuTLS' check", async () => {
    const pki = pkiOf(type);
    const dir = await pki.folder("certtool", { server: pki.server });
    for (const [file, purpose] of [
      ["servercert.pem", "1.3.6.1.5.5.7.3.1"],
      ["clientcert.pem", "1.3.6.1.5.5.7.3.2"],
    ] as const) {
      const args = ["--verify", "--verify-profile", "medium", "--verify-purpose", purpose];
      const said = await tool(
        "certtool",
        ...args,
        "--load-ca-certificate",
        join(dir, "cacert.pem"),
        "--infile",
        join(dir, file),
      );
      expect(said).toContain("Verified. The certificate is trusted.");
    }
  });

  it("are revoked by lists that openssl and GnuTLS take", async () => {
    const pki = pkiOf(type);
    const revocationList = await createRevocationList(pki.ca, [pki.client]);
    const dir = await pki.folder("revoked", { server: pki.server, revocationList });
    const [ca, crl] = [join(dir, "cacert.pem"), join(dir, "cacrl.pem")];
    expect(await tool("certtool", "--verify-crl", "--load-ca-certificate", ca, "--infile", crl)).toContain(
      "Verified.",
    );
    const verify = (file: string): ReturnType<typeof run> =>
      run("openssl", ["verify", "-crl_check", "-CRLfile", crl, "-CAfile", ca, join(dir, file)]);
    expect((await verify("servercert.pem")).stderr).toBe("");
    expect((await verify("clientcert.pem")).stderr).toContain("certificate revoked");
  });
});

describe("certificates", () => {
  it("have the names, times and serial numbers that were asked for", async () => {
    const ca = await createCertificateAuthority({
      commonName: 'Prüfstelle, "A"',
      organization: "Ö & Co",
      organizationalUnit: "IT",
      country: "de",
      state: "Bayern",
      locality: "München",
      notBefore: new Date("2020-01-01T00:00:00Z"),
      notAfter: new Date("2060-06-01T12:30:00Z"),
    });
    const root = new X509Certificate(ca.certificate);
    expect(root.subject.split("\n")).toEqual([
      "C=DE",
      "ST=Bayern",
      "L=München",
      "O=Ö & Co",
      "OU=IT",
      'CN=Prüfstelle\\, \\"A\\"',
    ]);
    expect(root.issuer).toBe(root.subject);
    expect([new Date(root.validFrom), new Date(root.validTo)]).toEqual([
      new Date("2020-01-01T00:00:00Z"),
      new Date("2060-06-01T12:30:00Z"),
    ]);
    const names = ["host.example.org", "*.exämple.org", "192.0.2.7", "2001:db8::7", "::ffff:192.0.2.1"];
    const made = await issueServerCertificate(ca, { names, days: 10 });
    const server = new X509Certificate(made.certificate);
    expect(server.subject).toBe("CN=host.example.org");
    expect(server.issuer).toBe(root.subject);
    expect(server.subjectAltName).toBe(
      "DNS:host.example.org, DNS:*.xn--exmple-cua.org, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7, IP Address:0:0:0:0:0:FFFF:C000:201",
    );
    expect(server.serialNumber).toBe(made.serialNumber);
    expect(server.checkIssued(root) && server.verify(root.publicKey)).toBe(true);
    expect(server.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
    const days = (Date.parse(server.validTo) - Date.now()) / DAY_MS;
    expect(days).toBeGreaterThan(9.9);
    expect(days).toBeLessThanOrEqual(10);
  });

  it("never have the same serial number", async () => {
    const { ca } = pkiOf();
    const made = await Promise.all(
      Array.from({ length: 20 }, () => issueClientCertificate(ca, { commonName: "c" })),
    );
    expect(new Set(made.map(({ serialNumber }) => serialNumber)).size).toBe(20);
  });

  it("are issued by an authority whose key is encrypted, and by one of openssl's", async () => {
    const passphrase = "wörd";
    const ca = await createCertificateAuthority({ commonName: "A", passphrase });
    expect(ca.key).toContain("ENCRYPTED");
    await issueClientCertificate(ca, { commonName: "c" });
    const { certificate, key } = ca;
    for (const wrong of [undefined, "guess"]) {
      const refused = issueClientCertificate({ certificate, key, passphrase: wrong }, { commonName: "c" });
      await expect(refused).rejects.toThrow(/private key cannot be read; .* its passphrase/);
    }
    const foreign = await opensslCertificate("/O=Any\\, where/CN=Foreign", CA_EXTENSIONS);
    const made = new X509Certificate(
      (await issueClientCertificate(foreign, { commonName: "c" })).certificate,
    );
    expect(made.verify(new X509Certificate(foreign.certificate).publicKey)).toBe(true);
    expect(made.issuer).toBe("O=Any\\, where\nCN=Foreign");
  });

  it("are refused to those who cannot issue them", async () => {
    const { ca, client } = pkiOf();
    await expect(issueClientCertificate(client, { commonName: "c" })).rejects.toThrow(
      'The certificate of "C=GB, O=Libvirt Project, CN=client1" is not an authority\'s',
    );
    await expect(issueClientCertificate({ ...ca, key: client.key }, { commonName: "c" })).rejects.toThrow(
      "does not belong to the certificate",
    );
    await expect(
      issueClientCertificate({ ...ca, certificate: "nonsense" }, { commonName: "c" }),
    ).rejects.toThrow("certificate cannot be read");
    await expect(issueClientCertificate(ca, { commonName: "c", days: 5000 })).rejects.toThrow(
      /give fewer days, or make a new authority/,
    );
  });

  it.each<[string, Partial<Record<keyof SubjectName, unknown>>]>([
    ["commonName is undefined", { commonName: undefined }],
    ["commonName is empty", { commonName: " " }],
    ["commonName has 65 characters; give a text of 1 to 64", { commonName: "x".repeat(65) }],
    ['commonName is "a\\u0000b", with control characters', { commonName: "a\0b" }],
    ['organization is "\\ud800", with control characters', { organization: "\ud800" }],
    ['country is "D1"; give the two letters', { country: "D1" }],
    ["locality is 7", { locality: 7 }],
  ])("tell: %s", async (message, name) => {
    const options = { commonName: "c", ...name } as SubjectName;
    const refused = issueClientCertificate(pkiOf().ca, options);
    await expect(refused).rejects.toThrow(InvalidValueError);
    await expect(refused).rejects.toThrow(message);
  });

  it.each<[string, Partial<ServerCertificateOptions>]>([
    ["names is empty", { names: [] }],
    ['"a b" in names is neither', { names: ["a b"] }],
    ['"" in names is neither', { names: [""] }],
    ['"host:16514" in names is neither', { names: ["host:16514"] }],
    ['"a.*.b" in names is neither', { names: ["a.*.b"] }],
    ['"fe80::1%eth0" in names is neither', { names: ["fe80::1%eth0"] }],
    ['"999.1.1.1" in names is neither', { names: ["999.1.1.1"] }],
    ['"0x7f.1" in names is neither', { names: ["0x7f.1"] }],
    ["days is 0", { days: 0 }],
    ["days is NaN", { days: Number.NaN }],
    ["notAfter is not a date", { notAfter: new Date(Number.NaN) }],
    ["is not later than notBefore", { notBefore: new Date(5e11), notAfter: new Date(5e11) }],
    ['keyType is "dsa"', { keyType: "dsa" as KeyType }],
  ])("tell: %s", async (message, options) => {
    const refused = issueServerCertificate(pkiOf().ca, { names: ["h"], ...options });
    await expect(refused).rejects.toThrow(InvalidValueError);
    await expect(refused).rejects.toThrow(message);
  });
});

describe("revocation lists", () => {
  it("take serial numbers in any writing, and none", async () => {
    const { ca, dir } = pkiOf();
    const list = await createRevocationList(
      ca,
      [
        { serialNumber: "80:0A", revokedAt: new Date("2024-02-29T12:00:00Z") },
        { serialNumber: "0001" },
        { serialNumber: "f" },
      ],
      { days: 3 },
    );
    await writeFile(join(dir, "list.pem"), list);
    const text = await tool("openssl", "crl", "-noout", "-text", "-in", join(dir, "list.pem"));
    expect(Array.from(text.matchAll(/Serial Number: (\w+)/g), ([, serial]) => serial)).toEqual([
      "800A",
      "01",
      "0F",
    ]);
    expect(text).toContain("Feb 29 12:00:00 2024 GMT");
    await writeFile(join(dir, "empty.pem"), await createRevocationList(ca, []));
    expect(await tool("openssl", "crl", "-noout", "-text", "-in", join(dir, "empty.pem"))).toContain(
      "No Revoked Certificates",
    );
  });

  it("tell what is no serial number", async () => {
    const { ca } = pkiOf();
    for (const serialNumber of ["", "xyz", "1".repeat(41), "-1"]) {
      await expect(createRevocationList(ca, [{ serialNumber }])).rejects.toThrow(/give up to 20 bytes/);
    }
    const revokedAt = new Date(Number.NaN);
    await expect(createRevocationList(ca, [{ serialNumber: "1", revokedAt }])).rejects.toThrow("not a date");
  });
});

describe("folders", () => {
  it("have libvirt's names, and keys that only their owner reads", async () => {
    const pki = pkiOf();
    const dir = join(pki.dir, "deep", "folder");
    const revocationList = await createRevocationList(pki.ca, []);
    const written = await writePkiDirectory(dir, {
      authority: pki.ca,
      client: pki.client,
      server: pki.server,
      revocationList,
    });
    const modes: Record<string, string> = {};
    for (const path of Object.values(written)) modes[path] = ((await stat(path)).mode & 0o777).toString(8);
    expect(modes).toEqual({
      [join(dir, "cacert.pem")]: "644",
      [join(dir, "cacrl.pem")]: "644",
      [join(dir, "servercert.pem")]: "644",
      [join(dir, "serverkey.pem")]: "600",
      [join(dir, "clientcert.pem")]: "644",
      [join(dir, "clientkey.pem")]: "600",
    });
    expect(await readFile(join(dir, PKI_FILES.directory.authority), "utf8")).toBe(pki.ca.certificate);
    expect(await readFile(join(dir, "clientkey.pem"), "utf8")).toBe(pki.client.key);
  });

  it("are not written over, unless that is wanted", async () => {
    const pki = pkiOf();
    const dir = await pki.folder("kept", { client: undefined });
    await writeFile(join(dir, "clientkey.pem"), "precious", { mode: 0o644 });
    const contents = { authority: pki.ca, client: pki.client };
    await expect(writePkiDirectory(dir, contents)).rejects.toThrow(/cacert\.pem is there already/);
    const path = join(pki.dir, "half");
    await pki.folder("half", { client: undefined });
    await tool("rm", join(path, "cacert.pem"));
    await writeFile(join(path, "clientkey.pem"), "precious", { mode: 0o644 });
    await expect(writePkiDirectory(path, contents)).rejects.toThrow(/clientkey\.pem is there already/);
    expect(await tool("ls", path)).toBe("clientkey.pem\n");
    expect(await readFile(join(path, "clientkey.pem"), "utf8")).toBe("precious");
    await writePkiDirectory(path, contents, { overwrite: true });
    expect(await readFile(join(path, "clientkey.pem"), "utf8")).toBe(pki.client.key);
    expect((await stat(join(path, "clientkey.pem"))).mode & 0o777).toBe(0o600);
  });
});
