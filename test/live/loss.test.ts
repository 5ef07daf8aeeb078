import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { CallTimeoutError, ConnectError, ConnectionClosedError, connect } from "../../src/index.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { type RecordedPacket, startRecorder } from "../support/recorder.js";

const KEEPALIVE = 0x6b656570;

describe("a daemon that goes away", () => {
  let daemon: Libvirtd;
  beforeEach(async () => {
    daemon = await startLibvirtd({ conf: ["keepalive_interval = 1", "keepalive_count = 3"] });
  }, 60_000);
  afterEach(() => daemon.stop());

  it("rejects 100 open calls, each with one clear error, when it is killed", async () => {
    const conn = await connect(daemon.uri("test"));
    // Stopped, it takes calls and answers none.
    daemon.kill("SIGSTOP");
    const calls = Array.from({ length: 100 }, (_, i) =>
      i % 2 === 0 ? conn.getCapabilities() : conn.getHostname(),
    );
    const settled = Promise.allSettled(calls);
    await sleep(50);
    const killed = performance.now();
    daemon.kill("SIGKILL");
    const results = await settled;
    process.stdout.write(
      `loss: 100 calls rejected ${Math.round(performance.now() - killed)} ms after the kill\n`,
    );
    for (const result of results) {
      if (result.status !== "rejected") throw new Error("a killed daemon answered");
      const error: unknown = result.reason;
      if (!(error instanceof ConnectionClosedError)) throw error;
      expect(["eof", "error"]).toContain(error.reason);
      expect(error.message).toContain(daemon.socket);
    }
    expect(conn.isAlive()).toBe(false);
    expect((await conn.closed).code).toBe("CONNECTION_CLOSED");
    await expect(conn.getHostname()).rejects.toBeInstanceOf(ConnectionClosedError);
    await conn.close();
  }, 30_000);

  it("keeps a connection that is idle, since its pings are answered", async () => {
    const recorder = await startRecorder(daemon.socket);
    const conn = await connect(`test+unix:///default?socket=${recorder.socket}`);
    const seen = (own: boolean): RecordedPacket[] =>
      recorder.packets.filter(({ program, fromClient }) => program === KEEPALIVE && fromClient === own);
    // Longer than the daemon would wait, were they not answered.
    while (conn.isAlive() && seen(false).length < 6) await sleep(20);
    while (seen(true).length < seen(false).length) await sleep(5);
    const pongs = seen(true);
    expect(pongs.length).toBeGreaterThan(5);
    expect(pongs.length).toBe(seen(false).length);
    expect(pongs[0]?.bytes).toEqual(
      new Uint8Array(Buffer.from("0000001c6b65657000000001000000020000000200000000" + "00000000", "hex")),
    );
    expect(await conn.getType()).toBe("TEST");
    await conn.close();
    await recorder.stop();
  }, 30_000);

  it("leaves orderly: the daemon sees CONNECT_CLOSE and answers it", async () => {
    const recorder = await startRecorder(daemon.socket);
    const conn = await connect(`test+unix:///default?socket=${recorder.socket}`);
    await Promise.all([conn.close(), conn.close()]);
    await conn.close();
    const closes = recorder.packets.filter(
      ({ procedure, program }) => procedure === 2 && program !== KEEPALIVE,
    );
    expect(closes.map(({ fromClient, status }) => [fromClient, status])).toEqual([
      [true, 0],
      [false, 0],
    ]);
    expect((await conn.closed).reason).toBe("client");
    await recorder.stop();
  }, 30_000);
});

describe("somebody who is not a daemon", () => {
  let dir: string;
  let server: Server;
  const sockets = new Set<Socket>();
  const listen = async (answer: (socket: Socket) => void): Promise<string> => {
    const path = join(dir, "sock");
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      answer(socket);
    });
    server.listen(path);
    await once(server, "listening");
    return `test+unix:///default?socket=${path}`;
  };
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "stranger-"));
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    server.close();
    await once(server, "close");
    await rm(dir, { recursive: true });
  });

  it("is recognised by what it says", async () => {
    const uri = await listen((socket) => socket.write("SSH-2.0-OpenSSH_9.2p1\r\n"));
    const attempt = connect(uri);
    await expect(attempt).rejects.toBeInstanceOf(ConnectError);
    await expect(attempt).rejects.toThrow(/cannot open .*SSH server: use a \+ssh URI/);
  });

  it("is given up when it says nothing", async () => {
    const uri = await listen(() => undefined);
    const attempt = connect(uri, { timeoutMs: 1000 });
    await expect(attempt).rejects.toBeInstanceOf(CallTimeoutError);
    await expect(attempt).rejects.toThrow(/not done within 1000 ms: .*did not answer REMOTE_PROC_AUTH_LIST/);
  });

  it("is noticed when it hangs up", async () => {
    const uri = await listen((socket) => socket.end());
    await expect(connect(uri)).rejects.toThrow(/cannot open .*closed the connection/);
  });
});
