import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ConnectOptions, connect, DomainMetadataType, DomainState } from "../../src/index.js";
import { qemuDomainXml, testDomainXml } from "../support/domain-xml.js";
import { expectNoLeaks } from "../support/leaks.js";
import { type Libvirtd, type LibvirtdOptions, startLibvirtd } from "../support/libvirtd.js";
import { type NewerDaemons, startNewer } from "../support/modular.js";
import { TestPki } from "../support/pki.js";
import { type Sshd, startSshd } from "../support/sshd.js";

// The same story on every way in, each with a server of its own.

let pki: TestPki;
let clientFolder: string;
let serverFolder: string;
beforeAll(async () => {
  pki = await TestPki.make();
  clientFolder = await pki.folder("client");
  serverFolder = await pki.serverFolder("server");
});
afterAll(() => pki[Symbol.asyncDispose]());

/** Who can read along. */
interface Privacy {
  readonly secure: boolean;
  readonly encrypted: boolean;
}

interface Way extends Privacy {
  readonly daemon?: LibvirtdOptions;
  readonly ssh?: boolean;
  target(daemon: Libvirtd, sshd: Sshd): Promise<[uri: string, options?: ConnectOptions]>;
}

async function program(path: string, text: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return encodeURIComponent(path);
}

/** A URI for the machine's ssh, which takes the user's files from its own idea of a home. */
async function systemSsh({ dir }: Libvirtd, { port, key, knownHosts }: Sshd, more: string): Promise<string> {
  const options = `-F /dev/null -o UserKnownHostsFile=${knownHosts} -o GlobalKnownHostsFile=/dev/null -o IdentitiesOnly=yes`;
  const command = await program(join(dir, "ssh"), `exec ssh ${options} "$@"`);
  return `test+ssh://root@127.0.0.1:${port}/default?command=${command}&keyfile=${encodeURIComponent(key)}&no_tty=1${more}`;
}

async function ssh2(sshd: Sshd, more = ""): Promise<[string, ConnectOptions]> {
  const ssh = { client: "ssh2", knownHostsFile: sshd.knownHosts, agent: false } as const;
  const uri = `test+ssh://root@127.0.0.1:${sshd.port}/default?keyfile=${encodeURIComponent(sshd.key)}${more}`;
  return [uri, { ssh }];
}

const tls = (options: ConnectOptions["tls"] = {}): Way => ({
  daemon: { tls: "" },
  target: async ({ tlsPort }) => [
    `test+tls://localhost:${tlsPort}/default?pkipath=${encodeURIComponent(clientFolder)}`,
    { tls: options },
  ],
  secure: true,
  encrypted: true,
});
const overSsh = { ssh: true, secure: true, encrypted: true } as const;
/** Hides a program from the far side. */
const without = (name: string): string => `mount --bind /dev/null "$(command -v ${name})"`;

const WAYS: Readonly<Record<string, Way>> = {
  unix: { target: async (daemon) => [daemon.uri("test")], secure: true, encrypted: false },
  tcp: {
    daemon: { tcp: true },
    target: async ({ tcpPort }) => [`test+tcp://127.0.0.1:${tcpPort}/default`],
    secure: false,
    encrypted: false,
  },
  "TLS 1.2": tls({ maxVersion: "TLSv1.2" }),
  "TLS 1.3": tls({ minVersion: "TLSv1.3" }),
  "the system's ssh with virt-ssh-helper": {
    ...overSsh,
    target: async (daemon, sshd) => [await systemSsh(daemon, sshd, "&proxy=native")],
  },
  "the system's ssh with nc": {
    ...overSsh,
    target: async (daemon, sshd) => [await systemSsh(daemon, sshd, "&proxy=netcat")],
  },
  "ssh2 with virt-ssh-helper": { ...overSsh, target: (_, sshd) => ssh2(sshd, "&proxy=native") },
  "ssh2 with nc": { ...overSsh, target: (_, sshd) => ssh2(sshd, "&proxy=netcat") },
  "ssh2 with a forwarded socket": {
    ...overSsh,
    daemon: { prepare: `${without("virt-ssh-helper")}; ${without("nc")}` },
    target: (_, sshd) => ssh2(sshd),
  },
  ext: {
    target: async ({ dir, socket }) => {
      const command = await program(join(dir, "way-in"), `exec nc -U ${socket}`);
      return [`test+ext:///default?command=${command}`];
    },
    secure: false,
    encrypted: false,
  },
};

interface Told extends Privacy {
  readonly uri: string;
  readonly options?: ConnectOptions | undefined;
  /** Of a guest that its driver can run. */
  readonly xml: string;
  /** Signals whoever answers. */
  readonly kill: (signal: NodeJS.Signals) => void | Promise<void>;
}

async function story({ uri, options, xml, secure, encrypted, kill }: Told): Promise<void> {
  const conn = await connect(uri, options);
  // A life.
  const domain = await conn.domainDefineXML(xml);
  await domain.create();
  expect((await domain.getState()).state).toBe(DomainState.RUNNING);
  await domain.suspend();
  expect((await domain.getState()).state).toBe(DomainState.PAUSED);
  await domain.resume();
  await domain.destroy();
  expect((await domain.getState()).state).toBe(DomainState.SHUTOFF);
  // A large request, and a larger reply.
  const description = "¤".repeat(1_500_000);
  await domain.setMetadata(DomainMetadataType.DESCRIPTION, description, undefined, undefined);
  expect((await domain.getXMLDesc()).length).toBeGreaterThan(description.length);
  // Many calls at once, small and large.
  const calls = Array.from({ length: 500 }, async (_, i) => {
    if (i % 50 === 0) expect(await conn.getCapabilities()).toContain("</capabilities>");
    else if (i % 2 === 0) expect((await domain.getInfo()).state).toBe(DomainState.SHUTOFF);
    else expect((await conn.domainLookupByName("hero")).uuid).toBe(domain.uuid);
  });
  await Promise.all(calls);
  await domain.undefine();
  expect(await conn.isSecure()).toBe(secure);
  expect(await conn.isEncrypted()).toBe(encrypted);
  // The end, without warning.
  const events = conn.events("domain.lifecycle");
  await events.ready;
  await kill("SIGSTOP");
  const open = Array.from({ length: 20 }, () => conn.getHostname());
  const settled = Promise.allSettled(open);
  await kill("SIGKILL");
  for (const outcome of await settled) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_CLOSED" } });
  }
  await expect(events.next()).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  await conn.close();
}

describe("the whole story", () => {
  it.each(Object.entries(WAYS))("over %s", async (_, way) => {
    const options = way.daemon?.tls === undefined ? {} : { tls: serverFolder };
    const daemon = await startLibvirtd({ ...way.daemon, ...options, systemSockets: way.ssh === true });
    try {
      const sshd = way.ssh === true ? await startSshd(daemon) : undefined;
      try {
        const [uri, how] = await way.target(daemon, sshd as Sshd);
        const { secure, encrypted } = way;
        const told = { uri, options: how, xml: testDomainXml({ name: "hero" }), secure, encrypted };
        await expectNoLeaks(() => story({ ...told, kill: (signal) => daemon.kill(signal) }));
      } finally {
        await sshd?.stop();
      }
    } finally {
      await daemon.stop();
    }
  });

  const MODULAR: readonly (readonly [
    name: string,
    server: string,
    uri: (daemons: NewerDaemons) => string,
  ])[] = [
    ["virtqemud", "virtqemud", (daemons) => `qemu:///system?socket=${daemons.socket("virtqemud")}`],
    ["virtproxyd", "virtproxyd", (daemons) => `qemu:///system?socket=${daemons.socket("virtproxyd")}`],
    ["virtproxyd's TCP port", "virtproxyd", (daemons) => `qemu+tcp://127.0.0.1:${daemons.tcpPort}/system`],
  ];

  it.each(MODULAR)(
    "over %s, of modular daemons",
    async (_, server, uriOf) => {
      const daemons = await startNewer({ tcp: true });
      try {
        const uri = uriOf(daemons);
        const privacy = { secure: !uri.includes("+tcp"), encrypted: false };
        const kill = (signal: NodeJS.Signals): Promise<void> => daemons.kill(server, signal);
        await expectNoLeaks(() => story({ uri, xml: qemuDomainXml({ name: "hero" }), ...privacy, kill }));
      } finally {
        await daemons.stop();
      }
    },
    // Making the system, once for this machine, is part of the wait.
    600_000,
  );
});
