import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, connect as connectPlain, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { bundleProgram } from "../support/bundle.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { END_EXTENSIONS, opensslCertificate, type Pair, TestPki } from "../support/pki.js";
import { run } from "../support/virsh.js";

// Which names of a certificate are good for which host of a URI: virsh says. A server of the test's own ends TLS, and
// leads to a real daemon; the hosts' names are known where both clients run, and nowhere else.

const CLIENT = `
import { connect, ConnectError } from "./src/index.ts";

// A function, since esbuild's \`await using\` has a loop's next turn throw what the last one threw.
async function tryOut(uri) {
  try {
    await using conn = await connect(uri);
    return await conn.getHostname() === "" ? "nobody" : "taken";
  } catch (error) {
    if (!(error instanceof ConnectError) || !error.message.includes("is not for")) throw error;
    return "refused";
  }
}
const answers = [];
for (const uri of JSON.parse(process.argv[2])) answers.push(await tryOut(uri));
console.log(JSON.stringify(answers));
`;
const HOSTS: readonly string[] = [
  "db.example.org",
  "DB.Example.ORG",
  "db.example.org.",
  "www.db.example.org",
  "db",
  "localhost",
  "127.0.0.1",
  "127.0.0.2",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
];
const NAMES: readonly (readonly [subject: string, alternatives?: string])[] = [
  ["/O=x"],
  ["/CN=db.example.org"],
  ["/CN=127.0.0.1"],
  ["/CN=*.example.org"],
  ["/CN=other.example.org/CN=db.example.org"],
  ["/CN=db.example.org/CN=other.example.org"],
  ["/CN=db.example.org", "DNS:other.example.org"],
  ["/CN=db.example.org", "IP:127.0.0.1"],
  ["/CN=db.example.org", "email:a@example.org"],
  ["/CN=db.example.org", "URI:https://db.example.org/"],
  ["/CN=x", "DNS:db.example.org,DNS:db"],
  ["/CN=x", "DNS:DB.EXAMPLE.ORG"],
  ["/CN=x", "DNS:db.example.org."],
  ["/CN=x", "DNS:*.example.org"],
  ["/CN=x", "DNS:*.EXAMPLE.org"],
  ["/CN=x", "DNS:*.db.example.org"],
  ["/CN=x", "DNS:d*.example.org"],
  ["/CN=x", "DNS:db.*.org"],
  ["/CN=x", "DNS:*.org"],
  ["/CN=x", "DNS:*"],
  ["/CN=x", "DNS:127.0.0.1"],
  ["/CN=x", "DNS:*.0.0.1"],
  ["/CN=x", "IP:127.0.0.1"],
  ["/CN=x", "IP:127.0.0.2,IP:::1"],
  ["/CN=x", "email:db.example.org"],
];

let pki: TestPki;
let daemon: Libvirtd;
let dir: string;
let folder: string;
beforeAll(async () => {
  pki = await TestPki.make();
  folder = await pki.folder("client");
  daemon = await startLibvirtd();
  dir = await mkdtemp(join(tmpdir(), "names-"));
  const names = HOSTS.filter((host) => /^[a-z]/i.test(host));
  await writeFile(join(dir, "hosts"), `127.0.0.1 ${names.join(" ")}\n`);
  await symlink(join(process.cwd(), "node_modules"), join(dir, "node_modules"));
  await bundleProgram(CLIENT, join(dir, "client.mjs"));
});
afterAll(async () => {
  await daemon?.stop();
  await pki?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

/** A server with a certificate that takes everybody, and leads to the daemon. */
async function serve({ certificate, key }: Pair): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer({ cert: certificate, key }, (socket) => {
    const onward = connectPlain({ path: daemon.socket });
    socket.on("error", () => onward.destroy()).on("close", () => onward.destroy());
    onward.on("error", () => socket.destroy());
    socket.write(Uint8Array.of(1));
    socket.pipe(onward).pipe(socket);
  });
  server.on("tlsClientError", () => {});
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "::");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Runs a program where the hosts' names are known. */
async function inside(...command: readonly string[]): Promise<string> {
  const script = 'mount --bind "$1" /etc/hosts; shift; exec "$@"';
  const args = ["--mount", "--propagation", "private", "bash", "-c", script, "bash", join(dir, "hosts")];
  const { code, stdout, stderr } = await run("unshare", [...args, ...command]);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}

function uriOf(host: string, port: number): string {
  return `test+tls://${host}:${port}/default?pkipath=${folder}`;
}

async function ours(uris: readonly string[]): Promise<string[]> {
  return JSON.parse(
    await inside(process.execPath, join(dir, "client.mjs"), JSON.stringify(uris)),
  ) as string[];
}

/** What virsh makes of each host. */
async function theirs(uris: readonly string[]): Promise<string[]> {
  const script = `for uri; do
    if said=$(virsh -c "$uri" hostname 2>&1); then echo taken
    else case $said in *"Failed to verify peer's certificate"*) echo refused;; *) echo "$said";; esac; fi
  done`;
  return (await inside("bash", "-c", script, "bash", ...uris)).trimEnd().split("\n");
}

describe("a server whose certificate is for", () => {
  it.each(NAMES.map(([subject, alternatives = ""]) => [subject, alternatives] as const))(
    "%s %s is taken for the hosts for which virsh takes it",
    async (subject, alternatives) => {
      const more = alternatives === "" ? [] : [`subjectAltName=${alternatives}`];
      const pair = await opensslCertificate(subject, [...END_EXTENSIONS, ...more], pki.ca);
      await using server = await serve(pair);
      const uris = HOSTS.map((host) => uriOf(host, server.port));
      const table = (answers: readonly string[]): string[] =>
        HOSTS.map((host, i) => `${host}: ${answers[i]}`);
      expect(table(await ours(uris))).toEqual(table(await theirs(uris)));
    },
  );

  it("DNS:*b.example.org is for nobody, where virsh takes it for db.example.org", async () => {
    // Browsers have long stopped to, and RFC 6125 advises it.
    const pair = await opensslCertificate(
      "/CN=x",
      [...END_EXTENSIONS, "subjectAltName=DNS:*b.example.org"],
      pki.ca,
    );
    await using server = await serve(pair);
    const uris = [uriOf("db.example.org", server.port)];
    expect(await theirs(uris)).toEqual(["taken"]);
    expect(await ours(uris)).toEqual(["refused"]);
  });
});
