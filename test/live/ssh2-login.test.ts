import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ConnectError } from "../../src/errors/index.js";
import { type ConnectOptions, connect } from "../../src/index.js";
import type { DialOptions, SshOptions } from "../../src/transport/index.js";
import { answering } from "../support/credentials.js";
import { openDialled } from "../support/dialled.js";
import { expectNoLeaks } from "../support/leaks.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { makeKey, type Sshd, startSshd } from "../support/sshd.js";
import { run, virsh } from "../support/virsh.js";

// root may log in with a password, where the servers run and nowhere else.
const PREPARE = `
cp /etc/shadow "$DIR/shadow"
hash=$(openssl passwd -6 sesame)
sed -i "s|^root:[^:]*:|root:$hash:|" "$DIR/shadow"
mount --bind "$DIR/shadow" /etc/shadow
mount -t tmpfs tmpfs /root
`;
const PASSWORDS = ["PasswordAuthentication yes", "PermitRootLogin yes"];
type KeyCase = readonly [
  name: string,
  type: "ed25519" | "ecdsa" | "rsa",
  passphrase: string,
  format: "" | "PEM" | "PKCS8" | "openssl",
];
const KEYS: readonly KeyCase[] = [
  ["ed25519", "ed25519", "", ""],
  ["ed25519-pkcs8", "ed25519", "", "openssl"],
  ["ecdsa", "ecdsa", "", ""],
  ["ecdsa-pem", "ecdsa", "", "PEM"],
  ["ecdsa-pkcs8", "ecdsa", "", "PKCS8"],
  ["rsa", "rsa", "", ""],
  ["rsa-pem", "rsa", "", "PEM"],
  ["rsa-pkcs8", "rsa", "", "PKCS8"],
  ["ed25519-locked", "ed25519", "open sesame", ""],
  ["ed25519-pkcs8-locked", "ed25519", "open sesame", "openssl"],
  ["ecdsa-pem-locked", "ecdsa", "open sesame", "PEM"],
  ["rsa-pkcs8-locked", "rsa", "open sesame", "PKCS8"],
];

let daemon: Libvirtd;
let sshd: Sshd;
let passwords: Sshd;
let keyDir: string;
beforeAll(async () => {
  daemon = await startLibvirtd({ systemSockets: true, prepare: PREPARE });
  [sshd, passwords] = await Promise.all([
    startSshd(daemon, { conf: ["MaxAuthTries 20"] }),
    startSshd(daemon, { conf: PASSWORDS }),
  ]);
  keyDir = join(daemon.dir, "keys");
  await mkdir(keyDir);
  for (const each of KEYS) await makeUserKey(...each);
});
afterAll(() => daemon.stop());

/** A key that the first server takes. */
async function makeUserKey(...[name, type, passphrase, format]: KeyCase): Promise<void> {
  const file = join(keyDir, name);
  if (format === "openssl") {
    // What ssh-keygen does not write for this kind of key.
    const lock = passphrase === "" ? [] : ["-aes256", "-pass", `pass:${passphrase}`];
    execFileSync("openssl", ["genpkey", "-algorithm", "ed25519", "-out", file, ...lock], { stdio: "ignore" });
    const { createPrivateKey, createPublicKey } = await import("node:crypto");
    const key = createPrivateKey({ key: await readFile(file), passphrase });
    const { x = "" } = createPublicKey(key).export({ format: "jwk" });
    const head = Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0\x20", "latin1");
    const blob = Buffer.concat([head, Buffer.from(x, "base64url")]).toString("base64");
    await writeFile(`${file}.pub`, `ssh-ed25519 ${blob} test\n`);
  } else await makeKey(file, type, { passphrase, format });
  await appendFile(join(sshd.dir, "authorized_keys"), await readFile(`${file}.pub`));
}

function key(name: string): string {
  return join(keyDir, name);
}

interface Way {
  readonly server?: Sshd;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly scheme?: string;
  readonly home?: string;
}

function uriOf({ server = sshd, parameters = {}, scheme = "qemu+libssh" }: Way): string {
  const query = new URLSearchParams({ known_hosts: server.knownHosts, ...parameters });
  return `${scheme}://root@127.0.0.1:${server.port}/system?${query.toString()}`;
}

function environment(
  { home = "/nonexistent" }: Way,
  more: Record<string, string> = {},
): Record<string, string> {
  return { HOME: home, PATH: "/nonexistent", ...more };
}

/** Logs in, asks the daemon something, and leaves nothing behind. */
async function logIn(way: Way, ssh: SshOptions = {}, options: DialOptions = {}): Promise<void> {
  await expectNoLeaks(async () => {
    await using conn = await openDialled(uriOf(way), { env: environment(way), ssh, ...options });
    expect(await conn.hostname()).not.toBe("");
  });
}

/** Why nobody is let in. */
async function refusal(way: Way, ssh: SshOptions = {}, options: DialOptions = {}): Promise<string> {
  try {
    await logIn(way, ssh, options);
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    expect(String(error.stack)).not.toMatch(/sesame/);
    return error.message;
  }
  throw new Error("somebody was let in");
}

/** ssh-agent with some keys. */
async function startAgent(names: readonly string[]): Promise<AsyncDisposable & { readonly socket: string }> {
  const socket = join(daemon.dir, `agent-${performance.now()}`);
  const child: ChildProcess = spawn("setpriv", ["--pdeathsig", "KILL", "ssh-agent", "-D", "-a", socket], {
    stdio: "ignore",
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const env = { SSH_AUTH_SOCK: socket };
  while ((await run("ssh-add", ["-l"], { env })).code === 2) await sleep(10);
  for (const name of names) {
    const { code, stderr } = await run("ssh-add", ["-q", key(name)], { env });
    if (code !== 0) throw new Error(stderr);
  }
  return {
    socket,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

describe("a private key", () => {
  it.each(KEYS)("lets in: %s", async (name, _type, passphrase) => {
    const ssh = { agent: false, ...(passphrase === "" ? {} : { passphrase }) } as const;
    await logIn({ parameters: { keyfile: key(name) } }, ssh);
    // From memory it can be bytes as well.
    const privateKey = await readFile(key(name));
    await logIn({}, { privateKey, ...ssh });
    await logIn({}, { privateKey: [privateKey.toString()], ...ssh });
  });

  it("is asked a passphrase for", async () => {
    const file = key("ed25519-locked");
    const credentials = answering({ passphrase: "open sesame" });
    await logIn({ parameters: { keyfile: file } }, { agent: false }, { credentials });
    expect(credentials.asked).toEqual([
      { kind: "passphrase", service: "ssh", host: "127.0.0.1", username: "root", prompt: file, echo: false },
    ]);
  });

  it.each(KEYS.filter(([, , passphrase]) => passphrase !== ""))(
    "is of no use without its passphrase: %s",
    async (name) => {
      const way = { parameters: { keyfile: key(name), sshauth: "privkey" } };
      const unknown = await refusal(way, { agent: false }, { credentials: answering({}) });
      expect(unknown).toContain(`key ${key(name)} (is encrypted, and its passphrase is not known`);
      const wrong = await refusal(way, { passphrase: "close sesame" });
      expect(wrong).toContain(`tried key ${key(name)} (is encrypted with another passphrase)`);
    },
  );

  it("may be any of several", async () => {
    const other = join(keyDir, "other");
    await makeKey(other, "ed25519");
    const files = await Promise.all([other, key("rsa")].map((file) => readFile(file, "utf8")));
    await logIn({}, { privateKey: ["nonsense", ...files] });
  });

  it.each([
    ["qemu+libssh", "id_ed25519"],
    ["qemu+libssh2", "id_rsa"],
    ["qemu+ssh", "id_ed25519"],
    ["qemu+ssh", "id_rsa"],
  ])("is found in the user's home: %s, %s", async (scheme, name) => {
    const home = join(daemon.dir, `home-${performance.now()}`);
    await mkdir(join(home, ".ssh"), { recursive: true });
    // One that the server does not know goes before it.
    await makeKey(join(home, ".ssh", "id_ecdsa"), "ecdsa");
    await writeFile(join(home, ".ssh", name), await readFile(key(name === "id_rsa" ? "rsa" : "ed25519")));
    await logIn({ scheme, home });
  });

  it("that does not fit is told of, with every other that was tried", async () => {
    const home = join(daemon.dir, "strangers");
    await mkdir(join(home, ".ssh"), { recursive: true });
    for (const [name, type] of [
      ["id_ecdsa", "ecdsa"],
      ["id_rsa", "rsa"],
    ] as const) {
      await makeKey(join(home, ".ssh", name), type);
    }
    await writeFile(join(home, ".ssh", "id_ed25519"), await readFile(key("ed25519-locked")));
    const message = await refusal({ home });
    expect(message).toMatch(/^ssh2:root@127\.0\.0\.1:\d+ does not let root in: tried /);
    expect(message).toMatch(
      /key \S+\/id_ecdsa ECDSA SHA256:[^ ]+ \(refused\), key \S+\/id_ed25519 \(is encrypted/,
    );
    expect(message).toMatch(/key \S+\/id_rsa RSA SHA256:[^ ]+ \(refused\)/);
    expect(message).toContain("the server does not take: password, keyboard-interactive");
    expect(message).toContain("authorized_keys");
  });

  it.each([
    ["", "is empty"],
    ["PUB", "is a public key"],
    ["/root/.ssh/id_rsa", "is a path; give the contents"],
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "is a certificate"],
    [
      "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
      "is damaged, or of a format",
    ],
    ["-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", "is damaged, or of a format"],
    ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "is damaged, or of a format"],
    ["sesame", "is not a private key"],
  ])("that is none is told of: %j", async (contents, reason) => {
    const privateKey = contents === "PUB" ? await readFile(`${key("rsa")}.pub`, "utf8") : contents;
    expect(await refusal({}, { privateKey })).toContain(`tried key options.ssh.privateKey (${reason}`);
  });

  it("that is not where keyfile= says is told of", async () => {
    const message = await refusal({ parameters: { keyfile: "~/key", sshauth: "privkey" } });
    expect(message).toContain("tried key ~/key (is not there)");
  });
});

describe("an agent", () => {
  it.each([["ed25519"], ["ecdsa"], ["rsa"]])("lets in: %s", async (name) => {
    await using agent = await startAgent([name]);
    const way = { parameters: { sshauth: "agent" } };
    await logIn(way, { agent: agent.socket });
    await logIn(way, {}, { env: environment(way, { SSH_AUTH_SOCK: agent.socket }) });
    await logIn(
      { scheme: "qemu+ssh", ...way },
      {},
      { env: environment({}, { SSH_AUTH_SOCK: agent.socket }) },
    );
  });

  it("may have its key anywhere among others", async () => {
    for (const name of ["x1", "x2", "x3"]) await makeKey(key(name), "ed25519");
    await using agent = await startAgent(["x1", "x2", "x3", "ecdsa"]);
    await logIn({}, { agent: agent.socket });
    const message = await refusal(
      { server: passwords, parameters: { sshauth: "agent,privkey" } },
      { agent: agent.socket },
    );
    expect(message.match(/agent's key \S+ SHA256:\S+ \(refused\)/g)).toHaveLength(4);
  });

  it("with more keys than the server lets one try is told of", async () => {
    const names = Array.from({ length: 7 }, (_, i) => `y${i}`);
    for (const name of names) await makeKey(key(name), "ed25519");
    await using agent = await startAgent(names);
    const message = await refusal({ server: passwords }, { agent: agent.socket });
    expect(message).toContain("then the server ended it: Too many authentication failures");
    expect(message).toContain("sshauth=privkey");
  });

  it("is left alone where a key is handed over, or where it is not wanted", async () => {
    await using agent = await startAgent(["ed25519"]);
    const env = environment({}, { SSH_AUTH_SOCK: agent.socket });
    const other = await readFile(passwords.key);
    expect(await refusal({}, { privateKey: other }, { env })).not.toContain("agent's key");
    expect(await refusal({ parameters: { sshauth: "privkey" } }, {}, { env })).not.toContain("agent's key");
    expect(await refusal({}, { agent: false }, { env })).not.toContain("agent's key");
    await logIn({}, { privateKey: other, agent: agent.socket });
  });

  it("that is not there, or has nothing, is told of", async () => {
    const way = { parameters: { sshauth: "agent" } };
    const none = await refusal(way, { agent: "/nonexistent/agent" });
    expect(none).toContain("agent /nonexistent/agent (ENOENT: no such file or directory)");
    await using agent = await startAgent([]);
    expect(await refusal(way, { agent: agent.socket })).toContain(
      "it has no key that the ssh2 package can use",
    );
    expect(await refusal(way)).toContain("there was nothing to try");
  });

  it("that never answers is waited for only as long as the caller likes", async () => {
    const socket = join(daemon.dir, "silent-agent");
    let open = 0;
    const server = createServer((peer) => {
      open += 1;
      peer.on("error", () => {});
      peer.once("close", () => {
        open -= 1;
      });
      peer.resume();
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      const attempt = logIn({}, { agent: socket }, { timeoutMs: 500 });
      await expect(attempt).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
      // The test's own time limit is the limit.
      while (open > 0) await sleep(10);
    } finally {
      await new Promise((resolve) => server.close(resolve));
      await rm(socket, { force: true });
    }
  });
});

describe("a password", () => {
  it("lets in", async () => {
    await logIn({ server: passwords }, { password: "sesame" });
    const credentials = answering({ password: "sesame" });
    await logIn({ server: passwords }, {}, { credentials });
    expect(credentials.asked).toEqual([
      { kind: "password", service: "ssh", host: "127.0.0.1", username: "root", mechanism: "password" },
    ]);
  });

  it("that is wrong is told of, and not shown", async () => {
    const message = await refusal({ server: passwords }, { password: "open sesame" });
    expect(message).toContain("tried password (refused); the server does not take: keyboard-interactive");
    const none = await refusal({ server: passwords }, {}, { credentials: answering({}) });
    expect(none).toContain("tried password (none is known; give options.ssh.password)");
  });

  it.each(["qemu+libssh", "qemu+libssh2"])("may come from auth.conf, as for virsh: %s", async (scheme) => {
    for (const password of ["sesame", "open sesame"]) {
      const authfile = join(daemon.dir, `${scheme}-${password}.conf`.replace(" ", "-"));
      const credentials = `[credentials-x]\nusername=root\npassword=${password}\n`;
      await writeFile(authfile, `${credentials}[auth-ssh-127.0.0.1]\ncredentials=x\n`);
      const parameters = { sshauth: "password", authfile };
      const uri = uriOf({ server: passwords, parameters, scheme }).replace("root@", "");
      const opened = connect(uri).then((conn) => conn.close());
      if (password === "sesame") {
        await opened;
        expect(await virsh(uri, "hostname")).toMatchObject({ code: 0 });
      } else {
        // virsh tries a wrong one over and over.
        await expect(opened).rejects.toThrow("does not let root in: tried password (refused)");
      }
    }
  });

  it("is not sent where sshauth= does not want it", async () => {
    const way = { server: passwords, parameters: { sshauth: "privkey" } };
    expect(await refusal(way, { password: "sesame" })).toContain("there was nothing to try");
  });

  it.each(["key", "agent"])("and a %s can be wanted both", async (what) => {
    const both = await startSshd(daemon, {
      conf: ["AuthenticationMethods publickey,password", ...PASSWORDS],
    });
    try {
      const file = join(keyDir, `both-${what}`);
      await makeKey(file, "ed25519");
      await appendFile(join(both.dir, "authorized_keys"), await readFile(`${file}.pub`));
      await using agent = await startAgent(what === "agent" ? [`both-${what}`] : []);
      const parameters = what === "key" ? { keyfile: file } : {};
      const way = { server: both, parameters };
      await logIn(way, { agent: agent.socket, password: "sesame" });
      const message = await refusal(way, { agent: agent.socket, password: "open" });
      expect(message).toMatch(/\(accepted, but not enough\), password \(refused\)/);
    } finally {
      await both.stop();
    }
  });
});

describe("keyboard-interactive", () => {
  const ASKED = "Password: ";
  let asking: Sshd;
  beforeAll(async () => {
    // What an account's PAM asks is the server's business; this one's asks for the password.
    const rules = ["auth required pam_unix.so nodelay", "account required pam_permit.so"];
    const lines = [...rules, "session required pam_permit.so"].map((line) => `'${line}'`).join(" ");
    asking = await startSshd(daemon, {
      conf: ["UsePAM yes", "KbdInteractiveAuthentication yes", "PermitRootLogin yes"],
      prepare: `mount -t tmpfs -o mode=0755 tmpfs /etc/pam.d\nprintf '%s\\n' ${lines} > /etc/pam.d/sshd`,
    });
  });
  afterAll(() => asking?.stop());

  it("asks the caller what the server asks", async () => {
    const asked: unknown[] = [];
    const auth: ConnectOptions["auth"] = {
      ask: (request) => {
        asked.push(request);
        return request.kind === "answer" ? "sesame" : undefined;
      },
    };
    const parameters = { sshauth: "keyboard-interactive" };
    await expectNoLeaks(async () => {
      await using conn = await connect(uriOf({ server: asking, parameters }), { auth });
      expect(await conn.getHostname()).not.toBe("");
    });
    const who = { service: "ssh", host: "127.0.0.1", username: "root", mechanism: "keyboard-interactive" };
    expect(asked).toEqual([{ kind: "answer", ...who, prompt: ASKED, echo: false }]);
  });

  it("is answered with the password of whoever has given one", async () => {
    await logIn({ server: asking }, { password: "sesame" });
  });

  it("refuses a wrong answer, and none, without showing either", async () => {
    const wrong = await refusal({ server: asking }, {}, { credentials: answering(() => "open sesame") });
    expect(wrong).toContain("tried keyboard-interactive (refused)");
    const none = await refusal({ server: asking }, {}, { credentials: answering({}) });
    expect(none).toContain(`tried keyboard-interactive (nobody answered "${ASKED.trim()}")`);
  });
});
