import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import ssh2, { type AuthContext, type Connection, type ServerChannel } from "ssh2";
import { ConnectError } from "../../src/errors/index.js";
import { type DialOptions, dial, parseUri, type Transport } from "../../src/transport/index.js";
import { answering } from "../support/credentials.js";
import { expectNoLeaks } from "../support/leaks.js";
import { Collector } from "./collector.js";
import { TempDir } from "./temp-dir.js";

const host = ssh2.utils.generateKeyPairSync("ed25519");
const privateKey = generateKeyPairSync("ed25519")
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();
// A packet of no more than its length.
const PACKET = Buffer.from([0, 0, 0, 4]);

/** Bytes without much of a pattern. */
function noise(length: number): Buffer {
  return Buffer.from(Uint32Array.from({ length }, (_, i) => Math.imul(i * 2_654_435_769 + 1, 40_503) >>> 16));
}

interface Served extends AsyncDisposable {
  readonly port: number;
  /** Waits until every client has closed its side, then closes the server's. */
  left(): Promise<void>;
}

/** A TCP server that does what a test likes. */
async function listen(serve: (socket: Socket) => void): Promise<Served> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async left() {
      for (let tries = 0; !sockets.every((each) => each.readableEnded || each.destroyed); tries++) {
        if (tries > 6000) throw new Error("a client is still there");
        await sleep(10);
      }
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface SshServer {
  /** Lets everybody in by default. */
  readonly login?: (context: AuthContext) => void;
  /** Runs whatever command it is; refuses by default. */
  readonly run?: (channel: ServerChannel) => void;
  readonly serve?: (connection: Connection) => void;
}

/** An SSH server in this process. */
async function listenSsh({ login, run, serve }: SshServer): Promise<Served> {
  const server = new ssh2.Server({ hostKeys: [host.private] }, (connection) => {
    connection.on("error", () => {});
    connection.on("authentication", (context) => (login === undefined ? context.accept() : login(context)));
    connection.on("session", (accept) => {
      accept().on("exec", (take, reject) => {
        if (run === undefined) reject();
        else run(take());
      });
    });
    serve?.(connection);
  });
  return await listen((socket) => server.injectSocket(socket));
}

/** A far side with virt-ssh-helper: what becomes of its channel is the test's. */
function withHelper(helper: (channel: ServerChannel) => void): SshServer {
  return {
    run(channel) {
      channel.write("libvirt-rpc:native\n");
      helper(channel);
    },
  };
}

async function dialTo({ port }: Served, options: DialOptions = {}, query = ""): Promise<Transport> {
  const { ssh, ...more } = options;
  return await dial(parseUri(`qemu+libssh://root@127.0.0.1:${port}/system${query}`), {
    env: { HOME: "/nonexistent" },
    ssh: { knownHosts: `[127.0.0.1]:${port} ${host.public}`, ...ssh },
    timeoutMs: 60_000,
    ...more,
  });
}

/** Why nothing comes about; and nothing is left of the attempt. */
async function refusal(server: Served, options: DialOptions = {}): Promise<string> {
  return await expectNoLeaks(async () => {
    try {
      (await dialTo(server, options)).destroy();
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      await server.left();
      return error.message;
    }
    throw new Error("a connection came about");
  });
}

describe("what is no SSH server", () => {
  const ident = "SSH-2.0-OpenSSH_9.2\r\n";
  it.each<[string, (socket: Socket) => void]>([
    ["hangs up", (socket) => socket.end()],
    ["hangs up after its name", (socket) => socket.end(ident)],
    ["resets the connection", (socket) => socket.resetAndDestroy()],
    ["is a web server", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["has a name without an end", (socket) => socket.write("SSH-2.0-".padEnd(100_000, "x"))],
    ["talks first, and without end", (socket) => socket.write("hello\r\n".repeat(100_000))],
    ["has a name of the first version", (socket) => socket.write("SSH-1.5-x\r\n")],
    [
      "sends a packet that is far too long",
      (socket) => socket.write(`${ident}\x7f\xff\xff\xff${"x".repeat(100)}`),
    ],
    [
      "sends an empty packet",
      (socket) => socket.write(Buffer.concat([Buffer.from(ident), Buffer.alloc(64)])),
    ],
    ["sends noise", (socket) => socket.write(Buffer.concat([Buffer.from(ident), noise(100_000)]))],
  ])("and %s is told of", async (_what, serve) => {
    await using server = await listen((socket) => {
      socket.resume();
      serve(socket);
    });
    const message = await refusal(server);
    expect(message).toMatch(
      /^ssh2:root@127\.0\.0\.1:\d+ and this side cannot agree on a connection \(|^Cannot connect to/,
    );
    expect(message.length).toBeLessThan(700);
    expect(message).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    ["nothing", ""],
    ["nothing but its name", ident],
  ])("and says %s is waited for as long as the caller likes", async (_what, text) => {
    await using server = await listen((socket) => {
      socket.resume();
      socket.write(text);
    });
    await expectNoLeaks(async () => {
      await expect(dialTo(server, { timeoutMs: 100 })).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
      const signal = AbortSignal.timeout(100);
      await expect(dialTo(server, { signal })).rejects.toMatchObject({ name: "AbortError" });
      await expect(dialTo(server, { signal })).rejects.toMatchObject({ name: "AbortError" });
      await server.left();
    });
  });
});

describe("an SSH server", () => {
  it("with another key is refused at once, whether or not it hangs up", async () => {
    await using server = await listenSsh({});
    const hostKey = ssh2.utils.generateKeyPairSync("ed25519").public;
    expect(await refusal(server, { ssh: { hostKey } })).toContain("is not the one of options.ssh.hostKey");
    expect(await refusal(server, { ssh: { knownHosts: `* ${hostKey}` } })).toContain("is not the known one");
  });

  it("that has not the key that it shows is refused, and not remembered", async () => {
    await using genuine = await listenSsh({});
    const key = Buffer.from(host.public.split(" ")[1] ?? "", "base64");
    // Somebody in between, whose signature is as good as any. It follows the key and a number of 32 bytes.
    await using server = await listen((socket) => {
      const onward = connect(genuine.port, "127.0.0.1");
      onward.on("error", () => {});
      onward.once("close", () => socket.destroy());
      socket.once("close", () => onward.destroy());
      socket.pipe(onward);
      onward.on("data", (chunk) => {
        const at = chunk.indexOf(key);
        const signature = at + key.length + 36 + 23;
        if (at >= 0) chunk[signature + 5] = (chunk[signature + 5] ?? 0) ^ 1;
        socket.write(chunk);
      });
    });
    expect(await refusal(server)).toContain("signature verification failed");
    using dir = new TempDir();
    const file = dir.join("known_hosts");
    const uri = `qemu+libssh://root@127.0.0.1:${server.port}/system?known_hosts_verify=auto&known_hosts=${file}`;
    const attempt = dial(parseUri(uri), { env: { HOME: dir.path }, timeoutMs: 60_000 });
    await expect(attempt).rejects.toThrow("signature verification failed");
    expect(existsSync(file)).toBe(false);
  });

  it("that never answers a login is waited for as long as the caller likes", async () => {
    await using server = await listenSsh({ login: () => {} });
    await expectNoLeaks(async () => {
      await expect(dialTo(server, { timeoutMs: 300 })).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
      await server.left();
    });
  });

  it("that never answers a command is waited for as long as the caller likes", async () => {
    await using server = await listenSsh({ run: () => {} });
    await expectNoLeaks(async () => {
      await expect(dialTo(server, { timeoutMs: 300 })).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
      await server.left();
    });
  });

  it("whose caller's credentials never come is left when the caller likes", async () => {
    await using server = await listenSsh({ login: (context) => context.reject(["password"]) });
    const credentials = { get: () => new Promise<undefined>(() => {}) };
    await expectNoLeaks(async () => {
      await expect(dialTo(server, { timeoutMs: 300, credentials })).rejects.toMatchObject({
        code: "CALL_TIMEOUT",
      });
      await server.left();
    });
  });

  it("that hangs up while somebody logs in is told of", async () => {
    await using server = await listenSsh({
      login: () => {},
      serve: (connection) => connection.on("authentication", () => connection.end()),
    });
    expect(await refusal(server)).toContain("does not let root in: there was nothing to try");
  });

  it.each<[string, DialOptions, string]>([
    ["qemu+libssh://", {}, "root"],
    ["qemu+libssh2://", { credentials: answering({ username: "fred" }) }, "fred"],
    ["qemu+libssh://", { ssh: { username: "jane" }, credentials: answering({ username: "fred" }) }, "jane"],
    [
      "qemu+libssh://eve@",
      { ssh: { username: "jane" }, credentials: answering({ username: "fred" }) },
      "eve",
    ],
    [
      "qemu+ssh://",
      { ssh: { client: "ssh2" }, credentials: answering({ username: "fred" }) },
      userInfo().username,
    ],
  ])("is told who logs in: %s %j", async (start, { ssh, ...options }, name) => {
    const names: string[] = [];
    await using server = await listenSsh({
      login(context) {
        names.push(context.username);
        context.reject([]);
      },
    });
    const uri = parseUri(`${start}127.0.0.1:${server.port}/system`);
    const known = { hostKey: host.public, ...ssh };
    const attempt = dial(uri, { env: { HOME: "/nonexistent" }, ssh: known, timeoutMs: 60_000, ...options });
    await expect(attempt).rejects.toThrow(`does not let ${name} in`);
    expect(names).toEqual([name]);
  });

  it("is told neither keys nor passwords that it does not ask for", async () => {
    const tried: string[] = [];
    await using server = await listenSsh({
      login(context) {
        tried.push(context.method);
        context.reject(["hostbased"]);
      },
    });
    const message = await refusal(server, { ssh: { privateKey, password: "sesame" } });
    expect(tried).toEqual(["none"]);
    expect(message).toContain("there was nothing to try; the server does not take: ");
    expect(message).toContain("privkey, password, keyboard-interactive");
  });

  it("that refuses without end is not tried without end", async () => {
    let tries = 0;
    await using server = await listenSsh({
      login(context) {
        tries += 1;
        context.reject(["publickey", "password", "keyboard-interactive"], true);
      },
    });
    const keys = Array.from({ length: 50 }, () =>
      generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    );
    await refusal(server, { ssh: { privateKey: keys, password: "sesame" } });
    expect(tries).toBeLessThan(40);
  });

  it("that wants a new password is told of", async () => {
    await using server = await listenSsh({
      login(context) {
        if (context.method === "password") context.requestChange("Change it!", () => {});
        else context.reject(["password"]);
      },
    });
    const message = await refusal(server, { ssh: { password: "sesame" } });
    expect(message).toContain("tried password (the password has expired;");
    expect(message).not.toContain("sesame");
  });
});

describe("keyboard-interactive", () => {
  /** Lets in who answers every round right. */
  function asking(
    ...rounds: readonly (readonly [prompts: { prompt: string; echo: boolean }[], answers: string[]])[]
  ) {
    return {
      login(context: AuthContext): void {
        if (context.method !== "keyboard-interactive") {
          context.reject(["keyboard-interactive"]);
          return;
        }
        const next = (index: number): void => {
          const round = rounds[index];
          if (round === undefined) {
            context.accept();
            return;
          }
          context.prompt(round[0], "Title", "Instructions", (answers) => {
            if (answers.join("/") === round[1].join("/")) next(index + 1);
            else context.reject(["keyboard-interactive"]);
          });
        };
        next(0);
      },
    };
  }

  async function loggedIn(server: SshServer, options: DialOptions): Promise<void> {
    await using served = await listenSsh({
      ...withHelper((channel) => channel.on("data", () => {})),
      ...server,
    });
    await expectNoLeaks(async () => {
      const transport = await dialTo(served, options);
      const collector = new Collector();
      transport.start(collector);
      transport.destroy();
      await collector.closed;
    });
  }

  it("asks the caller, in the server's words", async () => {
    const credentials = answering(({ prompt }) => (prompt === "Token: " ? "123" : "fred"));
    const server = asking(
      [
        [
          { prompt: "Name: ", echo: true },
          { prompt: "Token: ", echo: false },
        ],
        ["fred", "123"],
      ],
      [[], []],
      [[{ prompt: "Token: ", echo: false }], ["123"]],
    );
    await loggedIn(server, { credentials });
    const common = {
      kind: "answer",
      service: "ssh",
      host: "127.0.0.1",
      username: "root",
      mechanism: "keyboard-interactive",
    };
    expect(credentials.asked.filter(({ kind }) => kind === "answer")).toEqual([
      { ...common, prompt: "Name: ", echo: true },
      { ...common, prompt: "Token: ", echo: false },
      { ...common, prompt: "Token: ", echo: false },
    ]);
  });

  it("gives the password to who asks for nothing else, once", async () => {
    const password = [[{ prompt: "Password: ", echo: false }], ["sesame"]] as const;
    await loggedIn(asking([[...password[0]], [...password[1]]]), { ssh: { password: "sesame" } });
    const credentials = answering(() => "123");
    const token = [{ prompt: "Token: ", echo: false }];
    await loggedIn(asking([[...password[0]], ["sesame"]], [token, ["123"]]), {
      ssh: { password: "sesame" },
      credentials,
    });
    await using visible = await listenSsh(asking([[{ prompt: "Name: ", echo: true }], ["fred"]]));
    expect(await refusal(visible, { ssh: { password: "sesame" } })).toContain('(nobody answered "Name:")');
  });

  it("that nobody answers is told of", async () => {
    await using server = await listenSsh(asking([[{ prompt: "Tok\u001b[31men: ", echo: false }], ["123"]]));
    const none = await refusal(server);
    expect(none).toContain('tried keyboard-interactive (nobody answered "Tok?[31men:")');
    const failing = { get: () => Promise.reject(new Error("no such file")) };
    expect(await refusal(server, { credentials: failing })).toContain("no such file");
    expect(await refusal(server, { credentials: answering(() => "wrong") })).toContain(
      "tried keyboard-interactive (refused)",
    );
  });

  it("that asks without end is given up", async () => {
    let rounds = 0;
    await using server = await listenSsh({
      login(context) {
        if (context.method !== "keyboard-interactive") return context.reject(["keyboard-interactive"]);
        const again = (): void => {
          rounds += 1;
          // A server would give up on empty answers; this one may go on.
          if (rounds < 40) context.prompt([{ prompt: "?", echo: false }], again);
          else context.reject(["keyboard-interactive"]);
        };
        again();
      },
    });
    const credentials = answering(() => "x");
    expect(await refusal(server, { credentials })).toContain("(the server asks without end)");
    expect(credentials.asked.filter(({ kind }) => kind === "answer")).toHaveLength(10);
  });
});

describe("an SSH channel", () => {
  async function opened(server: Served): Promise<{ transport: Transport; collector: Collector }> {
    const transport = await dialTo(server);
    const collector = new Collector();
    transport.start(collector);
    return { transport, collector };
  }

  it("carries bytes both ways", async () => {
    await using server = await listenSsh(withHelper((channel) => channel.pipe(channel)));
    await expectNoLeaks(async () => {
      const { transport, collector } = await opened(server);
      const sent = Buffer.concat([PACKET, noise(3_000_000)]);
      for (let at = 0; at < sent.length; at += 262_144) {
        if (!transport.write(sent.subarray(at, at + 262_144))) await collector.drain();
      }
      await collector.received(sent.length);
      expect(collector.content.equals(sent)).toBe(true);
      transport.end();
      await collector.closed;
      expect(collector.error).toBeUndefined();
      expect(collector.offences).toEqual([]);
      expect(transport).toMatchObject({
        secure: true,
        encrypted: true,
        peer: `ssh2:root@127.0.0.1:${server.port}`,
      });
    });
  });

  it("loses nothing of what comes with the far side's answer", async () => {
    const run = (channel: ServerChannel): void => {
      channel.write("libvirt-rpc:netcat\n\0\0\0\x04");
      channel.write("more");
      channel.exit(0);
      channel.end();
    };
    await using server = await listenSsh({ run });
    const { collector } = await opened(server);
    await collector.closed;
    expect(collector.text).toBe("\0\0\0\x04more");
    expect(collector.error).toBeUndefined();
  });

  it("takes no more than it granted while nobody reads", async () => {
    let lost = false;
    await using server = await listenSsh({
      ...withHelper((channel) => {
        // The window is what the peer lets one send; this one helps itself.
        const { outgoing } = channel as unknown as { outgoing: { window: number; packetSize: number } };
        outgoing.window = 1e12;
        outgoing.packetSize = 30_001;
        let sent = 0;
        const more = (): void => {
          if (sent >= 64_000_000 || outgoing.window === 0) return;
          sent += 300_010;
          channel.write(Buffer.concat([PACKET, Buffer.alloc(300_006)]), () => setImmediate(more));
        };
        more();
      }),
      serve: (connection) => {
        connection.once("close", () => {
          lost = true;
        });
      },
    });
    await expectNoLeaks(async () => {
      const { transport, collector } = await opened(server);
      transport.pause();
      // Until it is lost nothing is read; the test's own time limit is the limit.
      while (!lost) await sleep(10);
      transport.resume();
      await collector.closed;
      expect(collector.error?.message).toContain(
        "was lost (the server sent far more than it was allowed to)",
      );
    });
  });

  it.each<[string, string, string, number | undefined, string]>([
    ["fails", "", "no\u001b[31m way\n", 3, 'ended with exit status 3, saying "no?[31m way"'],
    ["is killed", "", "", -1, "was ended by SIGKILL"],
    ["ends without a status", "", "", undefined, "ended with exit status 0 without a message"],
    ["prints something else", "Hello\n", "", 0, 'printed "Hello" where'],
  ])("whose program %s before it answers is told of", async (_what, stdout, stderr, status, message) => {
    await using server = await listenSsh(
      withHelper((channel) => {
        channel.write(stdout);
        channel.stderr.write(stderr);
        if (status === -1) channel.exit("KILL", false, "");
        else if (status !== undefined) channel.exit(status);
        channel.end();
      }),
    );
    await expectNoLeaks(async () => {
      const { collector } = await opened(server);
      await collector.closed;
      expect(collector.error).toBeInstanceOf(ConnectError);
      expect(collector.error?.message).toContain(`virt-ssh-helper ${message}`);
      expect(collector.offences).toEqual([]);
    });
  });

  it("ends at once when it is dropped, whether or not the peer goes along", async () => {
    await using server = await listenSsh(withHelper((channel) => channel.write(PACKET)));
    await expectNoLeaks(async () => {
      const { transport, collector } = await opened(server);
      await collector.received(1);
      const error = new Error("dropped");
      transport.write(Buffer.alloc(10_000_000));
      transport.destroy(error);
      await collector.closed;
      expect(collector.error).toBe(error);
    });
  });

  it("shows no secret", async () => {
    await using server = await listenSsh(withHelper((channel) => channel.write(PACKET)));
    const transport = await dialTo(server, { ssh: { privateKey, passphrase: "sesame", password: "sesame" } });
    const collector = new Collector();
    transport.start(collector);
    expect(inspect(transport, { depth: 20, showHidden: true })).not.toMatch(/sesame|PRIVATE KEY/);
    transport.destroy();
    await collector.closed;
  });
});
