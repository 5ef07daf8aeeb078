import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ClientCertificateOptions,
  createCertificateAuthority,
  type IssuedCertificate,
  issueClientCertificate,
  issueServerCertificate,
  type KeyType,
  type NewAuthority,
  type PkiContents,
  type ServerCertificateOptions,
  writePkiDirectory,
} from "../../src/pki/index.js";
import { run } from "./virsh.js";

/** Where every test server can be reached, and what its certificate therefore has to name. */
const SERVER: ServerCertificateOptions = { names: ["localhost", "127.0.0.1"] };
/** With a space, as organizations have, since patterns for names are often written without. */
const CLIENT: ClientCertificateOptions = {
  commonName: "client1",
  organization: "Libvirt Project",
  country: "GB",
};

export const DAY_MS = 86_400_000;
export const EXPIRED: { readonly notBefore: Date; readonly notAfter: Date } = {
  notBefore: new Date(Date.now() - 20 * DAY_MS),
  notAfter: new Date(Date.now() - 10 * DAY_MS),
};
export const FUTURE: { readonly notBefore: Date; readonly notAfter: Date } = {
  notBefore: new Date(Date.now() + 10 * DAY_MS),
  notAfter: new Date(Date.now() + 20 * DAY_MS),
};

/** A certificate and its key. */
export type Pair = Pick<IssuedCertificate, "certificate" | "key">;

/** Folders with certificates, made by this package, that go with it. */
export class TestPki implements AsyncDisposable {
  readonly dir: string;
  readonly ca: NewAuthority;
  /** What the servers of these tests are, and a client that they take. */
  readonly server: IssuedCertificate;
  readonly client: IssuedCertificate;
  readonly #keyType: KeyType;

  private constructor(
    dir: string,
    keyType: KeyType,
    parts: Readonly<Record<"server" | "client", IssuedCertificate>> & { ca: NewAuthority },
  ) {
    this.dir = dir;
    this.#keyType = keyType;
    this.ca = parts.ca;
    this.server = parts.server;
    this.client = parts.client;
  }

  static async make(keyType: KeyType = "ecdsa"): Promise<TestPki> {
    const dir = await mkdtemp(join(tmpdir(), "pki-"));
    const ca = await createCertificateAuthority({ commonName: "Test CA", organization: "Tests", keyType });
    const server = await issueServerCertificate(ca, { ...SERVER, keyType });
    const client = await issueClientCertificate(ca, { ...CLIENT, keyType });
    return new TestPki(dir, keyType, { ca, server, client });
  }

  async issueServer(options: Partial<ServerCertificateOptions> = {}): Promise<IssuedCertificate> {
    return await issueServerCertificate(this.ca, { ...SERVER, keyType: this.#keyType, ...options });
  }

  async issueClient(options: Partial<ClientCertificateOptions> = {}): Promise<IssuedCertificate> {
    return await issueClientCertificate(this.ca, { ...CLIENT, keyType: this.#keyType, ...options });
  }

  /** A folder with our authority and the good client, unless told otherwise; returns its path. */
  async folder(name: string, contents: Partial<PkiContents> = {}): Promise<string> {
    const path = join(this.dir, name);
    await writePkiDirectory(path, { authority: this.ca, client: this.client, ...contents });
    return path;
  }

  /** A folder for a daemon; returns its path. */
  async serverFolder(name: string, server: Pair = this.server): Promise<string> {
    return await this.folder(name, { server, client: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** Extensions of certificates that libvirt takes, in openssl's words. */
export const CA_EXTENSIONS: readonly string[] = [
  "basicConstraints=critical,CA:TRUE",
  "keyUsage=critical,keyCertSign,cRLSign",
];
export const END_EXTENSIONS: readonly string[] = [
  "basicConstraints=critical,CA:FALSE",
  "keyUsage=critical,digitalSignature,keyEncipherment",
];

/** Makes a certificate with openssl, which takes whatever one likes; by itself, if it has no authority. */
export async function opensslCertificate(
  subject: string,
  extensions: readonly string[],
  authority?: Pair,
): Promise<Pair> {
  const dir = await mkdtemp(join(tmpdir(), "openssl-"));
  try {
    const path = (name: string): string => join(dir, name);
    await tool("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path("key.pem"));
    const request = ["req", "-new", "-key", path("key.pem"), "-subj", subject, "-out", path("request.pem")];
    await tool("openssl", ...request, "-utf8");
    await writeFile(path("extensions"), `${extensions.join("\n")}\n`);
    const sign = ["x509", "-req", "-in", path("request.pem"), "-days", "30", "-out", path("cert.pem")];
    if (authority === undefined) sign.push("-signkey", path("key.pem"));
    else {
      await writeFile(path("ca.pem"), authority.certificate);
      await writeFile(path("ca-key.pem"), authority.key);
      sign.push("-CA", path("ca.pem"), "-CAkey", path("ca-key.pem"), "-CAcreateserial");
    }
    await tool("openssl", ...sign, ...(extensions.length > 0 ? ["-extfile", path("extensions")] : []));
    const read = (name: string): Promise<string> => readFile(path(name), "utf8");
    return { certificate: await read("cert.pem"), key: await read("key.pem") };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Makes an authority, a server and a client as libvirt's documentation does, with GnuTLS' certtool. */
export async function certtoolFolder(dir: string): Promise<string> {
  await mkdir(dir);
  const path = (name: string): string => join(dir, name);
  const parts: readonly (readonly [name: string, lines: readonly string[]])[] = [
    ["ca", ['cn = "Test CA"', "ca", "cert_signing_key"]],
    ["server", ['cn = "localhost"', 'dns_name = "localhost"', 'ip_address = "127.0.0.1"', "tls_www_server"]],
    ["client", ["country = GB", 'organization = "Libvirt Project"', 'cn = "client1"', "tls_www_client"]],
  ];
  for (const [name, lines] of parts) {
    const own = name === "ca" ? [] : ["encryption_key", "signing_key"];
    await writeFile(path(`${name}.info`), [...lines, ...own, "expiration_days = 30", ""].join("\n"));
    await tool("certtool", "--generate-privkey", "--bits", "2048", "--outfile", path(`${name}key.pem`));
    const signing =
      name === "ca"
        ? ["--generate-self-signed"]
        : [
            "--generate-certificate",
            "--load-ca-certificate",
            path("cacert.pem"),
            "--load-ca-privkey",
            path("cakey.pem"),
          ];
    const files = [
      "--load-privkey",
      path(`${name}key.pem`),
      "--template",
      path(`${name}.info`),
      "--outfile",
      path(`${name}cert.pem`),
    ];
    await tool("certtool", ...signing, ...files);
  }
  return dir;
}

/** Runs a program that must succeed; returns what it printed. */
export async function tool(program: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: exit code ${code}\n${stdout}${stderr}`);
  return stdout + stderr;
}
