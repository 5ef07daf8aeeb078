import { readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { bundleInParts } from "../support/bundle.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { TestPki } from "../support/pki.js";
import { SASL_USERS, saslDaemon } from "../support/sasl.js";
import { type Sshd, startSshd } from "../support/sshd.js";
import { run } from "../support/virsh.js";

// Which packages a program has loaded once it has opened a connection, asked something and closed it again.

const SOURCE = `
import { connect } from "./src/index.ts";
const [uri, options] = JSON.parse(process.argv[2]);
try {
  await using conn = await connect(uri, options);
  await conn.listAllDomains();
  const events = conn.events("domain.lifecycle");
  await events.ready;
  console.log("opened");
} catch (error) {
  console.log(error.message);
}`;
// Among node_modules, so that packages are found from there.
const PLACE = join(process.cwd(), "node_modules", ".libvirt-rpc-test");

let folder: string;
let program: string;
let pki: TestPki;
let daemon: Libvirtd;
let sshd: Sshd;
let certificates: string;
beforeAll(async () => {
  await mkdir(PLACE, { recursive: true });
  folder = await mkdtemp(join(PLACE, "dependencies-"));
  program = await bundleInParts(SOURCE, folder);
  pki = await TestPki.make();
  certificates = await pki.folder("client");
  const tls = await pki.serverFolder("server");
  daemon = await startLibvirtd({ tcp: true, tls, systemSockets: true });
  sshd = await startSshd(daemon);
});
afterAll(async () => {
  await sshd?.stop();
  await daemon?.stop();
  await pki?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly said: string;
  readonly packages: readonly string[];
}

/** Runs the program; V8 notes every script that was ever loaded, of whichever kind of module. */
async function load(uri: string, options: object = {}): Promise<Run> {
  const notes = await mkdtemp(join(folder, "coverage-"));
  const argument = JSON.stringify([uri, options]);
  const { code, stdout, stderr } = await run(process.execPath, [program, argument], {
    env: { NODE_V8_COVERAGE: notes },
  });
  expect([code, stderr]).toEqual([0, ""]);
  const names = new Set<string>();
  let own = 0;
  for (const file of await readdir(notes)) {
    const { result } = JSON.parse(await readFile(join(notes, file), "utf8")) as {
      readonly result: readonly { readonly url: string }[];
    };
    for (const { url } of result) {
      const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
      if (name === ".libvirt-rpc-test") own += 1;
      else if (name !== undefined) names.add(name);
    }
  }
  // Otherwise nothing was noted, and its not being there would mean nothing.
  expect(own).toBeGreaterThan(0);
  return { said: stdout.trim(), packages: Array.from(names).sort() };
}

/** The packages that a connection has loaded. */
async function loaded(uri: string, options?: object): Promise<readonly string[]> {
  const { said, packages } = await load(uri, options);
  expect([uri, said]).toEqual([uri, "opened"]);
  return packages;
}

interface Lock {
  readonly packages: Readonly<
    Record<string, Readonly<Partial<Record<"dependencies" | "optionalDependencies", object>>>>
  >;
}

/** A package and all that it depends on, as package-lock.json has it. */
function withDependencies(name: string): string[] {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as Lock;
  const found = new Set([name]);
  // What is added is come by, too.
  for (const each of found) {
    for (const [path, { dependencies, optionalDependencies }] of Object.entries(packages)) {
      if (!path.endsWith(`node_modules/${each}`)) continue;
      for (const below of Object.keys({ ...dependencies, ...optionalDependencies })) found.add(below);
    }
  }
  return Array.from(found);
}

async function script(name: string, text: string): Promise<string> {
  const path = join(daemon.dir, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return encodeURIComponent(path);
}

describe("the packages that are loaded", () => {
  it("are none for local sockets, TCP, the machine's ssh and other programs", async () => {
    const options = `-F /dev/null -o UserKnownHostsFile=${sshd.knownHosts} -o IdentitiesOnly=yes`;
    const ssh = await script("ssh", `exec ssh ${options} "$@"`);
    const way = await script("way-in", `exec nc -U ${daemon.socket}`);
    for (const uri of [
      daemon.uri("test"),
      `test+tcp://127.0.0.1:${daemon.tcpPort}/default`,
      `test+ssh://root@127.0.0.1:${sshd.port}/default?command=${ssh}&keyfile=${sshd.key}&no_tty=1`,
      `test+ext:///default?command=${way}`,
    ]) {
      expect([uri, await loaded(uri)]).toEqual([uri, []]);
    }
  });

  it("are those of certificates for TLS", async () => {
    const uri = `test+tls://localhost:${daemon.tlsPort}/default?pkipath=${encodeURIComponent(certificates)}`;
    expect(await loaded(uri)).toEqual(["node-forge"]);
  });

  it("are those of SSH for SSH in this process", async () => {
    const uri = `test+libssh2://root@127.0.0.1:${sshd.port}/default?keyfile=${sshd.key}&known_hosts=${sshd.knownHosts}&sshauth=privkey`;
    const packages = await loaded(uri);
    expect(packages).toContain("ssh2");
    expect(withDependencies("ssh2")).toEqual(expect.arrayContaining([...packages]));
  });

  it("are those of XML for the hypervisor in the box", async () => {
    const packages = await loaded("test:///default");
    expect(packages).toContain("fast-xml-parser");
    expect(withDependencies("fast-xml-parser")).toEqual(expect.arrayContaining([...packages]));
  });

  it("are none for SASL, unless it is GSSAPI", async () => {
    const own = await startLibvirtd(saslDaemon(["GSSAPI", "SCRAM-SHA-256", "DIGEST-MD5"]));
    try {
      const auth = { username: "fred", password: SASL_USERS.fred };
      for (const mechanism of ["SCRAM-SHA-256", "DIGEST-MD5"]) {
        const uri = own.uri("test", { auth: `sasl.${mechanism}` });
        expect([mechanism, await loaded(uri, { auth })]).toEqual([mechanism, []]);
      }
      const { said, packages } = await load(own.uri("test", { auth: "sasl.GSSAPI" }), { auth });
      expect(said).toContain("Kerberos");
      expect(packages).toContain("kerberos");
      expect(withDependencies("kerberos")).toEqual(expect.arrayContaining([...packages]));
    } finally {
      await own.stop();
    }
  });
});
