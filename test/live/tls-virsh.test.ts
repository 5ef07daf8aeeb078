import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { connect } from "../../src/index.js";
import { createCertificateAuthority, createRevocationList, type PkiContents } from "../../src/pki/index.js";
import { type Libvirtd, type LibvirtdOptions, startLibvirtd } from "../support/libvirtd.js";
import {
  CA_EXTENSIONS,
  certtoolFolder,
  END_EXTENSIONS,
  EXPIRED,
  FUTURE,
  opensslCertificate,
  type Pair,
  TestPki,
  tool,
} from "../support/pki.js";
import { virsh } from "../support/virsh.js";

// Each row is a folder of certificates and a server. virsh says whether that works; we have to agree.

type ServerName = "plain" | "picky" | "lax" | "expired" | "misnamed" | "revoking";

let pki: TestPki;
let other: TestPki;
const daemons = new Map<ServerName, Libvirtd>();
beforeAll(async () => {
  pki = await TestPki.make();
  other = await TestPki.make();
  const revoked = await pki.folder("revoking", {
    server: pki.server,
    client: undefined,
    revocationList: await createRevocationList(pki.ca, [pki.client]),
  });
  const servers: Readonly<Record<ServerName, LibvirtdOptions>> = {
    plain: { tls: await pki.serverFolder("plain") },
    picky: {
      tls: await pki.serverFolder("picky"),
      conf: ['tls_allowed_dn_list = ["*O=Libvirt Project*", "C=DE,CN=Müller\\, A"]'],
    },
    lax: { tls: await pki.serverFolder("lax"), conf: ["tls_no_verify_certificate = 1"] },
    expired: {
      tls: await pki.serverFolder("expired", await pki.issueServer(EXPIRED)),
      conf: ["tls_no_sanity_certificate = 1"],
    },
    misnamed: {
      tls: await pki.serverFolder("misnamed", await pki.issueServer({ names: ["a.example.org"] })),
    },
    revoking: { tls: revoked, conf: [`crl_file = "${revoked}/cacrl.pem"`] },
  };
  for (const [name, options] of Object.entries(servers)) {
    daemons.set(name as ServerName, await startLibvirtd(options));
  }
});
afterAll(async () => {
  await Promise.all(Array.from(daemons.values(), (daemon) => daemon.stop()));
  await pki[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

function daemonOf(name: ServerName): Libvirtd {
  const daemon = daemons.get(name);
  if (daemon === undefined) throw new Error(`no server ${name}`);
  return daemon;
}

/** Why a connection does not come about; `undefined` if it does. */
async function ourProblem(uri: string): Promise<string | undefined> {
  try {
    const conn = await connect(uri, { timeoutMs: 60_000 });
    await conn.getHostname();
    await conn.close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function virshProblem(uri: string): Promise<string | undefined> {
  const { code, stderr } = await virsh(uri, "hostname");
  return code === 0 ? undefined : stderr;
}

interface Row {
  readonly title: string;
  /** What the client's folder has, besides our authority and the good client. */
  readonly folder?: () => Promise<Partial<PkiContents>>;
  /** Files that are written into the folder after that. */
  readonly files?: () => Promise<Readonly<Record<string, string | Uint8Array>>>;
  readonly server?: ServerName;
  readonly host?: string;
  readonly query?: string;
  /** What we say. */
  readonly says?: RegExp;
  /** Why virsh decides otherwise. */
  readonly differs?: string;
}

const client = (make: () => Promise<Pair>): Pick<Row, "folder"> => ({
  folder: async () => ({ client: await make() }),
});
const openssl =
  (subject: string, extensions: readonly string[]): (() => Promise<Pair>) =>
  () =>
    opensslCertificate(subject, extensions, pki.ca);
const authority = (make: () => Promise<string>): Pick<Row, "files"> => ({
  files: async () => ({ "cacert.pem": await make() }),
});
const NONE: Pick<Row, "folder"> = { folder: () => Promise.resolve({ client: undefined }) };
const [BASIC = "", USAGE = ""] = END_EXTENSIONS;

/** A client below an authority that is itself below ours. */
async function intermediate(): Promise<{ readonly between: Pair; readonly leaf: Pair }> {
  const root = await opensslCertificate("/CN=Root", CA_EXTENSIONS);
  const between = await opensslCertificate("/CN=Between", CA_EXTENSIONS, root);
  return { between, leaf: await opensslCertificate("/O=Libvirt Project/CN=leaf", END_EXTENSIONS, between) };
}

const ROWS: readonly Row[] = [
  { title: "all is well" },
  { title: "the server's other name", host: "localhost" },
  { title: "no client certificate", ...NONE, says: /no certificate was sent/ },
  { title: "no client certificate, and none wanted", ...NONE, server: "lax" },
  {
    title: "another authority's folder",
    folder: async () => ({ authority: other.ca, client: other.client }),
    says: /no certificate in .*cacert\.pem vouches for/,
  },
  {
    title: "another authority's folder, whatever the server is",
    folder: async () => ({ authority: other.ca, client: other.client }),
    query: "no_verify=1",
    says: /refused our certificate/,
  },
  {
    title: "another authority's folder, whatever either is",
    folder: async () => ({ authority: other.ca, client: other.client }),
    server: "lax",
    query: "no_verify=1",
  },
  {
    title: "a client of another authority",
    ...client(async () => other.client),
    says: /clientcert\.pem is not signed by "O=Tests,CN=Test CA", but by/,
  },
  {
    title: "a client of another authority, unchecked",
    ...client(async () => other.client),
    query: "no_sanity=1",
    says: /refused our certificate/,
  },
  {
    title: "an expired client",
    ...client(() => pki.issueClient(EXPIRED)),
    says: /clientcert\.pem expired on/,
  },
  {
    title: "an expired client, unchecked",
    ...client(() => pki.issueClient(EXPIRED)),
    query: "no_sanity=1",
    says: /refused our certificate.*valid until/,
  },
  {
    title: "a client of tomorrow",
    ...client(() => pki.issueClient(FUTURE)),
    says: /clientcert\.pem is not valid before/,
  },
  {
    title: "a client that is a server",
    ...client(() => pki.issueServer()),
    says: /clientcert\.pem has the wrong purpose/,
  },
  {
    title: "a client that is a server, unchecked",
    ...client(() => pki.issueServer()),
    query: "no_sanity=1",
    says: /refused our certificate/,
  },
  {
    title: "a client that is a server, not critically",
    ...client(openssl("/CN=x", [...END_EXTENSIONS, "extendedKeyUsage=serverAuth"])),
  },
  {
    title: "a client for any purpose",
    ...client(openssl("/CN=x", [...END_EXTENSIONS, "extendedKeyUsage=critical,anyExtendedKeyUsage"])),
    says: /clientcert\.pem has the wrong purpose/,
  },
  {
    title: "a client that cannot encipher keys",
    ...client(openssl("/CN=x", [BASIC, "keyUsage=critical,digitalSignature"])),
    says: /clientcert\.pem .* its key usage lacks keyEncipherment;/,
  },
  {
    title: "a client that can do nothing",
    ...client(openssl("/CN=x", [BASIC, "keyUsage=critical,dataEncipherment"])),
    says: /its key usage lacks digitalSignature and keyEncipherment;/,
  },
  {
    title: "a client that cannot encipher keys, not critically",
    ...client(openssl("/CN=x", [BASIC, "keyUsage=digitalSignature"])),
  },
  { title: "a client without extensions", ...client(openssl("/CN=x", [])) },
  {
    title: "a client that is an authority",
    ...client(openssl("/CN=x", ["basicConstraints=critical,CA:TRUE", USAGE])),
    says: /clientcert\.pem is an authority's certificate/,
  },
  {
    title: "a key of somebody else's",
    ...client(async () => ({ certificate: pki.client.certificate, key: other.client.key })),
    says: /clientkey\.pem is not the key of .*clientcert\.pem/,
  },
  {
    title: "a key of somebody else's, unchecked",
    ...client(async () => ({ certificate: pki.client.certificate, key: other.client.key })),
    query: "no_sanity=1",
    says: /OpenSSL cannot use the certificates and keys of .*clientkey\.pem/,
  },
  {
    title: "no authority",
    files: async () => ({ "cacert.pem": "" }),
    says: /cacert\.pem has no certificate in PEM form/,
  },
  {
    title: "nonsense for an authority, a certificate and a key",
    files: async () => ({ "cacert.pem": "a", "clientcert.pem": "b", "clientkey.pem": "c" }),
    says: /for 3 reasons.*cacert\.pem has no cert.*clientcert\.pem has no cert.*clientkey\.pem has no private key/,
  },
  {
    title: "a damaged certificate",
    files: async () => ({
      "clientcert.pem": pki.client.certificate.replace(/\n[A-Za-z0-9+/]{20}/, `\n${"A".repeat(20)}`),
    }),
    says: /clientcert\.pem is damaged/,
  },
  {
    title: "a certificate as DER",
    files: async () => ({
      "clientcert.pem": Buffer.from(pki.client.certificate.replaceAll(/-----.*-----/g, ""), "base64"),
    }),
    says: /clientcert\.pem has no certificate in PEM form/,
  },
  {
    title: "text around PEM, and line ends of Windows",
    files: async () => ({
      "cacert.pem": `Our authority\n${pki.ca.certificate.replaceAll("\n", "\r\n")}\nThe end`,
      "clientcert.pem": `Our - client\n${pki.client.certificate}`,
    }),
  },
  {
    title: "an encrypted key",
    files: async () => {
      const encrypt = ["ec", "-aes256", "-passout", "pass:x", "-in", await pki.folder("clear")];
      encrypt[encrypt.length - 1] += "/clientkey.pem";
      return { "clientkey.pem": (await tool("openssl", ...encrypt)).replace(/^[^-]*/, "") };
    },
    says: /clientkey\.pem is encrypted, and no passphrase is given/,
  },
  {
    title: "a key in SEC1 form, behind its parameters",
    files: async () => {
      const parameters = await tool("openssl", "ecparam", "-name", "prime256v1");
      const key = await tool("openssl", "ec", "-in", `${await pki.folder("sec1")}/clientkey.pem`);
      return { "clientkey.pem": parameters + key.replace(/^[^-]*/, "") };
    },
  },
  {
    title: "a certificate without its key",
    ...NONE,
    files: async () => ({ "clientcert.pem": pki.client.certificate }),
    says: /clientcert\.pem is there without its private key/,
  },
  {
    title: "a key without its certificate",
    ...NONE,
    files: async () => ({ "clientkey.pem": pki.client.key }),
    says: /clientkey\.pem is there without its certificate/,
  },
  {
    title: "a key without its certificate, where none is wanted, unchecked",
    ...NONE,
    files: async () => ({ "clientkey.pem": pki.client.key }),
    server: "lax",
    query: "no_sanity=1",
  },
  {
    title: "an authority that is none",
    ...authority(async () => pki.client.certificate),
    says: /cacert\.pem is not an authority's certificate/,
  },
  {
    title: "an authority that does not say so",
    ...authority(async () => (await opensslCertificate("/CN=Test CA", [])).certificate),
    says: /cacert\.pem is not an authority's certificate/,
  },
  {
    title: "an authority that may not sign certificates",
    ...authority(
      async () =>
        (await opensslCertificate("/CN=y", ["basicConstraints=CA:TRUE", "keyUsage=critical,cRLSign"]))
          .certificate,
    ),
    says: /cacert\.pem may not sign certificates/,
  },
  {
    title: "two authorities",
    ...authority(async () => other.ca.certificate + pki.ca.certificate),
  },
  {
    title: "two authorities, one of them expired",
    ...authority(async () => {
      const old = await createCertificateAuthority({ commonName: "Old CA", ...EXPIRED });
      return pki.ca.certificate + old.certificate;
    }),
    says: /cacert\.pem \(certificate 2 of 2\) expired on/,
  },
  {
    title: "two authorities, one of them damaged",
    ...authority(
      async () => `${pki.ca.certificate}-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n`,
    ),
    says: /cacert\.pem \(certificate 2 of 2\) is damaged/,
  },
  {
    title: "a client with an authority between",
    folder: async () => {
      const { between, leaf } = await intermediate();
      return { authority: between, client: leaf };
    },
    query: "no_verify=1",
    server: "lax",
  },
  {
    title: "a client below one of several authorities",
    folder: async () => {
      const { between, leaf } = await intermediate();
      return { authority: { certificate: other.ca.certificate + between.certificate }, client: leaf };
    },
    query: "no_verify=1",
    server: "lax",
  },
  {
    title: "a client that brings the authority between",
    folder: async () => {
      const root = await opensslCertificate("/CN=Root", CA_EXTENSIONS);
      const between = await opensslCertificate("/CN=Between", CA_EXTENSIONS, root);
      const leaf = await opensslCertificate("/CN=leaf", END_EXTENSIONS, between);
      const chain = { certificate: leaf.certificate + between.certificate, key: leaf.key };
      return { authority: root, client: chain };
    },
    query: "no_verify=1",
    server: "lax",
    differs: "libvirt 9.0.0 checks the first certificate of the file alone",
  },
  {
    title: "a server that is revoked",
    folder: async () => ({ revocationList: await createRevocationList(pki.ca, [pki.server]) }),
    says: /is revoked by .*cacrl\.pem/,
  },
  {
    title: "a server that is revoked by an old list",
    folder: async () => ({ revocationList: await createRevocationList(pki.ca, [pki.server], EXPIRED) }),
    says: /is revoked by .*cacrl\.pem/,
  },
  {
    title: "a list that is old, and one of another authority's",
    folder: async () => ({
      revocationList:
        (await createRevocationList(await createCertificateAuthority({ commonName: "Third" }), [
          pki.server,
        ])) + (await createRevocationList(pki.ca, [pki.client], EXPIRED)),
    }),
  },
  {
    title: "a server that is revoked by a namesake of its authority",
    folder: async () => ({ revocationList: await createRevocationList(other.ca, [pki.server]) }),
    says: /is revoked by .*cacrl\.pem/,
  },
  {
    title: "a server that is revoked by the second list of a file",
    folder: async () => ({
      revocationList:
        (await createRevocationList(other.ca, [])) + (await createRevocationList(pki.ca, [pki.server])),
    }),
    says: /is revoked by .*cacrl\.pem/,
  },
  {
    title: "nonsense for a list",
    files: async () => ({ "cacrl.pem": "nonsense" }),
    says: /cacrl\.pem is not a certificate revocation list/,
  },
  { title: "a client that the server wants by name", server: "picky" },
  {
    title: "a client that the server wants by its exact name",
    server: "picky",
    ...client(() => pki.issueClient({ commonName: "Müller, A", organization: undefined, country: "DE" })),
  },
  {
    title: "a client that the server does not want by name",
    server: "picky",
    ...client(() => pki.issueClient({ organization: "Other" })),
    says: /refused our certificate.*one of its patterns must match "C=GB,O=Other,CN=client1"/,
  },
  {
    title: "a client that is revoked",
    server: "revoking",
    says: /refused our certificate.*not in its crl_file/,
  },
  { title: "another client where one is revoked", server: "revoking", ...client(() => pki.issueClient()) },
  { title: "a server of another name", server: "misnamed", says: /is not for "127\.0\.0\.1", but for DNS:a/ },
  { title: "a server of another name, whatever it is", server: "misnamed", query: "no_verify=1" },
  { title: "an expired server", server: "expired", says: /server's certificate expired on/ },
  { title: "an expired server, whatever it is", server: "expired", query: "no_verify=1" },
  { title: "TLS 1.2", query: "tls_priority=NORMAL:-VERS-TLS1.3" },
  { title: "TLS 1.3", query: "tls_priority=NORMAL:-VERS-ALL:%2BVERS-TLS1.3" },
  { title: "no TLS", query: "tls_priority=NORMAL:-VERS-ALL", says: /leaves neither/ },
  { title: "a priority that nobody knows", query: "tls_priority=NORMAL:%2BNONSENSE", says: /\+NONSENSE/ },
];

describe("TLS, as virsh has it", () => {
  it.each(ROWS.map((row, index) => [row.title, row, index] as const))("%s", async (_, row, index) => {
    const { server = "plain", host = "127.0.0.1", query = "" } = row;
    const folder = await pki.folder(`row-${index}`, await row.folder?.());
    for (const [name, text] of Object.entries((await row.files?.()) ?? {})) {
      await writeFile(join(folder, name), text);
    }
    const uri = `test+tls://${host}:${daemonOf(server).tlsPort}/default?pkipath=${folder}&${query}`;
    const [theirs, ours] = [await virshProblem(uri), await ourProblem(uri)];
    const problems = `virsh: ${theirs}\nwe: ${ours}`;
    const agree = (theirs === undefined) === (ours === undefined);
    expect(`${agree ? "agree" : "differ"}\n${problems}`).toBe(
      `${row.differs === undefined ? "agree" : "differ"}\n${problems}`,
    );
    if (row.says === undefined) expect(ours).toBeUndefined();
    else expect(ours).toMatch(row.says);
  });

  it.each([
    ["CN=x"],
    ["C=GB", "O=A/B", "CN=plain"],
    ["O=Comma\\, Inc.", "OU=Plus\\+", 'CN=quote \\" and <angle>'],
    ["DC=org", "DC=example", "UID=u1", "CN=Jürgen #1"],
    ["C=DE", "ST=Bayern", "L=München", "street=Weg 1", "serialNumber=7", "CN=x"],
    ["CN=mail", "emailAddress=a@example.org"],
  ])("tells our name as libvirt's own program does: %s %s", async (...parts) => {
    const escaped = parts.map((part) => part.replaceAll("/", "\\/"));
    const pair = await opensslCertificate(`/${escaped.join("/")}`, END_EXTENSIONS, pki.ca);
    const folder = await pki.folder(`name-${parts.join("-").replaceAll(/\W/g, "")}`, { client: pair });
    const port = daemonOf("picky").tlsPort;
    const ours = await ourProblem(`test+tls://127.0.0.1:${port}/default?pkipath=${folder}`);
    const told = /one of its patterns must match "(.*)"; the authority/s.exec(ours ?? "")?.[1];
    expect(`${told}\n`).toBe(await tool("virt-pki-query-dn", `${folder}/clientcert.pem`));
  });

  it("takes certificates of certtool's making", async () => {
    const folder = await certtoolFolder(join(pki.dir, "certtool"));
    const daemon = await startLibvirtd({ tls: folder });
    try {
      const uri = `test+tls://localhost:${daemon.tlsPort}/default?pkipath=${folder}`;
      expect(await virshProblem(uri)).toBeUndefined();
      expect(await ourProblem(uri)).toBeUndefined();
      expect(await readFile(join(folder, "clientkey.pem"), "utf8")).toContain("RSA PRIVATE KEY");
    } finally {
      await daemon.stop();
    }
  });
});
