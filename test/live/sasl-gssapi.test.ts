import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { GssapiClient } from "../../src/sasl/gssapi.js";
import { bundleProgram } from "../support/bundle.js";
import { type GssProcess, openGss } from "../support/gss.js";
import { type Kdc, startKdc } from "../support/kdc.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { TestPki } from "../support/pki.js";
import { openWithSasl, SASL_USERS, saslDaemon, strain } from "../support/sasl.js";
import { type Output, run } from "../support/virsh.js";

// Kerberos' library reads the environment of the process, which jest's is only a copy of: so each client is a program.
const CLIENT = `
import { connect } from "./src/index.ts";

const [uri, auth] = process.argv.slice(2);
try {
  await using conn = await connect(uri, { auth: JSON.parse(auth ?? "{}") });
  const [hostname, secure, encrypted] = [await conn.getHostname(), await conn.isSecure(), await conn.isEncrypted()];
  const names = await Promise.all(Array.from({ length: 500 }, () => conn.getHostname()));
  const description = "läng".repeat(700_000);
  const xml = "<domain type='test'><name>large</name><memory>1024</memory><os><type>hvm</type></os><description>" +
    description + "</description></domain>";
  const domain = await conn.domainDefineXML(xml);
  const whole = (await domain.getXMLDesc()).includes(description);
  await domain.undefine();
  console.log(JSON.stringify({ hostname, secure, encrypted, whole, same: names.every((name) => name === hostname) }));
} catch (error) {
  const { name, code, message, hint } = error;
  console.log(JSON.stringify({ error: { name, code, message, hint } }));
}`;

interface Told {
  readonly hostname?: string;
  readonly secure?: boolean;
  readonly encrypted?: boolean;
  readonly whole?: boolean;
  readonly same?: boolean;
  readonly error?: Readonly<Record<"name" | "code" | "message" | "hint", string>>;
}

let kdc: Kdc;
let pki: TestPki;
let daemon: Libvirtd;
let client: string;
/** Where the client's packages are not. */
let lonely: string;
let alice: string;
beforeAll(async () => {
  kdc = await startKdc(["alice", "bob"]);
  pki = await TestPki.make();
  await pki.folder("client");
  const tls = await pki.serverFolder("server");
  alice = await kdc.ticket("alice");
  const options = saslDaemon(["GSSAPI", "SCRAM-SHA-256", "DIGEST-MD5"], kdc.keytab);
  daemon = await startLibvirtd({
    ...options,
    tcp: true,
    tls,
    env: { ...kdc.env, KRB5_KTNAME: `FILE:${kdc.keytab}` },
  });
  client = join(daemon.dir, "with-packages", "client.mjs");
  await mkdir(join(daemon.dir, "with-packages"));
  await symlink(join(process.cwd(), "node_modules"), join(daemon.dir, "with-packages", "node_modules"));
  await bundleProgram(CLIENT, client);
  lonely = join(daemon.dir, "client.mjs");
  await bundleProgram(CLIENT, lonely);
});
afterAll(async () => {
  await daemon.stop();
  await kdc.stop();
  await pki[Symbol.asyncDispose]();
});

const NO_TICKET = "FILE:/nonexistent";

function tcp(parameters = ""): string {
  return `test+tcp://localhost:${daemon.tcpPort}/default${parameters}`;
}

async function ours(
  uri: string,
  tickets: string,
  auth: object = {},
  program: string = client,
): Promise<Told> {
  const env = { ...kdc.env, KRB5CCNAME: tickets };
  const { code, stdout, stderr } = await run(process.execPath, [program, uri, JSON.stringify(auth)], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Told;
}

async function theirs(uri: string, tickets: string): Promise<Output> {
  return await run("virsh", ["-c", uri, "hostname"], { env: { ...kdc.env, KRB5CCNAME: tickets } });
}

const GSSAPI = { auth: "sasl.GSSAPI" };

describe("GSSAPI with a KDC", () => {
  it("lets in who has a ticket, and adds nothing to a socket that nobody else can read", async () => {
    const uri = daemon.uri("test", GSSAPI);
    const told = await ours(uri, alice);
    const { stdout } = await theirs(uri, alice);
    expect(told).toEqual({
      hostname: stdout.trim(),
      secure: true,
      encrypted: false,
      whole: true,
      same: true,
    });
  });

  it("lets in who has a ticket over TLS", async () => {
    const folder = encodeURIComponent(join(pki.dir, "client"));
    const uri = `test+tls://localhost:${daemon.tlsPort}/default?auth=sasl.GSSAPI&pkipath=${folder}`;
    const told = await ours(uri, alice);
    const { stdout } = await theirs(uri, alice);
    expect(told).toEqual({ hostname: stdout.trim(), secure: true, encrypted: true, whole: true, same: true });
  });

  it("is chosen first where there is a ticket", async () => {
    const told = await ours(daemon.uri("test"), alice, { username: "fred", password: "not the password" });
    expect(told.hostname).toBeTruthy();
  });

  it("may act as oneself, and as nobody else", async () => {
    const uri = daemon.uri("test", GSSAPI);
    expect((await ours(uri, alice, { authorizationId: "alice" })).hostname).toBeTruthy();
    expect((await ours(uri, alice, { authorizationId: "root" })).error?.code).toBe("AUTH_FAILED");
  });

  it("makes room for a password where there is no ticket", async () => {
    const told = await ours(daemon.uri("test"), NO_TICKET, { username: "fred", password: SASL_USERS.fred });
    expect(told.hostname).toBeTruthy();
  });

  it("says on plain TCP that the package cannot encrypt, and makes room for a password", async () => {
    expect((await theirs(tcp("?auth=sasl.GSSAPI"), alice)).code).toBe(0);
    const { error } = await ours(tcp("?auth=sasl.GSSAPI"), alice);
    expect(error?.code).toBe("AUTH_FAILED");
    expect(error?.message).toContain("which this version of the kerberos package cannot");
    const told = await ours(tcp(), alice, { username: "fred", password: SASL_USERS.fred });
    expect(told.encrypted).toBe(true);
  });

  it("encrypts plain TCP where the library wraps what it is given", async () => {
    // The kerberos package will once it is mended; until then Python asks the same library.
    let gss: GssProcess | undefined;
    const rpc = await openWithSasl(tcp(), (context) =>
      GssapiClient.create(context, async (service, host) => {
        gss = openGss(service, host, { ...kdc.env, KRB5CCNAME: alice });
        return gss;
      }),
    );
    expect(rpc.privacy.encrypted).toBe(true);
    await strain(rpc);
    rpc.close();
    await rpc.closed;
    await gss?.stop();
  });

  it("refuses a user who is not on the daemon's list, as virsh is refused", async () => {
    const bob = await kdc.ticket("bob");
    const { error } = await ours(daemon.uri("test", GSSAPI), bob);
    const { code, stderr } = await theirs(daemon.uri("test", GSSAPI), bob);
    expect(code).toBe(1);
    expect(error?.name).toBe("AuthError");
    expect(stderr).toContain(String(error?.message).split(";")[0]);
    expect(error?.hint).toContain("sasl_allowed_username_list");
  });

  it("tells that there is no ticket", async () => {
    const { error } = await ours(daemon.uri("test", GSSAPI), NO_TICKET);
    const { code } = await theirs(daemon.uri("test", GSSAPI), NO_TICKET);
    expect(code).toBe(1);
    expect(error?.code).toBe("AUTH_FAILED");
    expect(error?.message).toContain("no ticket for libvirt/localhost");
    expect(error?.message).toContain("kinit");
  });

  it("tells that the KDC does not know the host", async () => {
    const folder = encodeURIComponent(join(pki.dir, "client"));
    const elsewhere = `test+tls://127.0.0.1:${daemon.tlsPort}/default?auth=sasl.GSSAPI&pkipath=${folder}`;
    const { error } = await ours(elsewhere, alice);
    expect((await theirs(elsewhere, alice)).code).toBe(1);
    expect(error?.message).toContain("libvirt/127.0.0.1");
    expect(error?.message).toContain("not found in Kerberos database");
  });

  it("tells how to get the package where it is missing", async () => {
    const { error } = await ours(daemon.uri("test", GSSAPI), alice, {}, lonely);
    expect(error?.code).toBe("AUTH_FAILED");
    expect(error?.message).toContain("npm install kerberos");
  });

  it("goes through everything that was tried when nothing will do", async () => {
    const { error } = await ours(daemon.uri("test"), NO_TICKET);
    expect(error?.message).toContain("GSSAPI (Kerberos gives no ticket");
    expect(error?.message).toContain("DIGEST-MD5 (wants a user name");
  });
});
