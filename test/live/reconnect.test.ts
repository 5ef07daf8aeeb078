import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type Connection,
  ConnectionClosedError,
  connect,
  type Domain,
  DomainEventType,
  InvalidValueError,
  StoragePoolCreateFlags,
} from "../../src/index.js";
import { expectNoLeaks } from "../support/leaks.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";

let daemon: Libvirtd;
beforeAll(async () => {
  daemon = await startLibvirtd();
}, 60_000);
afterAll(() => daemon.stop());

const RESTARTS = 20;
const quick = { minDelayMs: 5, maxDelayMs: 50 };

async function first(conn: Connection): Promise<Domain> {
  const [domain] = await conn.listAllDomains();
  if (domain === undefined) throw new Error("the test driver has no domain");
  return domain;
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !condition() && Date.now() < end; ) await sleep(5);
  expect(condition()).toBe(true);
}

describe("a connection that reconnects", () => {
  it(`survives ${RESTARTS} restarts of the daemon under load`, async () => {
    const counts = { done: 0, lost: 0 };
    await expectNoLeaks(async () => await survive(counts));
    console.info(`restarts: ${RESTARTS}, calls done: ${counts.done}, lost on the wire: ${counts.lost}`);
    expect(counts.done).toBeGreaterThan(RESTARTS);
  }, 240_000);

  async function survive(counts: { done: number; lost: number }): Promise<void> {
    const conn = await connect(daemon.uri("test"), { reconnect: quick });
    const domain = await first(conn);
    let stopped = false;
    const worker = async (): Promise<void> => {
      while (!stopped) {
        try {
          await domain.getInfo();
          counts.done++;
        } catch (error) {
          if (!(error instanceof ConnectionClosedError) || !error.sent) throw error;
          counts.lost++;
        }
      }
    };
    const workers = Array.from({ length: 10 }, worker);
    const reconnected: number[] = [];
    let suspended = 0;
    const again = conn.on("connection.reconnected", ({ attempts }) => reconnected.push(attempts));
    const listener = conn.on("domain.lifecycle", () => suspended++);
    const stream = conn.events("domain.lifecycle", { object: domain });
    await Promise.all([again.ready, listener.ready, stream.ready]);
    for (let i = 1; i <= RESTARTS; i++) {
      await daemon.restart();
      // Waits for the new connection like any other call.
      await domain.getState();
      await until(() => reconnected.length === i);
      const before = suspended;
      await domain.suspend();
      await until(() => suspended > before);
    }
    stopped = true;
    await Promise.all(workers);
    expect(reconnected).toHaveLength(RESTARTS);
    await until(() => stream.queued >= RESTARTS);
    await domain.getInfo();
    // One a restart, to the listener and to the loop alike: nothing is lost, nothing comes twice.
    expect(suspended).toBe(RESTARTS);
    expect(stream.queued).toBe(RESTARTS);
    expect((await stream.next()).value?.event).toBe(DomainEventType.SUSPENDED);
    await conn.close();
    expect((await conn.closed).reason).toBe("client");
  }

  it("has calls and subscriptions wait while there is none, within their limits", async () => {
    await using conn = await connect(daemon.uri("test"), { reconnect: quick });
    const domain = await first(conn);
    daemon.kill("SIGKILL");
    await until(() => !conn.isAlive());
    const controller = new AbortController();
    const aborted = domain.getInfo({ signal: controller.signal });
    const stream = conn.events("domain.lifecycle");
    await expect(domain.getInfo({ timeoutMs: 30 })).rejects.toMatchObject({
      code: "CALL_TIMEOUT",
      message: expect.stringContaining("it was not sent, since the connection was lost"),
    });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: "CALL_ABORTED" });
    const waiting = domain.getState();
    await daemon.restart();
    expect((await waiting).state).toBe(1);
    await stream.ready;
    await domain.suspend();
    expect((await stream.next()).value).toMatchObject({ domain: { uuid: domain.uuid } });
  }, 30_000);

  it("has streams wait as well", async () => {
    await using conn = await connect(daemon.uri("qemu"), { reconnect: quick });
    const xml = `<pool type="dir"><name>kept</name><target><path>${join(daemon.dir, "kept")}</path></target></pool>`;
    const pool = await conn.storagePoolCreateXML(xml, { flags: StoragePoolCreateFlags.WITH_BUILD });
    const vol = await pool.storageVolCreateXML(
      "<volume><name>v</name><capacity>1000</capacity><target><format type='raw'/></target></volume>",
    );
    daemon.kill("SIGKILL");
    await until(() => !conn.isAlive());
    const controller = new AbortController();
    const aborted = vol.download({ signal: controller.signal });
    const late = vol.upload(new Uint8Array(1000), { timeoutMs: 30 });
    await expect(late).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: "CALL_ABORTED" });
    const waiting = [vol.download(), vol.download({ dedicated: true })];
    await daemon.restart();
    // The pool was of the daemon that is gone: what matters is that it was asked.
    for (const download of waiting) await expect(download).rejects.toMatchObject({ code: "NO_STORAGE_POOL" });
    const again = await conn.storagePoolCreateXML(xml);
    const [same] = await again.listAllVolumes();
    expect((await (await vol.download()).toArray()).length).toBeGreaterThan(0);
    expect(same?.key).toBe(vol.key);
  }, 60_000);

  it("repeats what only reads, if it may", async () => {
    await using conn = await connect(daemon.uri("test"), { reconnect: { ...quick, retryReads: true } });
    const domain = await first(conn);
    daemon.kill("SIGSTOP");
    const reading = domain.getInfo();
    const writing = domain.suspend();
    await sleep(50);
    const refused = expect(writing).rejects.toMatchObject({ code: "CONNECTION_CLOSED", sent: true });
    await daemon.restart();
    expect((await reading).nrVirtCpu).toBeGreaterThan(0);
    await refused;
  }, 30_000);

  it("gives up after so many tries, and says why", async () => {
    const conn = await connect(daemon.uri("test"), { reconnect: { ...quick, maxAttempts: 3 } });
    const stream = conn.events(["domain.lifecycle", "connection.closed"]);
    await stream.ready;
    daemon.kill("SIGKILL");
    await until(() => !conn.isAlive());
    const waiting = conn.getHostname();
    await expect(waiting).rejects.toMatchObject({
      code: "CONNECTION_CLOSED",
      message: expect.stringMatching(
        /no new one came about: Cannot connect to unix:.*getHostname|GET_HOSTNAME/s,
      ),
    });
    const { reason } = await conn.closed;
    expect((await stream.next()).value).toMatchObject({ kind: "connection.closed", reason });
    await expect(stream.next()).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    await expect(conn.getHostname()).rejects.toThrow(ConnectionClosedError);
    await conn.close();
    await daemon.restart();
  }, 30_000);

  it("stops trying when it is closed", async () => {
    const conn = await connect(daemon.uri("test"), { reconnect: true });
    daemon.kill("SIGKILL");
    await until(() => !conn.isAlive());
    const waiting = conn.getHostname();
    const settled = expect(waiting).rejects.toMatchObject({ code: "CONNECTION_CLOSED", reason: "client" });
    await conn.close();
    await settled;
    expect((await conn.closed).reason).toBe("client");
    await daemon.restart();
  }, 30_000);

  it("wants sensible numbers", async () => {
    await expect(connect(daemon.uri("test"), { reconnect: { maxAttempts: 0 } })).rejects.toThrow(
      InvalidValueError,
    );
  });
});
