import { execFile } from "node:child_process";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { bundleProgram } from "../support/bundle.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { TestPki } from "../support/pki.js";
import { type Sshd, startSshd } from "../support/sshd.js";

// Which packages a program has loaded once it has opened a connection, asked something and closed it again.

// Among node_modules, so that packages are found from there.
const FOLDER = join(process.cwd(), "node_modules", ".libvirt-rpc-test");
const PROGRAM = join(FOLDER, `dependencies-${process.pid}.mjs`);

let pki: TestPki;
let daemon: Libvirtd;
let sshd: Sshd;
let folder: string;
beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  const source = `
    import Module from "node:module";
    import { connect } from "./src/index.ts";
    const [uri, options] = JSON.parse(process.argv[2]);
    {
      await using conn = await connect(uri, options);
      await conn.listAllDomains();
      const events = conn.events("domain.lifecycle");
      await events.ready;
    }
    const names = Object.keys(Module._cache).map((path) => /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(path)?.[1]);
    console.log(JSON.stringify([...new Set(names)].filter((name) => name !== undefined)));
  `;
  pki = await TestPki.make();
  folder = await pki.folder("client");
  [, daemon] = await Promise.all([
    bundleProgram(source, PROGRAM),
    startLibvirtd({ tcp: true, tls: await pki.serverFolder("server"), systemSockets: true }),
  ]);
  sshd = await startSshd(daemon);
}, 60_000);
afterAll(async () => {
  await sshd?.stop();
  await daemon?.stop();
  await pki?.[Symbol.asyncDispose]();
  await rm(PROGRAM, { force: true });
});

async function loaded(uri: string, options: object = {}): Promise<string[]> {
  const argument = JSON.stringify([uri, options]);
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, argument], { timeout: 20_000 });
  return JSON.parse(stdout) as string[];
}

async function program(name: string, text: string): Promise<string> {
  const path = join(daemon.dir, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return encodeURIComponent(path);
}

describe("the packages that are loaded", () => {
  it("are none for local sockets, TCP, the machine's ssh and other programs", async () => {
    const options = `-F /dev/null -o UserKnownHostsFile=${sshd.knownHosts} -o IdentitiesOnly=yes`;
    const ssh = await program("ssh", `exec ssh ${options} "$@"`);
    const way = await program("way-in", `exec nc -U ${daemon.socket}`);
    for (const uri of [
      daemon.uri("test"),
      `test+tcp://127.0.0.1:${daemon.tcpPort}/default`,
      `test+ssh://root@127.0.0.1:${sshd.port}/default?command=${ssh}&keyfile=${sshd.key}&no_tty=1`,
      `test+ext:///default?command=${way}`,
    ]) {
      expect([uri, await loaded(uri)]).toEqual([uri, []]);
    }
  }, 30_000);

  it("are those of certificates for TLS", async () => {
    const uri = `test+tls://localhost:${daemon.tlsPort}/default?pkipath=${encodeURIComponent(folder)}`;
    expect(await loaded(uri)).toEqual(["node-forge"]);
  });

  it("are those of SSH for SSH in this process", async () => {
    const uri = `test+libssh2://root@127.0.0.1:${sshd.port}/default?keyfile=${sshd.key}&known_hosts=${sshd.knownHosts}&sshauth=privkey`;
    const packages = await loaded(uri);
    expect(packages).toContain("ssh2");
    expect(packages).not.toContain("node-forge");
    expect(packages).not.toContain("multicast-dns");
    expect(packages).not.toContain("kerberos");
  });
});
