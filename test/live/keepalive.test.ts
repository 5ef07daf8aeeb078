import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect, InvalidValueError } from "../../src/index.js";
import { qemuDomainXml } from "../support/domain-xml.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";

let daemon: Libvirtd;
beforeAll(async () => {
  daemon = await startLibvirtd();
}, 60_000);
afterAll(() => daemon.stop());

/** The process of a guest. Only this test's daemon has a guest of that name. */
function pidOf(guest: string): number {
  for (const entry of readdirSync("/proc")) {
    try {
      const line = readFileSync(`/proc/${entry}/cmdline`, "utf8");
      if (line.startsWith("/usr/bin/qemu") && line.includes(`guest=${guest},`)) return Number(entry);
    } catch {
      // Gone, or no process.
    }
  }
  throw new Error(`no process of guest ${guest}`);
}

describe("keepalive", () => {
  it("notices a daemon that is silent, and settles what is open", async () => {
    const conn = await connect(daemon.uri("test"), { keepAlive: { interval: 0.5, count: 9 } });
    expect(conn.isAlive()).toBe(true);
    // It answers, so time alone does nothing.
    await sleep(5500);
    expect(conn.isAlive()).toBe(true);
    daemon.kill("SIGSTOP");
    try {
      const open = conn.getHostname();
      await expect(open).rejects.toMatchObject({ code: "CONNECTION_CLOSED", reason: "keepalive" });
      expect((await conn.closed).message).toMatch(/was silent for 5 s, in spite of 9 pings/);
      expect(conn.isAlive()).toBe(false);
    } finally {
      daemon.kill("SIGCONT");
    }
  }, 30_000);

  it("can be set, and turned off", async () => {
    const conn = await connect(daemon.uri("test"), { keepAlive: false });
    daemon.kill("SIGSTOP");
    try {
      await sleep(300);
      expect(conn.isAlive()).toBe(true);
      expect(conn.setKeepAlive(0.05, 1)).toBe(true);
      expect(conn.setKeepAlive(0, 0)).toBe(true);
      await sleep(300);
      expect(conn.isAlive()).toBe(true);
      expect(conn.setKeepAlive(0.05, 1)).toBe(true);
      expect((await conn.closed).reason).toBe("keepalive");
    } finally {
      daemon.kill("SIGCONT");
    }
    expect(() => conn.setKeepAlive(1, -1)).toThrow(InvalidValueError);
    await expect(connect(daemon.uri("test"), { keepAlive: { interval: 0, count: 1 } })).rejects.toThrow(
      /interval of seconds above 0/,
    );
  });
});

describe("slow calls", () => {
  const GUESTS = ["slow-1", "slow-2", "slow-3", "slow-4", "slow-5"];
  const SECONDS = 61;

  it(`may be five at once for ${SECONDS} seconds, and the connection survives them`, async () => {
    await using conn: Connection = await connect(daemon.uri("qemu"));
    const domains = [];
    for (const name of GUESTS) domains.push(await conn.domainCreateXML(qemuDomainXml({ name })));
    // Whatever the daemon does with a guest that has just begun is done: it would wait for that as well.
    for (const domain of domains) await domain.qemuMonitorCommand('{"execute":"query-status"}');
    await sleep(1000);
    const pids = GUESTS.map(pidOf);
    // A stopped QEMU answers its monitor only when it goes on.
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    try {
      let answered = 0;
      const calls = domains.map(async (domain) => {
        const answer = await domain.qemuMonitorCommand('{"execute":"query-status"}', { timeoutMs: 120_000 });
        answered++;
        return answer;
      });
      // Longer than the daemon waits for our pongs: it closes after 30 seconds without one.
      await sleep(SECONDS * 1000);
      expect(answered).toBe(0);
      expect(conn.isAlive()).toBe(true);
      // Calls that never wait for a guest overtake them.
      expect(await conn.getLibVersion()).toBeGreaterThan(0n);
      for (const pid of pids) process.kill(pid, "SIGCONT");
      for (const answer of await Promise.all(calls)) expect(answer).toContain('"running"');
    } finally {
      for (const pid of pids) process.kill(pid, "SIGCONT");
    }
    await Promise.all(domains.map((domain) => domain.destroy()));
  }, 150_000);
});
