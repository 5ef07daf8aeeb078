import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  AuthError,
  AuthenticationError,
  CallTimeoutError,
  type ConnectOptions,
  type CredentialRequest,
  connect,
} from "../../src/index.js";
import { DigestMd5Client } from "../../src/sasl/digest-md5.js";
import { expectNoLeaks } from "../support/leaks.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { TestPki } from "../support/pki.js";
import { openWithSasl, SASL_USERS, type SaslUser, SECRET, saslDaemon, strain } from "../support/sasl.js";
import { startSshd } from "../support/sshd.js";
import { run, virsh } from "../support/virsh.js";

const SCRAM = ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1"];
const WITH_PASSWORD = [...SCRAM, "DIGEST-MD5", "PLAIN"];
const OFFERED = [...WITH_PASSWORD, "ANONYMOUS", "CRAM-MD5"];
const WRONG = `not the ${SECRET}`;

let pki: TestPki;
let daemon: Libvirtd;
beforeAll(async () => {
  pki = await TestPki.make();
  await pki.folder("client");
  const tls = await pki.serverFolder("server");
  daemon = await startLibvirtd({ ...saslDaemon(OFFERED), tcp: true, tls });
});
afterAll(async () => {
  await daemon.stop();
  await pki[Symbol.asyncDispose]();
});

type Way = "unix" | "tls" | "tcp";

function uriOf(way: Way, parameters: Readonly<Record<string, string>> = {}): string {
  if (way === "unix") return daemon.uri("test", parameters);
  const port = way === "tls" ? daemon.tlsPort : daemon.tcpPort;
  const query = new URLSearchParams({ pkipath: join(pki.dir, "client"), ...parameters });
  return `test+${way}://localhost:${port}/default?${query.toString()}`;
}

/** A file that gives a user's password, or another one, to every client. */
async function authFile(username: SaslUser, password: string = SASL_USERS[username]): Promise<string> {
  const path = join(
    daemon.dir,
    `${encodeURIComponent(username)}-${password === WRONG ? "wrong" : "right"}.conf`,
  );
  const lines = ["[credentials-x]", `authname=${username}`, `password=${password}`];
  await writeFile(path, [...lines, "[auth-libvirt-localhost]", "credentials=x", ""].join("\n"));
  return path;
}

// Asks nobody, but takes what auth.conf has, which plain open() would not.
const PYTHON = `
import json, libvirt, sys

libvirt.registerErrorHandler(lambda *_: None, None)
try:
    conn = libvirt.openAuth(sys.argv[1], [[libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE], lambda *_: -1, None])
    print(json.dumps({"secure": conn.isSecure() == 1, "encrypted": conn.isEncrypted() == 1}))
except libvirt.libvirtError as error:
    print(json.dumps({"code": error.get_error_code()}))
`;

/** What python3-libvirt finds. */
async function theirs(uri: string): Promise<{ code?: number; secure?: boolean; encrypted?: boolean }> {
  const { stdout, stderr } = await run("/usr/bin/python3", ["-c", PYTHON, uri]);
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Awaited<ReturnType<typeof theirs>>;
}

async function failure(uri: string, options: ConnectOptions = {}): Promise<Error> {
  try {
    await using conn = await connect(uri, options);
    throw new Error(`it was opened: ${await conn.getURI()}`);
  } catch (error) {
    return error as Error;
  }
}

/** We and virsh are refused by the daemon, which says the same to both. */
async function expectRefused(uri: string): Promise<void> {
  const { code, stderr } = await virsh(uri, "hostname");
  const error = await failure(uri);
  expect(code).toBe(1);
  expect(error).toBeInstanceOf(AuthError);
  const { message } = error.cause as AuthError;
  expect(stderr).toContain(`error: ${message}\n`);
  expect((error as AuthError).hint).toContain("sasl_allowed_username_list");
}

describe.each(["unix", "tls"] as const)("SASL over %s", (way) => {
  it.each(WITH_PASSWORD)("lets in by %s who knows the password, like virsh", async (mechanism) => {
    for (const user of Object.keys(SASL_USERS) as SaslUser[]) {
      if (user === "joe") continue;
      const uri = uriOf(way, { auth: `sasl.${mechanism}`, authfile: await authFile(user) });
      await using conn = await connect(uri);
      const { stdout, stderr } = await virsh(uri, "hostname");
      expect({ stderr, hostname: await conn.getHostname() }).toEqual({ stderr: "", hostname: stdout.trim() });
    }
  });

  it.each(WITH_PASSWORD)("refuses by %s a wrong password and who is not listed", async (mechanism) => {
    const auth = `sasl.${mechanism}`;
    await expectRefused(uriOf(way, { auth, authfile: await authFile("fred", WRONG) }));
    await expectRefused(uriOf(way, { auth, authfile: await authFile("joe") }));
  });

  it("lets in anybody who asks for ANONYMOUS", async () => {
    await using conn = await connect(uriOf(way, { auth: "sasl.ANONYMOUS" }));
    expect(await conn.getHostname()).toBeTruthy();
  });

  it.each(WITH_PASSWORD)("lets by %s nobody act as somebody else", async (mechanism) => {
    const uri = uriOf(way, { auth: `sasl.${mechanism}` });
    const auth = { username: "fred", password: SASL_USERS.fred };
    await using conn = await connect(uri, { auth: { ...auth, authorizationId: "fred" } });
    expect(await conn.getHostname()).toBeTruthy();
    expect(await failure(uri, { auth: { ...auth, authorizationId: "root" } })).toBeInstanceOf(AuthError);
  });
});

describe("ANONYMOUS", () => {
  it("does not let in who is not listed, as virsh is not let in", async () => {
    const own = await startLibvirtd(saslDaemon(["ANONYMOUS"], undefined, ["fred"]));
    try {
      await expectRefused(own.uri("test", { auth: "sasl.ANONYMOUS" }));
    } finally {
      await own.stop();
    }
  });
});

describe("SASL over plain TCP", () => {
  it("encrypts, as virsh does, and says so", async () => {
    const uri = uriOf("tcp", { authfile: await authFile("fred") });
    await using conn = await connect(uri);
    const { secure, encrypted } = await theirs(uri);
    expect(encrypted).toBe(true);
    expect([await conn.isSecure(), await conn.isEncrypted()]).toEqual([secure, encrypted]);
  });

  it.each(["rc4", "rc4-56"] as const)("carries many calls, and large ones, with %s", async (cipher) => {
    const rpc = await openWithSasl(
      uriOf("tcp"),
      (context) => new DigestMd5Client(context, { ciphers: [cipher] }),
    );
    await strain(rpc);
    rpc.close();
    await rpc.closed;
  });

  it("refuses a wrong password and who is not listed, as virsh is refused", async () => {
    await expectRefused(uriOf("tcp", { authfile: await authFile("fred", WRONG) }));
    await expectRefused(uriOf("tcp", { authfile: await authFile("joe") }));
  });

  it.each([...SCRAM, "PLAIN", "ANONYMOUS"])(
    "is not done by %s, which the daemon does not offer",
    async (name) => {
      const uri = uriOf("tcp", { auth: `sasl.${name}`, authfile: await authFile("fred") });
      const error = await failure(uri);
      expect(error.message).toContain(`${name} is not offered by tcp:localhost`);
      expect(error.message).toContain("which has DIGEST-MD5");
      expect((await virsh(uri, "hostname")).stderr).toContain(
        `SASL mechanism ${name} not supported by server`,
      );
    },
  );

  it("authenticates anew when the connection is replaced", async () => {
    await using conn = await connect(uriOf("tcp", { authfile: await authFile("fred") }), { reconnect: true });
    const before = await conn.getHostname();
    await daemon.restart();
    expect(await conn.getHostname()).toBe(before);
    expect(await conn.isEncrypted()).toBe(true);
  });
});

describe("SASL over SSH", () => {
  it("may be done by PLAIN, as by virsh, since SSH encrypts", async () => {
    const own = await startLibvirtd({ ...saslDaemon(["PLAIN"]), systemSockets: true });
    try {
      const { port, key, knownHosts } = await startSshd(own);
      for (const [password, code] of [
        [SASL_USERS.fred, 0],
        [WRONG, 1],
      ] as const) {
        const authfile = join(own.dir, `auth-${code}.conf`);
        const entry = `[credentials-x]\nauthname=fred\npassword=${password}\n`;
        await writeFile(authfile, `${entry}[auth-libvirt-127.0.0.1]\ncredentials=x\n`);
        const places = { keyfile: key, known_hosts: knownHosts, sshauth: "privkey", authfile };
        const uri = `test+libssh://root@127.0.0.1:${port}/default?${new URLSearchParams(places).toString()}`;
        if (code === 1) {
          await expectRefused(uri);
          continue;
        }
        await using conn = await connect(uri);
        expect((await virsh(uri, "hostname")).stdout.trim()).toBe(await conn.getHostname());
      }
    } finally {
      await own.stop();
    }
  });
});

describe("the parameter auth", () => {
  /** We and libvirt find the same, with the same code of libvirt's. */
  async function expectBothFail(uri: string, text: RegExp): Promise<void> {
    const error = await failure(uri);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect((error as AuthenticationError).code).toBe("AUTH_FAILED");
    expect(error.message).toMatch(text);
    expect(await theirs(uri)).toEqual({ code: 45 });
  }

  it("asks in vain for what the daemon does not want", async () => {
    await expectBothFail(uriOf("unix", { auth: "polkit" }), /type polkit rejected: unix:.* offers sasl/);
  });

  it("has to be something that libvirt knows", async () => {
    await expectBothFail(uriOf("unix", { auth: "kerberos" }), /unknown authentication type auth=kerberos/);
  });

  it("has to name a mechanism that the daemon offers", async () => {
    await expectBothFail(
      uriOf("unix", { auth: "sasl.SCRAM-MD4" }),
      /SCRAM-MD4 is not offered by unix:.*CRAM-MD5/,
    );
  });

  it("may name a mechanism that is not spoken here", async () => {
    const error = await failure(uriOf("unix", { auth: "sasl.CRAM-MD5" }));
    expect(error.message).toContain("CRAM-MD5 is not spoken here, GSSAPI");
  });

  it("does without a mechanism, and does not mind capitals", async () => {
    for (const auth of ["sasl", "SASL.SCRAM-SHA-256"]) {
      const uri = uriOf("unix", { auth, authfile: await authFile("fred") });
      await using conn = await connect(uri);
      expect((await virsh(uri, "hostname")).stdout.trim()).toBe(await conn.getHostname());
    }
  });
});

describe("credentials", () => {
  it("are asked for, in order, with what is known by then", async () => {
    const asked: CredentialRequest[] = [];
    const ask = (request: CredentialRequest): string | undefined => {
      asked.push(request);
      return request.kind === "username" ? "fred" : request.kind === "password" ? SASL_USERS.fred : undefined;
    };
    await using conn = await connect(uriOf("unix", { auth: "sasl.SCRAM-SHA-256" }), { auth: { ask } });
    expect(await conn.getHostname()).toBeTruthy();
    const request = { service: "libvirt", host: "localhost", mechanism: "SCRAM-SHA-256" };
    expect(asked).toEqual([
      { kind: "username", ...request },
      { kind: "authorizationId", ...request, username: "fred" },
      { kind: "password", ...request, username: "fred" },
    ]);
  });

  it("that are missing are named, with the ways to give them", async () => {
    const nobody = await failure(uriOf("unix"));
    expect(nobody).toBeInstanceOf(AuthenticationError);
    expect(nobody.message).toContain("SCRAM-SHA-512 (wants a user name");
    expect(nobody.message).toContain("[auth-libvirt-localhost] in auth.conf");
    const mute = await failure(uriOf("unix"), { auth: { username: "fred" } });
    expect(mute.message).toContain("wants a password for SASL SCRAM-SHA-512");
    expect(mute.message).toContain("password in the auth option");
  });

  it("are not waited for beyond the caller's patience, and nothing is left behind", async () => {
    await expectNoLeaks(async () => {
      let asked = false;
      const ask = (): Promise<string> => {
        asked = true;
        return new Promise(() => undefined);
      };
      // On a busy machine it may take longer until somebody is asked.
      for (let timeoutMs = 200; ; timeoutMs *= 2) {
        const error = await failure(uriOf("unix"), { auth: { ask }, timeoutMs });
        expect(error).toBeInstanceOf(CallTimeoutError);
        if (!asked) continue;
        expect(error.message).toContain("SASL");
        break;
      }
    });
  });

  it("leave no socket when they are wrong", async () => {
    await expectNoLeaks(async () => {
      const auth = { username: "fred", password: WRONG };
      for (const way of ["unix", "tls", "tcp"] as const) await failure(uriOf(way), { auth });
    });
  });

  it("cannot be read from connections, errors and traces", async () => {
    const traces: unknown[] = [];
    const note = (message: unknown): void => {
      traces.push(message);
    };
    const calls = ["start", "end", "asyncStart", "asyncEnd", "error"].map(
      (name) => `tracing:libvirt-rpc:call:${name}`,
    );
    const channels = ["libvirt-rpc:connection", "libvirt-rpc:event", ...calls];
    for (const channel of channels) subscribe(channel, note);
    const shown = (value: unknown): string =>
      inspect(value, {
        depth: null,
        showHidden: true,
        maxArrayLength: null,
        maxStringLength: null,
        getters: true,
      });
    for (const [way, mechanism] of [
      ["unix", "PLAIN"],
      ["unix", "SCRAM-SHA-256"],
      ["tcp", "DIGEST-MD5"],
    ] as const) {
      const auth = { username: "fred", password: SASL_USERS.fred };
      const uri = uriOf(way, { auth: `sasl.${mechanism}` });
      await using conn = await connect(uri, { auth });
      await conn.getHostname();
      expect(shown(conn)).not.toContain(SECRET);
      const rejected = await failure(uri, { auth: { ...auth, password: WRONG } });
      expect(rejected).toBeInstanceOf(AuthError);
      for (const text of [shown(rejected), String(rejected), JSON.stringify(rejected)]) {
        expect(text).not.toContain(SECRET);
      }
    }
    const rpc = await openWithSasl(uriOf("tcp"), (context) => {
      const client = new DigestMd5Client(context);
      expect(shown(context)).not.toContain(SECRET);
      return client;
    });
    expect(shown(rpc)).not.toContain(SECRET);
    rpc.close();
    for (const channel of channels) unsubscribe(channel, note);
    expect(shown(traces)).toContain("REMOTE_PROC_CONNECT_GET_HOSTNAME");
    expect(shown(traces)).not.toContain(SECRET);
  });
});
