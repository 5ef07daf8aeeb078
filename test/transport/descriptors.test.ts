import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, closeSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "@jest/globals";
import {
  callWithDescriptors,
  DescriptorLayer,
  type DescriptorRoute,
} from "../../src/protocol/descriptors/index.js";
import { type Procedure, RpcClient } from "../../src/protocol/index.js";
import {
  type Descriptor,
  dialDescriptors,
  type Handle,
  type Sendable,
  sendable,
  socketOf,
} from "../../src/transport/descriptors/index.js";
import { parseUri } from "../../src/transport/index.js";
import { TempDir } from "./temp-dir.js";

const PROCEDURE: Procedure<string, void> = {
  program: { name: "p", id: 7, version: 1 },
  number: 3,
  name: "P_PROC_GIVE",
  encodeArgs: (writer, text) => writer.string(text, 100),
  decodeRet: () => undefined,
  priority: "low",
};

interface Arrived {
  readonly type: number;
  readonly body: string;
  readonly links: readonly (readonly string[])[];
  readonly flags: readonly (readonly string[])[];
}

const openFiles = (): number => readdirSync("/proc/self/fd").length;

/** A peer in Python, which has sendmsg(2), and a connection to it. */
class Peer {
  static readonly #running = new Set<Peer>();
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly path: string;
  route!: DescriptorRoute<Sendable, Handle>;

  constructor(path: string, mode: string) {
    this.path = path;
    this.#child = spawn("/usr/bin/python3", ["test/support/descriptor-peer.py", path, mode]);
    this.#child.stderr.on("data", (text) => process.stderr.write(text));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  static async start(path: string, mode: string): Promise<Peer> {
    const peer = new Peer(path, mode);
    await peer.#lines.next();
    const layer = new DescriptorLayer(await dialDescriptors(uriOf(path), {}));
    peer.route = { layer, rpc: new RpcClient(layer) };
    Peer.#running.add(peer);
    return peer;
  }

  async call(files: readonly Descriptor[] = [], options = {}): Promise<readonly Handle[]> {
    const outgoing = await Promise.all(files.map((file, i) => sendable(file, `file ${i}`)));
    return (await callWithDescriptors(this.route, PROCEDURE, "text", outgoing, options)).received;
  }

  /** What the peer saw. */
  async arrived(): Promise<Arrived> {
    return JSON.parse((await this.#lines.next()).value as string) as Arrived;
  }

  say(): void {
    this.#child.stdin.write("\n");
  }

  async stop(): Promise<void> {
    this.route.rpc.close();
    const exited = once(this.#child, "exit");
    if (this.#child.exitCode === null) {
      this.#child.kill("SIGKILL");
      await exited;
    }
    await this.route.rpc.closed;
    Peer.#running.delete(this);
  }

  /** A test that failed left its peer running, which would keep jest from ending. */
  static async stopAll(): Promise<void> {
    for (const peer of Array.from(Peer.#running)) await peer.stop();
  }
}

const uriOf = (path: string): ReturnType<typeof parseUri> => parseUri(`test+unix:///default?socket=${path}`);

/** Two ends of a connection. */
async function socketPair(path: string): Promise<[Socket, Socket]> {
  const server = createServer().listen(path);
  await once(server, "listening");
  const mine = connect(path);
  const [yours] = (await once(server, "connection")) as [Socket];
  server.close();
  return [mine, yours];
}

async function settlesAt(count: number): Promise<void> {
  for (let i = 0; i < 2000 && openFiles() > count; i++) await sleep(10);
  expect(openFiles()).toBeLessThanOrEqual(count);
}

let dir = new TempDir();
afterEach(async () => {
  await Peer.stopAll();
  dir[Symbol.dispose]();
  dir = new TempDir();
});

describe("descriptors over a unix socket", () => {
  it("arrive behind the call, each on a byte of its own", async () => {
    const before = openFiles();
    const peer = await Peer.start(dir.join("s"), "plain");
    const path = dir.join("file");
    writeFileSync(path, "content");
    const number = openSync(path, "r");
    const file = await open(path, "r+");
    const [socket, other] = await socketPair(dir.join("pair"));
    const tcp = createServer().listen(0, "127.0.0.1");
    await once(tcp, "listening");
    const overTcp = connect(tcp.address() as { port: number });
    await once(overTcp, "connect");
    expect(await peer.call([number, socket, file, overTcp])).toEqual([]);
    const { type, body, links, flags } = await peer.arrived();
    expect({ type, body }).toEqual({ type: 4, body: "0000000474657874" });
    const aSocket = [expect.stringMatching(/^socket:/)];
    expect(links).toEqual([[path], aSocket, [path], aSocket]);
    // O_RDONLY and O_RDWR, as they were opened.
    expect([flags[0], flags[2]].map((each) => Number.parseInt(each?.[0] ?? "", 8) & 3)).toEqual([0, 2]);
    // The caller's own are still open.
    expect((await file.read(Buffer.alloc(7), 0, 7, 0)).bytesRead).toBe(7);
    expect(socket.destroyed).toBe(false);
    await peer.call([]);
    expect(await peer.arrived()).toMatchObject({ type: 0, links: [] });
    closeSync(number);
    await file.close();
    for (const each of [socket, other, overTcp]) each.destroy();
    tcp.close();
    await peer.stop();
    await settlesAt(before);
  });

  it("can be what the peer then writes to", async () => {
    const peer = await Peer.start(dir.join("s"), "greet");
    const [mine, yours] = await socketPair(dir.join("pair"));
    await peer.call([yours]);
    yours.destroy();
    expect(String((await once(mine, "data"))[0])).toBe("hello");
    await once(mine, "end");
    mine.destroy();
    await peer.stop();
  });

  it("can be a file that has no name any more, a device, or the end of a pipe", async () => {
    const peer = await Peer.start(dir.join("s"), "plain");
    const path = dir.join("gone");
    const file = await open(path, "w+");
    rmSync(path);
    const device = openSync("/dev/null", "r");
    const child = spawn("cat");
    await peer.call([file, device, child.stdin as Socket]);
    expect((await peer.arrived()).links).toEqual([
      [`${path} (deleted)`],
      ["/dev/null"],
      [expect.stringMatching(/^socket:/)],
    ]);
    child.kill("SIGKILL");
    await file.close();
    closeSync(device);
    await peer.stop();
  });

  it("are received, and speak in both directions", async () => {
    const before = openFiles();
    const peer = await Peer.start(dir.join("s"), "three");
    const handles = await peer.call();
    expect(handles).toHaveLength(3);
    const [first, ...others] = handles.map(socketOf);
    expect(String((await once(first as Socket, "data"))[0])).toBe("from the peer");
    first?.write("and back");
    for (const each of [first, ...others]) each?.destroy();
    await peer.stop();
    await settlesAt(before);
  });

  it("may lie in the midst of packets", async () => {
    const peer = await Peer.start(dir.join("s"), "one");
    for (let i = 0; i < 50; i++) {
      const [handle, ...others] = await peer.call();
      expect(others).toEqual([]);
      handle?.close();
    }
    await peer.stop();
  });

  it("that come when the caller has given up are closed", async () => {
    const peer = await Peer.start(dir.join("s"), "late");
    const before = openFiles();
    const controller = new AbortController();
    const call = peer.call([], { signal: controller.signal });
    await peer.arrived();
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "CALL_ABORTED" });
    peer.say();
    // The next reply comes behind them.
    const next = peer.call();
    await peer.arrived();
    peer.say();
    for (const handle of await next) handle.close();
    await settlesAt(before);
    await peer.stop();
  });

  it("that cannot be sent are refused by name, and nothing is left open", async () => {
    const before = openFiles();
    const peer = await Peer.start(dir.join("s"), "plain");
    const [socket, other] = await socketPair(dir.join("pair"));
    const socketFd = (socket as unknown as { _handle: { fd: number } })._handle.fd;
    const destroyed = new TLSSocket(other);
    await expect(peer.call([socketFd])).rejects.toThrow(/file 0: descriptor \d+ .*new Socket\(\{ fd \}\)/);
    await expect(peer.call([9999])).rejects.toThrow(
      /file 0: descriptor 9999 cannot be opened once more \(ENOENT/,
    );
    await expect(peer.call([-1])).rejects.toThrow("file 0 must be an open socket of node:net, a FileHandle");
    await expect(peer.call(["x" as never])).rejects.toThrow("got x");
    await expect(peer.call([null as never])).rejects.toThrow("got null");
    await expect(peer.call([destroyed])).rejects.toThrow("file 0 is a TLS socket");
    const null33 = Array.from({ length: 33 }, () => openSync("/dev/null", "r"));
    await expect(peer.call(null33)).rejects.toThrow("33 files are too many, a call may have 32 at most");
    null33.pop();
    await peer.call(null33.slice(0, 32));
    expect((await peer.arrived()).links).toHaveLength(32);
    for (const fd of null33) closeSync(fd);
    socket.destroy();
    await expect(peer.call([socket])).rejects.toThrow("file 0 is not connected, or destroyed");
    destroyed.destroy();
    other.destroy();
    await peer.stop();
    await settlesAt(before + 1);
  });

  it("are not exchanged with a socket of somebody else's, nor over other transports", async () => {
    const path = dir.join("s");
    const peer = await Peer.start(path, "plain");
    await peer.stop();
    chownSync(path, 65534, 65534);
    const refusal = {
      code: "DESCRIPTORS_UNSUPPORTED",
      message: expect.stringContaining("belongs to user 65534"),
    };
    await expect(dialDescriptors(uriOf(path), {})).rejects.toMatchObject(refusal);
    await expect(dialDescriptors(parseUri("qemu+tcp://host/system"), {})).rejects.toMatchObject({
      code: "DESCRIPTORS_UNSUPPORTED",
      message: expect.stringContaining("this connection uses tcp"),
    });
  });
});

describe("a peer that cheats with descriptors", () => {
  it.each([
    ["too many", "announced 33 descriptors, 32 are possible"],
    ["none", "announced 1 descriptors and sent 0 that can be used"],
    ["none, and goes on", "announced 1 descriptors and sent 0 that can be used"],
    ["goes instead", "closed the connection"],
    ["unasked", "sent a descriptor that belongs to nothing"],
    ["unasked, many at once", "sent a descriptor that belongs to nothing"],
    ["for another call", "sent descriptors with a reply with serial 77, which nobody waits for"],
    ["no count", "sent descriptors with a reply with serial 0, which nobody waits for"],
  ])("and sends %s", async (mode, why) => {
    const before = openFiles();
    const peer = await Peer.start(dir.join("s"), mode);
    const [outcome] = await Promise.allSettled([peer.call()]);
    // A reply that is in order counts, whatever comes with it.
    if (!mode.startsWith("unasked")) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_CLOSED" } });
    }
    expect((await peer.route.rpc.closed).message).toMatch(why);
    await peer.stop();
    await settlesAt(before);
  });

  it("and sends more than it had announced, at once", async () => {
    const before = openFiles();
    const peer = await Peer.start(dir.join("s"), "more than announced");
    const [first, ...others] = await peer.call();
    expect(others).toEqual([]);
    first?.close();
    // Node hands out the second one with the next bytes, which it does not belong to.
    await Promise.allSettled([peer.call()]);
    expect((await peer.route.rpc.closed).message).toMatch("sent a descriptor that belongs to nothing");
    await peer.stop();
    await settlesAt(before);
  });
});
