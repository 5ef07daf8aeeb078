import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { InvalidValueError } from "../../src/errors/index.js";
import { ConnectError, type Connection, connect, InvalidUriError, ReadOnlyError } from "../../src/index.js";
import { type DialOptions, dial, parseUri, type SshOptions } from "../../src/transport/index.js";
import { fingerprint, parsePublicKey } from "../../src/transport/ssh/known-hosts.js";
import { openDialled } from "../support/dialled.js";
import { expectNoLeaks } from "../support/leaks.js";
import { freePort, type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { makeKey, type Sshd, startSshd } from "../support/sshd.js";
import { run, virsh } from "../support/virsh.js";
import { Collector } from "../transport/collector.js";

const USER_ID = 41001;
// An account without a shell, where the servers run and nowhere else. root has none of this machine's files.
const PREPARE = `
mkdir -p "$DIR/etc"
for file in passwd group shadow; do cp /etc/$file "$DIR/etc/$file"; done
printf '%s\\n' "nologin:x:${USER_ID}:${USER_ID}::/:/usr/sbin/nologin" >> "$DIR/etc/passwd"
printf '%s\\n' "nologin:x:${USER_ID}:" >> "$DIR/etc/group"
printf '%s\\n' "nologin:*:19000:0:99999:7:::" >> "$DIR/etc/shadow"
for file in passwd group shadow; do mount --bind "$DIR/etc/$file" /etc/$file; done
mount -t tmpfs tmpfs /root
`;

let daemon: Libvirtd;
let sshd: Sshd;
beforeAll(async () => {
  daemon = await startLibvirtd({ systemSockets: true, prepare: PREPARE });
  sshd = await startSshd(daemon);
});
afterAll(() => daemon.stop());

interface Target {
  readonly scheme?: string;
  readonly user?: string;
  readonly path?: string;
  readonly server?: Pick<Sshd, "port" | "key" | "knownHosts">;
}

/** A URI that says all that this machine's settings could say otherwise. */
function uriOf(
  parameters: Readonly<Record<string, string>> = {},
  { scheme = "qemu+libssh", user = "root", path = "system", server = sshd }: Target = {},
): string {
  const query = { keyfile: server.key, known_hosts: server.knownHosts, sshauth: "privkey", ...parameters };
  const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${scheme}://${user}@127.0.0.1:${server.port}/${path}?${text.join("&")}`;
}

/** Why a connection does not come about. */
async function refusal(uri: string): Promise<string> {
  return await expectNoLeaks(async () => {
    try {
      await using _ = await connect(uri, { timeoutMs: 60_000 });
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      return error.message;
    }
    throw new Error(`${uri} could be opened`);
  });
}

async function tryOut(conn: Connection): Promise<void> {
  const name = await conn.getHostname();
  const names = await Promise.all(Array.from({ length: 500 }, () => conn.getHostname()));
  expect(new Set(names)).toEqual(new Set([name]));
}

/** A server with no more in its PATH than these programs. */
async function poorServer(
  names: readonly string[],
  {
    conf = [],
    programs = {},
  }: { conf?: readonly string[]; programs?: Readonly<Record<string, string>> } = {},
): Promise<Sshd> {
  const bin = join(daemon.dir, `bin-${performance.now()}`);
  await mkdir(bin);
  for (const name of names) await symlink(`/usr/bin/${name}`, join(bin, name));
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  return await startSshd(daemon, { conf: [`SetEnv PATH=${bin}`, ...conf] });
}

describe("SSH without a program", () => {
  it.each([
    ["qemu+libssh", {}],
    ["qemu+libssh2", {}],
    ["qemu+libssh", { proxy: "native" }],
    ["qemu+libssh2", { proxy: "netcat" }],
    ["qemu+libssh", { netcat: "/usr/bin/nc" }],
    ["qemu+libssh2", { socket: "/run/libvirt/libvirt-sock" }],
  ])("reaches the daemon, as virsh does: %s %j", async (scheme, parameters) => {
    const uri = uriOf(parameters as Record<string, string>, { scheme });
    await expectNoLeaks(async () => {
      await using conn = await connect(uri);
      await tryOut(conn);
      expect(await conn.isEncrypted()).toBe(true);
      expect(await conn.isSecure()).toBe(true);
    });
    expect(await virsh(uri, "hostname")).toMatchObject({ code: 0 });
  });

  it("is what +ssh means for who hands over keys", async () => {
    const ssh = {
      privateKey: await readFile(sshd.key),
      knownHosts: await readFile(sshd.knownHosts, "utf8"),
    };
    await expectNoLeaks(async () => {
      await using conn = await connect(`qemu+ssh://root@127.0.0.1:${sshd.port}/system`, { ssh });
      await tryOut(conn);
    });
    const uri = uriOf({}, { scheme: "qemu+ssh" });
    await using conn = await openDialled(uri, { ssh: { client: "ssh2" } });
    expect(conn.peer).toBe(`ssh2:root@127.0.0.1:${sshd.port}`);
  });

  it.each([{ proxy: "native" }, { proxy: "netcat" }, {}])(
    "opens for reading only: %j",
    async (parameters) => {
      const uri = uriOf(parameters as Record<string, string>, { scheme: "test+libssh", path: "default" });
      await using conn = await connect(uri, { readOnly: true });
      expect(conn.readOnly).toBe(true);
      await expect(conn.domainCreateXML("<domain/>")).rejects.toBeInstanceOf(ReadOnlyError);
    },
  );

  it("opens for reading only by the server's own forwarding", async () => {
    const server = await poorServer([]);
    try {
      const uri = uriOf({}, { scheme: "test+libssh", path: "default", server });
      await using conn = await connect(uri, { readOnly: true });
      await expect(conn.domainCreateXML("<domain/>")).rejects.toBeInstanceOf(ReadOnlyError);
    } finally {
      await server.stop();
    }
  });

  it.each(["ed25519", "ecdsa", "rsa"] as const)("takes a host's key of every kind: %s", async (hostKey) => {
    const server = await startSshd(daemon, { hostKey });
    try {
      const uri = uriOf({}, { server });
      await using conn = await connect(uri);
      await conn.getHostname();
      expect(await virsh(uri, "hostname")).toMatchObject({ code: 0 });
    } finally {
      await server.stop();
    }
  });

  it.each([
    ["virt-ssh-helper", { proxy: "native" }, []],
    ["nc", { proxy: "netcat" }, []],
    ["a server that changes keys all the time", { proxy: "netcat" }, ["RekeyLimit 1M"]],
  ])(
    "carries large replies, and more than the far side reads at once, through %s",
    async (_name, parameters, conf) => {
      const server = await startSshd(daemon, { conf });
      try {
        const uri = uriOf(parameters, { scheme: "test+libssh", path: "default", server });
        await using conn = await connect(uri);
        const description = "x".repeat(3_000_000);
        const xml = `<domain type="test"><name>big</name><memory>1024</memory><description>${description}</description><os><type>hvm</type></os></domain>`;
        const domain = await conn.domainDefineXML(xml);
        const replies = await Promise.all([1, 2, 3].map(() => domain.getXMLDesc()));
        for (const reply of replies) expect(reply).toContain(`<description>${description}</description>`);
        await domain.undefine();
        const exchanges = server.logs().split("rekey").length - 1;
        if (conf.length > 0) expect(exchanges).toBeGreaterThan(5);
      } finally {
        await server.stop();
      }
    },
  );

  it("makes the far side wait for a slow reader, and ends in order", async () => {
    const bytes = 20_000_000;
    // What looks like packets from afar, and as much of it as the channel takes.
    const program = join(daemon.dir, "flood");
    await writeFile(program, `#!/bin/sh\nhead -c ${bytes} /dev/zero\n`, { mode: 0o755 });
    const uri = parseUri(uriOf({ proxy: "netcat", netcat: program }));
    await expectNoLeaks(async () => {
      const transport = await dial(uri, { timeoutMs: 60_000 });
      const collector = new Collector(() => {
        transport.pause();
        setTimeout(() => transport.resume(), 1);
      });
      transport.start(collector);
      await collector.closed;
      expect(collector.bytes).toBe(bytes);
      expect(collector.error).toBeUndefined();
      expect(collector.offences).toEqual([]);
    });
  });

  it("sends as fast as the far side reads, and no faster", async () => {
    const bytes = 20_000_000;
    const program = join(daemon.dir, "count");
    // The first byte is one that a packet can begin with.
    const text = `[ $# = 1 ] && exit\nsleep 0.2; printf '\\0%s' $(head -c ${bytes} | wc -c)`;
    await writeFile(program, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const uri = parseUri(uriOf({ proxy: "netcat", netcat: program }));
    await expectNoLeaks(async () => {
      const transport = await dial(uri, { timeoutMs: 60_000 });
      const collector = new Collector();
      transport.start(collector);
      let waited = 0;
      for (let i = 0; i < 20; i++) {
        if (transport.write(Buffer.alloc(bytes / 20))) continue;
        waited += 1;
        await collector.drain();
      }
      expect(waited).toBeGreaterThan(0);
      await collector.closed;
      expect(collector.text).toBe(`\0${bytes}`);
      expect(collector.error).toBeUndefined();
    });
  });
});

describe("the far side", () => {
  it.each<[used: string, programs: readonly string[]]>([
    ["virt-ssh-helper", ["virt-ssh-helper", "nc"]],
    ["nc", ["nc"]],
    ["forwarding", []],
  ])("is reached by %s where there is %j", async (used, names) => {
    const notes = join(daemon.dir, `used-${performance.now()}`);
    await writeFile(notes, "");
    // Each program says that it was used, and not just asked what it can do.
    const noted = (name: string): string =>
      `case "$*" in -h | -q) ;; *) echo ${name} >> ${notes};; esac\nexec /usr/bin/${name} "$@"`;
    const programs = Object.fromEntries(names.map((name) => [name, noted(name)]));
    const server = await poorServer(["sh"], { programs, conf: ["MaxSessions 1"] });
    try {
      await expectNoLeaks(async () => {
        await using conn = await connect(uriOf({}, { server }));
        await tryOut(conn);
      });
      expect(await readFile(notes, "utf8")).toBe(used === "forwarding" ? "" : `${used}\n`);
      expect(server.logs().includes("server_request_direct_streamlocal")).toBe(used === "forwarding");
    } finally {
      await server.stop();
    }
  });

  it("is reached by forwarding where there is not even a shell", async () => {
    const server = await poorServer([]);
    try {
      await using conn = await connect(uriOf({}, { server }));
      await tryOut(conn);
      expect(server.logs()).toContain("server_request_direct_streamlocal");
    } finally {
      await server.stop();
    }
  });

  it("is reached by forwarding where nc knows no unix sockets", async () => {
    const programs = { nc: 'echo "usage: nc [-luv] host port" >&2; exit 1' };
    const server = await poorServer(["sh", "grep"], { programs });
    try {
      await using conn = await connect(uriOf({}, { server }));
      await conn.getHostname();
      expect(server.logs()).toContain("server_request_direct_streamlocal");
    } finally {
      await server.stop();
    }
  });

  it("is reached by forwarding where the shell prints something, or is none", async () => {
    const chatty = await startSshd(daemon, {
      prepare: "mount -t tmpfs tmpfs /root; echo 'echo Welcome' > /root/.bashrc",
    });
    const open = await startSshd(daemon, { prepare: "chmod 0777 /run/libvirt" });
    try {
      await using conn = await connect(uriOf({}, { server: chatty }));
      await conn.getHostname();
      const told = await refusal(uriOf({ proxy: "native" }, { server: chatty }));
      expect(told).toContain('printed "Welcome" where a daemon\'s answer belongs');
      await writeFile(join(open.dir, "authorized_keys"), await readFile(`${open.key}.pub`), { mode: 0o644 });
      await run("chmod", ["755", open.dir]);
      await using bare = await connect(uriOf({}, { server: open, user: "nologin" }));
      await bare.getHostname();
    } finally {
      await Promise.all([chatty.stop(), open.stop()]);
    }
  });

  it("without helper, nc and forwarding is told of, each with its reason", async () => {
    const server = await poorServer(["sh"], { conf: ["AllowStreamLocalForwarding no"] });
    try {
      const message = await refusal(uriOf({}, { server }));
      expect(message).toContain(
        `qemu+libssh://root@127.0.0.1:${server.port}/system: ssh2:root@127.0.0.1:${server.port} lets us in`,
      );
      expect(message).toContain(
        "virt-ssh-helper: not there; nc: not there, or it does not know unix sockets;",
      );
      expect(message).toContain("forwarding to /var/run/libvirt/libvirt-sock: (SSH) Channel open failure");
      expect(message).toContain("AllowStreamLocalForwarding");
    } finally {
      await server.stop();
    }
  });

  it("without a shell and without forwarding is told of", async () => {
    const conf = ["AllowStreamLocalForwarding no", "ForceCommand internal-sftp"];
    const server = await startSshd(daemon, { conf });
    try {
      const message = await refusal(uriOf({}, { server }));
      expect(message).toContain(
        'the account has no ordinary shell, or one that prints something (it says "This service allows sftp',
      );
    } finally {
      await server.stop();
    }
  });

  it("may run nothing but one command, if the URI says which", async () => {
    const server = await startSshd(daemon);
    try {
      const key = await readFile(`${server.key}.pub`, "utf8");
      const line = `restrict,command="virt-ssh-helper qemu:///system" ${key}`;
      await writeFile(join(server.dir, "authorized_keys"), line);
      await using conn = await connect(uriOf({ proxy: "native" }, { server }));
      await conn.getHostname();
      const message = await refusal(uriOf({}, { server }));
      expect(message).toContain("say which with proxy=native or proxy=netcat");
    } finally {
      await server.stop();
    }
  });

  it.each([
    [{ proxy: "native" }, "virt-ssh-helper ended with exit status 127", "Install virt-ssh-helper"],
    [{ proxy: "netcat" }, "nc ended with exit status 127", "Install nc (OpenBSD's"],
    [{ netcat: "/opt/nc" }, "/opt/nc ended with exit status 127", 'Install "/opt/nc"'],
  ])("lacks what the URI insists on: %j", async (parameters, what, advice) => {
    const server = await poorServer(["sh", "grep"]);
    try {
      const uri = uriOf(parameters as Record<string, string>, { server });
      const message = await refusal(uri);
      expect(message).toContain(what);
      expect(message).toContain(advice);
      expect((await virsh(uri, "hostname")).code).not.toBe(0);
    } finally {
      await server.stop();
    }
  });

  it.each([
    [
      { socket: "/no such/sock" },
      'saying "nc: /no such/sock: No such file or directory"',
      "No daemon listens",
    ],
    [{ socket: "/etc/passwd" }, "nc: /etc/passwd: Connection refused", "No daemon listens on /etc/passwd"],
  ])("has no such socket: %j", async (parameters, what, advice) => {
    const uri = uriOf(parameters);
    const message = await refusal(uri);
    expect(message).toContain(what);
    expect(message).toContain(advice);
    expect((await virsh(uri, "hostname")).code).not.toBe(0);
  });

  it("has no such socket to forward to", async () => {
    const server = await poorServer([]);
    try {
      const message = await refusal(uriOf({ socket: "/nonexistent" }, { server }));
      expect(message).toContain("forwarding to /nonexistent: (SSH) Channel open failure: open failed");
    } finally {
      await server.stop();
    }
  });

  it("is not asked for anything that the URI contradicts itself about", async () => {
    await expect(connect(uriOf({ mode: "direct" }))).rejects.toBeInstanceOf(InvalidUriError);
    await expect(connect(uriOf({ proxy: "native", netcat: "nc" }))).rejects.toThrow("add proxy=netcat");
  });

  it("is told of when nobody is there", async () => {
    const port = await freePort();
    const server = { ...sshd, port };
    expect(await refusal(uriOf({}, { server }))).toContain(
      `Cannot connect to ssh2:root@127.0.0.1:${port} (ECONNREFUSED: connection refused). Nobody listens there; does the daemon run with an SSH server in front of it`,
    );
  });
});

describe("a host", () => {
  const name = (): string => `[127.0.0.1]:${sshd.port}`;
  const keyOf = async (path: string): Promise<string> =>
    (await readFile(`${path}.pub`, "utf8")).split(" ").slice(0, 2).join(" ");
  const hostKey = (): Promise<string> => keyOf(join(sshd.dir, "host_key"));
  const print = (line: string): string => fingerprint(parsePublicKey(line)?.key ?? Buffer.alloc(0));
  let other: string;
  let otherType: string;
  beforeAll(async () => {
    for (const type of ["ed25519", "ecdsa"] as const) await makeKey(join(daemon.dir, `host-${type}`), type);
    other = await keyOf(join(daemon.dir, "host-ed25519"));
    otherType = await keyOf(join(daemon.dir, "host-ecdsa"));
  });

  /** What ssh(1) makes of a known_hosts file: whether it would go on to log in. */
  async function sshGoesOn(file: string): Promise<boolean> {
    const options = ["BatchMode=yes", "StrictHostKeyChecking=yes", "GlobalKnownHostsFile=/dev/null"];
    const more = [`UserKnownHostsFile=${file}`, "IdentitiesOnly=yes"]
      .concat(options)
      .flatMap((each) => ["-o", each]);
    const where = ["-p", String(sshd.port), "-i", sshd.key, "root@127.0.0.1", "true"];
    return (await run("ssh", ["-F", "/dev/null", ...more, ...where])).code === 0;
  }

  async function knownHosts(text: string): Promise<string> {
    const file = join(daemon.dir, `known-${performance.now()}`);
    await writeFile(file, text);
    return file;
  }

  it.each([
    ["known", "NAME KEY", ""],
    ["known without its port", "127.0.0.1 KEY", ""],
    ["known by another key as well", "NAME OTHER\nNAME KEY", ""],
    ["known by a key of another kind as well", "NAME TYPE\nNAME KEY", ""],
    ["known beside an authority", "@cert-authority * OTHER\nNAME KEY", ""],
    ["known without its port beside a changed one", "127.0.0.1 KEY\nNAME OTHER", "line 2 has"],
    ["unknown", "", "is not known (looked in: FILE)"],
    ["unknown where others are", "[127.0.0.1]:1 KEY\nlocalhost KEY", "is not known (looked in: FILE)"],
    ["changed", "# comment\nNAME OTHER", "is not the known one (FILE, line 2 has"],
    [
      "known by a key of another kind",
      "NAME TYPE",
      "is of another kind than the known one (FILE, line 1 has ECDSA",
    ],
    ["revoked", "NAME KEY\n@revoked * KEY", "is revoked (FILE, line 2)"],
    ["known by an authority", "@cert-authority * KEY", "FILE, line 1 trusts a certificate authority"],
  ])("that is %s gets the same verdict from us and from ssh", async (what, text, message) => {
    const key = await hostKey();
    const fill = text.replace(
      /NAME|KEY|OTHER|TYPE/g,
      (word) => ({ NAME: name(), KEY: key, OTHER: other, TYPE: otherType })[word] ?? "",
    );
    const file = await knownHosts(fill);
    const uri = uriOf({ known_hosts: file });
    expect(await sshGoesOn(file)).toBe(message === "");
    // Neither of virsh's libraries knows @revoked, and they differ about lines without the port.
    for (const scheme of ["qemu+libssh", "qemu+libssh2"]) {
      const { code } = await virsh(uriOf({ known_hosts: file }, { scheme }), "hostname");
      const peculiar = what === "revoked" || what.includes("without its port");
      if (!peculiar) expect([scheme, code === 0]).toEqual([scheme, message === ""]);
    }
    if (message === "") {
      await using conn = await connect(uri);
      await conn.getHostname();
      return;
    }
    const told = await refusal(uri);
    expect(told).toContain(`The ED25519 key that ${name()} shows (${print(key)}) `);
    expect(told).toContain(message.replace("FILE", file));
    expect(told).not.toMatch(/ignore|no_verify|StrictHost/);
  });

  it("that is unknown is told of with the line that makes it known", async () => {
    const file = await knownHosts("");
    const told = await refusal(uriOf({ known_hosts: file }));
    const [, line = ""] = /add this line to \S+: (.*)$/.exec(told) ?? [];
    expect(line).toBe(`${name()} ${await hostKey()}`);
    await writeFile(file, line);
    await using conn = await connect(uriOf({ known_hosts: file }));
    await conn.getHostname();
  });

  it("is known by hashed names", async () => {
    const file = await knownHosts(await readFile(sshd.knownHosts, "utf8"));
    await run("ssh-keygen", ["-q", "-H", "-f", file]);
    expect(await readFile(file, "utf8")).toMatch(/^\|1\|/);
    const uri = uriOf({ known_hosts: file });
    await using conn = await connect(uri);
    await conn.getHostname();
    expect(await virsh(uri, "hostname")).toMatchObject({ code: 0 });
  });

  it("with several keys shows the one that is known", async () => {
    const types = ["ed25519", "ecdsa", "rsa"] as const;
    const files = types.map((type) => join(daemon.dir, `many-${type}`));
    await Promise.all(types.map((type, i) => makeKey(files[i] ?? "", type)));
    const server = await startSshd(daemon, { conf: files.map((file) => `HostKey ${file}`) });
    try {
      for (const file of files) {
        const line = await keyOf(file);
        const known = await knownHosts(`[127.0.0.1]:${server.port} ${line}\n`);
        await using conn = await connect(uriOf({ known_hosts: known }, { server }));
        await conn.getHostname();
        await using pinned = await openDialled(uriOf({}, { server }), { ssh: { hostKey: line } });
        await pinned.hostname();
      }
    } finally {
      await server.stop();
    }
  });

  it("is added with known_hosts_verify=auto if it is new, and never if it has changed", async () => {
    const file = join(daemon.dir, "made", "known_hosts");
    const uri = uriOf({ known_hosts: file, known_hosts_verify: "auto" });
    for (const _ of [1, 2]) {
      await using conn = await connect(uri);
      await conn.getHostname();
    }
    expect(await readFile(file, "utf8")).toBe(`${name()} ${await hostKey()}\n`);
    await writeFile(file, `${name()} ${other}`);
    expect(await refusal(uri)).toContain("is not the known one");
    expect(await readFile(file, "utf8")).toBe(`${name()} ${other}`);
    await writeFile(file, "# no end of line");
    await using conn = await connect(uri);
    await conn.getHostname();
    expect(await readFile(file, "utf8")).toBe(`# no end of line\n${name()} ${await hostKey()}\n`);
  });

  it("cannot be added where nothing can be written", async () => {
    const uri = uriOf({ known_hosts: "/proc/known_hosts", known_hosts_verify: "auto" });
    expect(await refusal(uri)).toContain("cannot be added to /proc/known_hosts (");
    const memory = openDialled(uriOf({ known_hosts_verify: "auto" }), { ssh: { knownHosts: "" } });
    await expect(memory).rejects.toThrow("is not known (looked in: options.ssh.knownHosts)");
  });

  it("is not looked at with known_hosts_verify=ignore, and with no_verify=1 for +ssh alone", async () => {
    const file = await knownHosts(`${name()} ${other}`);
    await using conn = await connect(uriOf({ known_hosts: file, known_hosts_verify: "ignore" }));
    await conn.getHostname();
    expect(await readFile(file, "utf8")).toBe(`${name()} ${other}`);
    const ssh = { client: "ssh2" } as const;
    const query = { known_hosts: file, no_verify: "1" };
    await using second = await openDialled(uriOf(query, { scheme: "qemu+ssh" }), { ssh });
    await second.hostname();
    expect(await refusal(uriOf(query))).toContain("is not the known one");
  });

  it("may be known from memory, and by its fingerprint alone", async () => {
    const key = await hostKey();
    const wrong = await knownHosts(`${name()} ${other}`);
    const open = async (ssh: SshOptions, options: DialOptions = {}): Promise<void> => {
      await using conn = await openDialled(uriOf({ known_hosts: wrong }), { ssh, ...options });
      await conn.hostname();
    };
    await open({ knownHosts: `${name()} ${key}` });
    await open({ knownHostsFile: sshd.knownHosts });
    await open({ hostKey: print(key) });
    await open({ hostKey: `${print(key)}=` });
    await open({ hostKey: [print(other), `${key} a comment`] });
    await expect(open({ knownHosts: "" })).rejects.toThrow(
      "is not known (looked in: options.ssh.knownHosts)",
    );
    await expect(open({ hostKey: print(other) })).rejects.toThrow(
      `is not the one of options.ssh.hostKey (${print(other)})`,
    );
    for (const hostKey of ["", "SHA256:", "MD5:00:11", "ssh-rsa AAAA"]) {
      await expect(open({ hostKey })).rejects.toBeInstanceOf(InvalidValueError);
    }
  });

  it("is looked for in the user's own files", async () => {
    const home = join(daemon.dir, "known-home");
    const line = `${name()} ${await hostKey()}\n`;
    const bare = (scheme: string): string => {
      const query = new URLSearchParams({ keyfile: sshd.key, sshauth: "privkey" });
      return `${scheme}://root@127.0.0.1:${sshd.port}/system?${query.toString()}`;
    };
    const open = async (scheme: string, env: Record<string, string>): Promise<void> => {
      await using conn = await openDialled(bare(scheme), { env, ssh: { client: "ssh2" } });
      await conn.hostname();
    };
    await mkdir(join(home, ".ssh"), { recursive: true });
    await mkdir(join(home, "config", "libvirt"), { recursive: true });
    await expect(open("qemu+ssh", { HOME: home })).rejects.toThrow(
      `add this line to ${home}/.ssh/known_hosts: `,
    );
    await expect(open("qemu+libssh", { HOME: home })).rejects.toThrow(
      `to ${home}/.config/libvirt/known_hosts: `,
    );
    await writeFile(join(home, "config", "libvirt", "known_hosts"), line);
    const env = { HOME: home, XDG_CONFIG_HOME: join(home, "config") };
    await open("qemu+libssh", env);
    await open("qemu+libssh2", env);
    await expect(open("qemu+ssh", env)).rejects.toThrow("is not known");
    await writeFile(join(home, ".ssh", "known_hosts"), line);
    await open("qemu+ssh", { HOME: home });
    await open("qemu+libssh", { HOME: home });
  });
});

describe("an SSH connection without a program that is lost", () => {
  it.each(["its session at the server", "the daemon", "the daemon, behind forwarding"])(
    "settles every call when %s is killed",
    async (what) => {
      const own = what.startsWith("the daemon") ? await startLibvirtd({ systemSockets: true }) : daemon;
      const conf = what.endsWith("forwarding") ? ["SetEnv PATH=/nonexistent"] : [];
      const server = own === daemon ? sshd : await startSshd(own, { conf });
      try {
        await expectNoLeaks(async () => {
          const conn = await connect(uriOf({}, { server }));
          // Stopped, the daemon takes calls and answers none.
          own.kill("SIGSTOP");
          const settled = Promise.allSettled(Array.from({ length: 50 }, () => conn.getCapabilities()));
          await sleep(50);
          if (own === daemon) await server.killSessions();
          else own.kill("SIGKILL");
          for (const result of await settled) {
            expect(result).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_CLOSED" } });
          }
          const { message } = await conn.closed;
          expect(message).toContain(`ssh2:root@127.0.0.1:${server.port}`);
          if (own === daemon) expect(message).toContain("was lost (the server hung up)");
          await conn.close();
        });
      } finally {
        if (own === daemon) own.kill("SIGCONT");
        else await own.stop();
      }
    },
  );

  it("is not kept open by a far side that does not end", async () => {
    const program = join(daemon.dir, "stubborn");
    await writeFile(program, "#!/bin/sh\n[ $# = 1 ] && exit\nexec 0<&-; sleep 60\n", { mode: 0o755 });
    const uri = parseUri(uriOf({ proxy: "netcat", netcat: program }));
    await expectNoLeaks(async () => {
      const transport = await dial(uri, { timeoutMs: 60_000 });
      const collector = new Collector();
      transport.start(collector);
      transport.write(Buffer.alloc(100));
      transport.end();
      await collector.closed;
      expect(collector.offences).toEqual([]);
    });
  });
});
