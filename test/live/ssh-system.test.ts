import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  CallTimeoutError,
  ConnectError,
  type Connection,
  connect,
  DomainEventType,
  InvalidUriError,
  ReadOnlyError,
} from "../../src/index.js";
import { expectNoLeaks } from "../support/leaks.js";
import { freePort, type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { childrenOf, makeKey, type Sshd, startSshd } from "../support/sshd.js";
import { virsh } from "../support/virsh.js";

const USER_ID = 41001;
// Accounts that exist only where the servers run: one with a shell, one without. root has none of this machine's files.
const PREPARE = `
mkdir -p "$DIR/etc" "$DIR/home" && chown ${USER_ID}:${USER_ID} "$DIR/home"
for file in passwd group shadow; do cp /etc/$file "$DIR/etc/$file"; done
printf '%s\\n' "guest:x:${USER_ID}:${USER_ID}::$DIR/home:/bin/bash" "nologin:x:41002:${USER_ID}::/:/usr/sbin/nologin" >> "$DIR/etc/passwd"
printf '%s\\n' "guest:x:${USER_ID}:" >> "$DIR/etc/group"
printf '%s\\n' "guest:*:19000:0:99999:7:::" "nologin:*:19000:0:99999:7:::" >> "$DIR/etc/shadow"
for file in passwd group shadow; do mount --bind "$DIR/etc/$file" /etc/$file; done
mount -t tmpfs tmpfs /root
`;

let daemon: Libvirtd;
let sshd: Sshd;
beforeAll(async () => {
  daemon = await startLibvirtd({ systemSockets: true, prepare: PREPARE });
  sshd = await startSshd(daemon);
  await chmod(sshd.dir, 0o755);
});
afterAll(() => daemon.stop());

/** A program that runs ssh, and is to be run in its place, without this machine's settings. */
async function wrapper(knownHosts: string, before = "exec"): Promise<string> {
  const path = join(daemon.dir, `ssh-${performance.now()}`);
  const options = `-F /dev/null -o UserKnownHostsFile=${knownHosts} -o GlobalKnownHostsFile=/dev/null -o IdentitiesOnly=yes`;
  await writeFile(path, `#!/bin/sh\n${before} ssh ${options} "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

interface Target {
  readonly driver?: string;
  readonly user?: string;
  readonly path?: string;
  readonly server?: Pick<Sshd, "port">;
  readonly knownHosts?: string;
}

async function uriOf(
  parameters: Readonly<Record<string, string>> = {},
  { driver = "qemu", user = "root", path = "system", server = sshd, knownHosts }: Target = {},
): Promise<string> {
  const command = await wrapper(knownHosts ?? sshd.knownHosts);
  const query = Object.entries({ command, keyfile: sshd.key, no_tty: "1", ...parameters });
  const text = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return `${driver}+ssh://${user}@127.0.0.1:${server.port}/${path}?${text}`;
}

/** Why a connection does not come about. */
async function refusal(uri: string, timeoutMs = 60_000): Promise<string> {
  return await expectNoLeaks(async () => {
    try {
      await using _ = await connect(uri, { timeoutMs });
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      return error.message;
    }
    throw new Error(`${uri} could be opened`);
  });
}

/** What this side has started and not yet seen end. */
async function childrenSince(before: readonly number[]): Promise<number[]> {
  return (await childrenOf()).filter((pid) => !before.includes(pid));
}

/** A server that is no SSH server. */
async function listen(serve: (socket: Socket) => void): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function tryOut(conn: Connection): Promise<void> {
  const hostname = await conn.getHostname();
  const names = await Promise.all(Array.from({ length: 500 }, () => conn.getHostname()));
  expect(new Set(names)).toEqual(new Set([hostname]));
}

describe("the machine's ssh", () => {
  it.each([
    ["virt-ssh-helper, if it is there", {}],
    ["virt-ssh-helper", { proxy: "native" }],
    ["nc", { proxy: "netcat" }],
    ["an nc that the URI names", { netcat: "/usr/bin/nc" }],
    ["nc, to a socket that the URI names", { socket: "SOCKET" }],
    ["whatever there is, to a host that is not verified", { no_verify: "1", knownHosts: "/dev/null" }],
  ])("reaches the daemon with %s", async (_name, { knownHosts, ...parameters }: Record<string, string>) => {
    if (parameters.socket !== undefined) parameters.socket = daemon.socket;
    const uri = await uriOf(parameters, knownHosts === undefined ? {} : { knownHosts });
    const before = await childrenOf();
    await expectNoLeaks(async () => {
      await using conn = await connect(uri);
      await tryOut(conn);
      expect(conn).toMatchObject({ readOnly: false });
      expect(await conn.isEncrypted()).toBe(true);
      expect(await conn.isSecure()).toBe(true);
    });
    expect(await childrenSince(before)).toEqual([]);
    expect(await virsh(uri, "hostname")).toMatchObject({ code: 0 });
  });

  it.each([{}, { proxy: "netcat" }])("opens for reading only: %j", async (parameters) => {
    const uri = await uriOf(parameters, { driver: "test", path: "default" });
    await using conn = await connect(uri, { readOnly: true });
    await expect(conn.domainCreateXML("<domain/>")).rejects.toBeInstanceOf(ReadOnlyError);
  });

  it("comes back when its ssh is killed, with its subscriptions", async () => {
    const before = await childrenOf();
    await expectNoLeaks(async () => {
      const uri = await uriOf({}, { driver: "test", path: "default" });
      await using conn = await connect(uri, { reconnect: { minDelayMs: 5 } });
      const domain = await conn.domainLookupByName("test");
      const events = conn.events("domain.lifecycle");
      await events.ready;
      for (let i = 0; i < 3; i++) {
        const [ssh] = await childrenSince(before);
        process.kill(ssh as number, "SIGKILL");
        while (conn.isAlive()) await sleep(5);
        await domain.suspend();
        await domain.resume();
        expect((await events.next()).value?.event).toBe(DomainEventType.SUSPENDED);
        expect((await events.next()).value?.event).toBe(DomainEventType.RESUMED);
      }
    });
    expect(await childrenSince(before)).toEqual([]);
  }, 60_000);

  it("has the helper start the daemon of an ordinary account's session", async () => {
    await using conn = await connect(await uriOf({}, { user: "guest", path: "session" }));
    expect(existsSync(join(daemon.dir, "home/.cache/libvirt/libvirt-sock"))).toBe(true);
    expect(await conn.listAllDomains()).toEqual([]);
  });

  it("carries a large reply, and more than the far side reads at once", async () => {
    const pool = { driver: "test", path: "default" };
    await using conn = await connect(await uriOf({}, pool));
    const description = "x".repeat(3_000_000);
    const xml = `<domain type="test"><name>big</name><memory>1024</memory><description>${description}</description><os><type>hvm</type></os></domain>`;
    const domain = await conn.domainDefineXML(xml);
    const replies = await Promise.all([1, 2, 3].map(() => domain.getXMLDesc()));
    for (const reply of replies) expect(reply).toContain(`<description>${description}</description>`);
  });
});

describe("an SSH connection that does not come about", () => {
  let bare: Sshd;
  let chatty: Sshd;
  let empty: Sshd;
  beforeAll(async () => {
    // One with a shell and next to nothing else, one whose shell greets everybody, one without a daemon.
    const bin = join(daemon.dir, "bin");
    await mkdir(bin);
    for (const name of ["sh", "grep", "which"]) await symlink(`/bin/${name}`, join(bin, name));
    const prepare = "echo 'echo Welcome to $HOSTNAME' > /root/.bashrc";
    [bare, chatty, empty] = await Promise.all([
      startSshd(daemon, { conf: [`SetEnv PATH=${bin}`, "PasswordAuthentication yes"] }),
      startSshd(daemon, { prepare: `mount -t tmpfs tmpfs /root; ${prepare}` }),
      startSshd(daemon, { prepare: "mount -t tmpfs -o mode=0700 tmpfs /run/libvirt" }),
    ]);
    await chmod(empty.dir, 0o755);
  });

  const to = (server: Sshd): Target => ({ server, knownHosts: server.knownHosts });
  const from = (server: Sshd): Readonly<Record<string, string>> => ({ keyfile: server.key });

  it("is told of when ssh does not know the host's key", async () => {
    const message = await refusal(await uriOf({}, { knownHosts: "/dev/null" }));
    expect(message).toContain(`cannot open qemu+ssh://root@127.0.0.1:${sshd.port}/system: `);
    expect(message).toContain('ended with exit status 255, saying "Host key verification failed."');
    expect(message).toContain(`Run "ssh -p ${sshd.port} root@127.0.0.1" once in a terminal`);
    expect(message).not.toMatch(/no_verify|REMOTE_PROC/);
  });

  it.each([
    [
      "has changed",
      "",
      "REMOTE HOST IDENTIFICATION HAS CHANGED",
      "Find out which before you remove the old key",
    ],
    ["is revoked", "@revoked ", "REVOKED HOST KEY", "nobody may trust this key any more"],
  ])("is told of when the host's key %s", async (what, marker, ssh, advice) => {
    const knownHosts = join(daemon.dir, `known ${what}`.replaceAll(" ", "_"));
    await makeKey(`${knownHosts}-key`, "ed25519");
    const key = marker === "" ? `${knownHosts}-key.pub` : join(sshd.dir, "host_key.pub");
    await writeFile(knownHosts, `${marker}[127.0.0.1]:${sshd.port} ${await readFile(key, "utf8")}`);
    const message = await refusal(await uriOf({}, { knownHosts }));
    expect(message).toContain(ssh);
    expect(message).toContain(advice);
  });

  it.each([
    [
      "a key that the account does not know",
      "other",
      0o600,
      'saying "root@127.0.0.1: Permission denied (publickey)."',
      "authorized_keys",
    ],
    ["a key that everybody may read", "open", 0o644, "UNPROTECTED PRIVATE KEY FILE", "chmod 600"],
    [
      "a key that is not there",
      "none",
      0,
      "not accessible: No such file or directory",
      "give the whole path",
    ],
  ])("is told of when ssh has %s", async (_what, name, mode, ssh, advice) => {
    const keyfile = join(daemon.dir, name);
    if (name === "other") await makeKey(keyfile, "ed25519");
    if (name === "open") await writeFile(keyfile, await readFile(sshd.key));
    if (mode !== 0) await chmod(keyfile, mode);
    const message = await refusal(await uriOf({ keyfile }));
    expect(message).toContain(ssh);
    expect(message).toContain(advice);
  });

  it("is told of when nobody can be asked for a password, and does not show one", async () => {
    // Without a terminal, even where this test has one.
    const command = await wrapper(bare.knownHosts, "exec setsid");
    const query = new URLSearchParams({ command }).toString();
    const message = await refusal(`qemu+ssh://root:sesame@127.0.0.1:${bare.port}/system?${query}`);
    expect(message).toContain(`cannot open qemu+ssh://root:***@127.0.0.1:${bare.port}/system: `);
    expect(message).toContain("root:***@127.0.0.1: Permission denied (publickey,password).");
    expect(message).toContain("ssh asks for no password");
    expect(message).not.toContain("sesame");
  });

  it.each([
    [
      { socket: "/no such/sock" },
      "nc: /no such/sock: No such file or directory",
      "No daemon listens on /no such/sock on 127.0.0.1",
    ],
    [{ socket: "/etc/passwd" }, "nc: /etc/passwd: Connection refused", "No daemon listens on /etc/passwd"],
    [{ netcat: "/opt/nc" }, "/opt/nc: not found", 'Install "/opt/nc" on 127.0.0.1'],
  ])("is told of when nc does not get to the daemon: %j", async (parameters, ssh, advice) => {
    const message = await refusal(await uriOf(parameters as Record<string, string>));
    expect(message).toContain(ssh);
    expect(message).toContain(advice);
  });

  it.each([
    ["auto", "nc: not found", "There is neither of virt-ssh-helper or nc on 127.0.0.1"],
    [
      "native",
      "virt-ssh-helper: not found",
      "Install virt-ssh-helper (it comes with libvirt's daemons) on 127.0.0.1",
    ],
    ["netcat", "nc: not found", "Install nc (OpenBSD's; netcat= may name another path) on 127.0.0.1"],
  ])("is told of when the far side lacks what proxy=%s needs", async (proxy, ssh, advice) => {
    const message = await refusal(await uriOf({ proxy, ...from(bare) }, to(bare)));
    expect(message).toContain("ended with exit status 127");
    expect(message).toContain(ssh);
    expect(message).toContain(advice);
  });

  it.each([
    ["no daemon", "root", /No such file or directory/, "No daemon listens on 127.0.0.1; start it there"],
    ["one that the account may not use", "guest", /Permission denied/, 'add it to the group "libvirt" there'],
  ])("is told of when the far side has %s", async (_what, user, ssh, advice) => {
    for (const proxy of ["native", "netcat"]) {
      const message = await refusal(await uriOf({ proxy, ...from(empty) }, { ...to(empty), user }));
      expect(message).toMatch(ssh);
      expect(message.replace(" on /var/run/libvirt/libvirt-sock", "")).toContain(advice);
    }
  });

  it("is told of when the account's shell prints something, or is none", async () => {
    const greeted = await refusal(await uriOf(from(chatty), to(chatty)));
    expect(greeted).toContain(`printed "Welcome to ${hostname()}" where a daemon's answer belongs`);
    expect(greeted).toContain(".bashrc");
    const refused = await refusal(await uriOf({}, { user: "nologin" }));
    expect(refused).toContain('printed "This account is currently not available." where');
    expect(refused).toContain("ended with exit status 1");
  });

  it("is told of when there is no ssh, or nobody at the other end", async () => {
    const port = await freePort();
    const nobody = await refusal(await uriOf({}, { server: { port } }));
    expect(nobody).toContain(`connect to host 127.0.0.1 port ${port}: Connection refused`);
    expect(nobody).toContain("does sshd run on 127.0.0.1, and is the port right?");
    const unknown = await refusal(
      `qemu+ssh://no.such.host.invalid/system?command=${await wrapper("/dev/null")}`,
    );
    expect(unknown).toContain("Could not resolve hostname no.such.host.invalid");
    expect(unknown).toContain("Check the host's name");
    expect(await refusal("qemu+ssh://h/system?command=/nonexistent/ssh")).toContain(
      'Cannot run "/nonexistent/ssh" (ENOENT',
    );
  });

  it("is told of when a server that is none hangs up", async () => {
    await using server = await listen((socket) => socket.end());
    await expect(connect(await uriOf({}, { server }))).rejects.toThrow("is it an SSH server at all");
  });

  it("ends with its caller's patience, at a server that says nothing", async () => {
    await expectNoLeaks(async () => {
      await using server = await listen(() => {});
      const uri = await uriOf({}, { server });
      const before = await childrenOf();
      await expect(connect(uri, { timeoutMs: 300 })).rejects.toBeInstanceOf(CallTimeoutError);
      const signal = AbortSignal.timeout(300);
      await expect(connect(uri, { signal })).rejects.toMatchObject({ name: "AbortError" });
      // The test's own time limit is the limit.
      while ((await childrenSince(before)).length > 0) await sleep(10);
    });
  });

  it("is refused before anything runs where virsh refuses", async () => {
    await expect(connect(await uriOf({ mode: "direct" }))).rejects.toBeInstanceOf(InvalidUriError);
    await expect(connect(await uriOf({ proxy: "native", netcat: "nc" }))).rejects.toThrow("add proxy=netcat");
  });
});

describe("an SSH connection that is lost", () => {
  it.each(["ssh", "its session at the server", "the daemon's end"])(
    "settles every call when %s is killed",
    async (what) => {
      const own =
        what === "the daemon's end" ? await startLibvirtd({ systemSockets: true, prepare: PREPARE }) : daemon;
      const server = own === daemon ? sshd : await startSshd(own);
      try {
        await expectNoLeaks(async () => {
          const before = await childrenOf();
          const uri = await uriOf({ keyfile: server.key }, { server, knownHosts: server.knownHosts });
          const conn = await connect(uri);
          const [ssh = 0, ...more] = (await childrenOf()).filter((pid) => !before.includes(pid));
          expect(more).toEqual([]);
          // Stopped, the daemon takes calls and answers none.
          own.kill("SIGSTOP");
          const settled = Promise.allSettled(Array.from({ length: 50 }, () => conn.getCapabilities()));
          await sleep(50);
          if (what === "ssh") process.kill(ssh, "SIGKILL");
          else if (own === daemon) await server.killSessions();
          else own.kill("SIGKILL");
          for (const result of await settled) {
            expect(result).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_CLOSED" } });
          }
          const { message } = await conn.closed;
          expect(message).toContain(`ssh:root@127.0.0.1:${server.port}`);
          if (what === "ssh") expect(message).toContain("was ended by SIGKILL");
          if (what === "its session at the server") expect(message).toContain("exit status 255, saying");
          expect(await childrenSince(before)).toEqual([]);
          await conn.close();
        });
      } finally {
        if (own === daemon) own.kill("SIGCONT");
        else await own.stop();
      }
    },
  );
});

describe("the ext transport", () => {
  async function script(text: string, mode = 0o755): Promise<string> {
    const path = join(daemon.dir, `ext-${performance.now()}`);
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, mode);
    return path;
  }

  it("runs a program that leads to the daemon", async () => {
    const helper = daemon.inside(["virt-ssh-helper", "test:///default"]).join(" ");
    for (const text of [`exec nc -U ${daemon.socket}`, `[ $# = 0 ] && exec ${helper}`]) {
      const uri = `test+ext:///default?command=${await script(text)}`;
      const before = await childrenOf();
      await expectNoLeaks(async () => {
        await using conn = await connect(uri);
        await tryOut(conn);
        expect((await conn.listAllDomains()).map(({ name }) => name)).toContain("test");
      });
      expect(await childrenSince(before)).toEqual([]);
      expect(await virsh(uri, "list", "--all", "--name")).toMatchObject({ code: 0 });
    }
  });

  it("says why a program did not lead there", async () => {
    const uri = (command: string): string => `test+ext:///default?command=${command}`;
    const failed = await refusal(uri(await script("echo no route today >&2; exit 9")));
    expect(failed).toContain('ended with exit status 9, saying "no route today". It has to join');
    expect(await refusal(uri(await script("echo Hello; sleep 1")))).toContain('printed "Hello"');
    const none = join(daemon.dir, "no-such-program");
    expect(await refusal(uri(none))).toContain(`Cannot run "${none}" (ENOENT`);
    expect(await refusal(uri("no-such-program"))).toContain("It is not in PATH");
    expect(await refusal(uri(await script("", 0o644)))).toContain("Make it executable");
  });
});
