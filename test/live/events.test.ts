import { spawn } from "node:child_process";
import { connect as dial } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { EVENT_SOURCES } from "../../src/api/events/event-sources.js";
import {
  type Connection,
  ConnectionClosedError,
  connect,
  type Domain,
  DomainEventStartedDetailType,
  DomainEventType,
  DomainMetadataType,
  type EventKind,
  InvalidValueError,
} from "../../src/index.js";
import { qemuDomainXml, testDomainXml } from "../support/domain-xml.js";
import { Gatherer } from "../support/gatherer.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { run } from "../support/virsh.js";

// Every kind of event that a libvirtd without a guest's help can be made to send is provoked, and virsh sees it too.

let daemon: Libvirtd;
const provoked = new Set<EventKind>();
beforeAll(async () => {
  daemon = await startLibvirtd({ net: true });
}, 60_000);
afterAll(() => daemon.stop());

/** What 9.0.0 does not know. */
const NEWER: readonly EventKind[] = [
  "domain.nicMacChange",
  "domain.vcpuRemoved",
  "domain.channelLifecycle",
  "network.metadataChange",
];
const KINDS = [...EVENT_SOURCES.keys()].filter((kind) => !NEWER.includes(kind));

/** What `virsh event --all` tells, from when it hears until it is stopped. */
async function watchVirsh(uri: string): Promise<{ stop(): Promise<string> }> {
  const child = spawn("virsh", ["-c", uri, "event", "--all", "--loop"], {
    env: { PATH: process.env.PATH, LC_ALL: "C", HOME: "/nonexistent" },
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const conn = await connect(uri);
  /** Has something happen that virsh registers for after most other kinds, until it tells. */
  const hear = async (name: string): Promise<void> => {
    const probe = await conn.domainDefineXML(qemuDomainXml({ name }));
    await until(async () => {
      await probe.setMetadata(DomainMetadataType.TITLE, "heard", undefined, undefined);
      await sleep(20);
      return text.includes(`'metadata-change' for domain '${name}'`);
    });
    await probe.undefine();
  };
  await hear("before");
  return {
    async stop() {
      await hear("after");
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGINT");
      await ended;
      await conn.close();
      return text;
    },
  };
}

describe("events of the test driver", () => {
  it("tell of a domain's life as virsh does", async () => {
    const uri = daemon.uri("test");
    await using conn = await connect(uri);
    const seen = new Gatherer(conn, ["domain.lifecycle", "domain.metadataChange"], provoked);
    await seen.ready;
    const xml = testDomainXml({ name: "lively" });
    const domain = await conn.domainDefineXML(xml);
    await domain.create();
    await domain.suspend();
    await domain.resume();
    await domain.setMetadata(DomainMetadataType.TITLE, "a title", undefined, undefined);
    await domain.shutdown();
    await domain.undefine();
    const events = await seen.until("domain.lifecycle", 6);
    expect(events.map(({ event, detail }) => [event, detail])).toEqual([
      [DomainEventType.DEFINED, 0],
      [DomainEventType.STARTED, DomainEventStartedDetailType.BOOTED],
      [DomainEventType.SUSPENDED, 0],
      [DomainEventType.RESUMED, 0],
      [DomainEventType.STOPPED, 0],
      [DomainEventType.UNDEFINED, 0],
    ]);
    expect(new Set(events.map((event) => event.domain.uuid))).toEqual(new Set([domain.uuid]));
    expect((await seen.until("domain.metadataChange"))[0]).toMatchObject({ type: DomainMetadataType.TITLE });
  });

  it("tell of networks, pools and devices", async () => {
    await using conn = await connect(daemon.uri("test"));
    const seen = new Gatherer(
      conn,
      [
        "network.lifecycle",
        "storagePool.lifecycle",
        "storagePool.refresh",
        "nodeDevice.lifecycle",
        "nodeDevice.update",
      ],
      provoked,
    );
    await seen.ready;
    const [network] = await conn.listAllNetworks();
    await network?.destroy();
    const [pool] = await conn.listAllStoragePools();
    await pool?.refresh();
    await pool?.destroy();
    await conn.nodeDeviceCreateXML(
      "<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'>" +
        "<wwnn>1000000023452345</wwnn><wwpn>2000000023452345</wwpn></capability></capability></device>",
    );
    expect(await seen.until("network.lifecycle")).toMatchObject([{ event: 3, network: { name: "default" } }]);
    expect(await seen.until("storagePool.refresh")).toMatchObject([{ storagePool: { name: pool?.name } }]);
    expect(await seen.until("storagePool.lifecycle")).toMatchObject([{ event: 3 }]);
    expect(await seen.until("nodeDevice.lifecycle")).toMatchObject([{ event: 0 }]);
  });
});

describe("events of QEMU", () => {
  let conn: Connection;
  let seen: Gatherer;
  let domain: Domain;
  let theirs: Awaited<ReturnType<typeof watchVirsh>>;
  let disk: string;

  async function monitor(command: object): Promise<string> {
    const answer = await domain.qemuMonitorCommand(JSON.stringify(command));
    expect(answer).not.toContain('"error"');
    return answer;
  }

  beforeAll(async () => {
    const uri = daemon.uri("qemu");
    conn = await connect(uri);
    theirs = await watchVirsh(uri);
    seen = new Gatherer(conn, KINDS, provoked);
    await seen.ready;
    disk = join(daemon.dir, "disk.qcow2");
    const base = join(daemon.dir, "base.qcow2");
    for (const args of [
      ["create", "-q", "-f", "qcow2", base, "8M"],
      ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, disk],
    ]) {
      expect(await run("qemu-img", args)).toMatchObject({ code: 0 });
    }
    const devices = `<devices>
      <disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="${disk}"/><target dev="vda" bus="virtio"/></disk>
      <disk type="file" device="cdrom"><source file="${daemon.dir}/missing.iso" startupPolicy="optional"/><target dev="sda" bus="sata"/><readonly/></disk>
      <graphics type="vnc" socket="${daemon.dir}/vnc.sock"/>
      <controller type="virtio-serial"/>
    </devices>`;
    const xml = qemuDomainXml({ name: "eventful" }).replace('arch="x86_64"', 'arch="x86_64" machine="q35"');
    domain = await conn.domainDefineXML(xml.replace("</domain>", `${devices}</domain>`));
    await domain.create();
  }, 60_000);
  afterAll(async () => {
    await conn.close();
  });

  it("tell of its start, and of a disk that is missing", async () => {
    expect(await seen.until("domain.lifecycle", 3)).toMatchObject([{ event: 0 }, { event: 4 }, { event: 2 }]);
    expect(await seen.until("domain.diskChange")).toMatchObject([
      { oldSrcPath: `${daemon.dir}/missing.iso`, devAlias: "sata0-0-0" },
    ]);
  });

  it("tell of a reset", async () => {
    await domain.reset();
    await seen.until("domain.reboot");
  });

  it("tell of a tray", async () => {
    await monitor({ execute: "blockdev-open-tray", arguments: { id: "sata0-0-0", force: true } });
    await monitor({ execute: "blockdev-close-tray", arguments: { id: "sata0-0-0" } });
    expect(await seen.until("domain.trayChange", 2)).toMatchObject([{ reason: 0 }, { reason: 1 }]);
  });

  it("tell of devices that come and go", async () => {
    const channel =
      '<channel type="pty"><target type="virtio" name="org.test"/><alias name="ua-way"/></channel>';
    await domain.attachDevice(channel);
    expect(await seen.until("domain.deviceAdded")).toMatchObject([{ devAlias: "ua-way" }]);
    // QEMU tells of it when no processor can see the device any more, which an emulated one that runs on may put off
    // for ever.
    await domain.suspend();
    await domain.detachDeviceAlias("ua-way");
    expect(await seen.until("domain.deviceRemoved")).toMatchObject([{ devAlias: "ua-way" }]);
    await domain.resume();
  });

  it("tell of limits", async () => {
    await domain.setBlockIoTune("vda", { total_iops_sec: 500n });
    expect(await seen.until("domain.tunable")).toMatchObject([
      { params: { "blkdeviotune.disk": "vda", "blkdeviotune.total_iops_sec": 500n } },
    ]);
  });

  it("tell of who is at the display", async () => {
    const socket = dial({ path: `${daemon.dir}/vnc.sock` });
    await new Promise((resolve) => socket.once("data", resolve));
    socket.write("RFB 003.008\n");
    await new Promise((resolve) => socket.once("data", resolve));
    socket.end();
    const [event] = await seen.until("domain.graphics");
    expect(event).toMatchObject({ phase: 0, authScheme: expect.any(String), subject: [] });
    expect(event?.local.family).toBe(2);
  });

  it("tell of a threshold that a write has crossed", async () => {
    await domain.setBlockThreshold("vda", 65_536n);
    const line = 'qemu-io -d /machine/peripheral/virtio-disk0/virtio-backend "write 1M 64k"';
    const answer = await monitor({
      execute: "human-monitor-command",
      arguments: { "command-line": line },
    });
    expect(answer).toContain('"return":""');
    const [event] = await seen.until("domain.blockThreshold");
    expect(event).toMatchObject({ dev: "vda", threshold: 65_536n });
  });

  it("tell of jobs on disks", async () => {
    await domain.blockPull("vda", 0n);
    expect(await seen.until("domain.blockJob2")).toMatchObject([{ dst: "vda", type: 1, status: 0 }]);
    expect(await seen.until("domain.blockJob")).toMatchObject([{ path: disk, type: 1, status: 0 }]);
  });

  it("tell of secrets", async () => {
    const secret = await conn.secretDefineXML(
      "<secret ephemeral='yes' private='no'><description>x</description></secret>",
    );
    await secret.setValue(new TextEncoder().encode("value"));
    await secret.undefine();
    expect(await seen.until("secret.lifecycle", 2)).toMatchObject([{ event: 0 }, { event: 1 }]);
    expect(await seen.until("secret.valueChanged")).toMatchObject([{ secret: { uuid: secret.uuid } }]);
  });

  it("tell of QEMU's own messages, by name and by pattern", async () => {
    const stop = conn.events("qemu.monitor", { object: domain, event: "STOP" });
    const pattern = conn.events("qemu.monitor", { event: "^res", regex: true, ignoreCase: true });
    await Promise.all([stop.ready, pattern.ready]);
    await domain.suspend();
    await domain.resume();
    const { value } = await stop.next();
    provoked.add("qemu.monitor");
    expect(value).toMatchObject({ kind: "qemu.monitor", event: "STOP", domain: { name: "eventful" } });
    expect(value?.seconds).toBeGreaterThan(1_600_000_000n);
    expect((await pattern.next()).value).toMatchObject({ event: "RESUME" });
    await stop.return();
    await pattern.return();
    expect(stop.queued).toBe(0);
  });

  it("tell of a job's passes and its end", async () => {
    await domain.save(join(daemon.dir, "saved"));
    await seen.until("domain.migrationIteration");
    await seen.until("domain.jobCompleted");
    expect(seen.of("domain.jobCompleted")[0]?.params).toMatchObject({ operation: expect.any(Number) });
    await domain.undefine();
  }, 30_000);

  it("are those that virsh tells of", async () => {
    const text = await theirs.stop();
    await until(() => seen.of("domain.metadataChange").some((event) => event.domain.name === "after"));
    const names = {
      "domain.lifecycle": "lifecycle",
      "domain.reboot": "reboot",
      "domain.graphics": "graphics",
      "domain.blockJob": "block-job",
      "domain.diskChange": "disk-change",
      "domain.trayChange": "tray-change",
      "domain.deviceRemoved": "device-removed",
      "domain.blockJob2": "block-job-2",
      "domain.tunable": "tunable",
      "domain.deviceAdded": "device-added",
      "domain.migrationIteration": "migration-iteration",
      "domain.jobCompleted": "job-completed",
      "domain.blockThreshold": "block-threshold",
    } as const;
    const both = Object.entries(names).map(([kind, name]) => {
      const ours = seen.of(kind as keyof typeof names).filter((event) => event.domain.name === "eventful");
      return [kind, ours.length, text.split(`event '${name}' for domain 'eventful'`).length - 1] as const;
    });
    expect(both.map(([kind, ours]) => [kind, ours])).toEqual(both.map(([kind, , ours]) => [kind, ours]));
    for (const [kind, ours] of both) expect([kind, ours > 0]).toEqual([kind, true]);
  });
});

describe("subscriptions", () => {
  it("are one at the daemon for any number of consumers, and end with the last", async () => {
    await using conn = await connect(daemon.uri("test"));
    await using admin = await connect(daemon.uri("test"));
    const [domain] = await admin.listAllDomains();
    const got: number[] = [];
    const places = [1, 2, 3].map((n) => conn.on("domain.lifecycle", () => got.push(n)));
    await Promise.all(places.map(({ ready }) => ready));
    await domain?.suspend();
    await until(() => got.length >= 3);
    expect(got).toEqual([1, 2, 3]);
    for (const place of places) place[Symbol.dispose]();
    // The daemon refuses to register twice what is still there: this shows that it is not.
    const again = conn.on("domain.lifecycle", () => got.push(4));
    await again.ready;
    await domain?.resume();
    await until(() => got.length >= 4);
    expect(got).toEqual([1, 2, 3, 4]);
  });

  it("may come and go in any rhythm", async () => {
    await using conn = await connect(daemon.uri("test"));
    const [domain] = await conn.listAllDomains();
    for (let i = 0; i < 50; i++) {
      const place = conn.on("domain.lifecycle", () => undefined);
      if (i % 3 === 0) await place.ready;
      place[Symbol.dispose]();
    }
    const stream = conn.events("domain.lifecycle");
    await stream.ready;
    await domain?.suspend();
    expect((await stream.next()).value?.event).toBe(DomainEventType.SUSPENDED);
    await domain?.resume();
  });

  it("tell apart one domain from the others", async () => {
    await using conn = await connect(daemon.uri("test"));
    const one = await conn.domainDefineXML(testDomainXml({ name: "one" }));
    const two = await conn.domainDefineXML(testDomainXml({ name: "two" }));
    const stream = conn.events("domain.lifecycle", { object: two });
    const all = conn.events("domain.lifecycle");
    await Promise.all([stream.ready, all.ready]);
    await one.create();
    await two.create();
    expect((await stream.next()).value?.domain.name).toBe("two");
    expect([(await all.next()).value?.domain.name, (await all.next()).value?.domain.name]).toEqual([
      "one",
      "two",
    ]);
    expect([stream.queued, all.queued]).toEqual([0, 0]);
  });

  it("fail for kinds that the daemon, or nobody, knows", async () => {
    await using conn = await connect(daemon.uri("test"));
    for (const kind of NEWER) {
      const stream = conn.events(kind);
      await expect(stream.next()).rejects.toMatchObject({
        code: expect.stringMatching(/INTERNAL_ERROR|INVALID_ARG/),
      });
    }
    await expect(conn.events("domain.nonsense" as "domain.reboot").next()).rejects.toThrow(InvalidValueError);
    expect(() => conn.events("domain.reboot", { limit: 0 })).toThrow(InvalidValueError);
    expect(() => conn.events("domain.reboot", { overflow: "block" as "error" })).toThrow(InvalidValueError);
    expect(await conn.getHostname()).not.toBe("");
  });

  it("end with the connection: in good order if it was closed here, else with the reason", async () => {
    const closedHere = await connect(daemon.uri("test"));
    const quiet = closedHere.events(["domain.lifecycle", "connection.closed"]);
    await quiet.ready;
    await closedHere.close();
    const kinds: string[] = [];
    for await (const { kind } of quiet) kinds.push(kind);
    expect(kinds).toEqual(["connection.closed"]);
    provoked.add("connection.closed");
    const lost = await connect(daemon.uri("test"));
    const loud = lost.events("domain.lifecycle");
    await loud.ready;
    await daemon.restart();
    await expect(loud.next()).rejects.toThrow(ConnectionClosedError);
    expect(await loud.next()).toEqual({ value: undefined, done: true });
  }, 30_000);

  it("end by their signal, and after their time", async () => {
    await using conn = await connect(daemon.uri("test"));
    const controller = new AbortController();
    const stream = conn.events("domain.lifecycle", { signal: controller.signal });
    await stream.ready;
    const next = stream.next();
    controller.abort();
    await expect(next).rejects.toMatchObject({ name: "AbortError", code: "CALL_ABORTED" });
    const aborted = conn.events("domain.lifecycle", { signal: controller.signal });
    await expect(aborted.next()).rejects.toMatchObject({ name: "AbortError" });
    const limited = conn.events("domain.lifecycle", { timeoutMs: 30 });
    await expect(limited.next()).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
    expect(() => conn.events("domain.lifecycle", { timeoutMs: 0 })).toThrow(InvalidValueError);
  });
});

it("are provoked of at least 18 kinds", () => {
  console.info(`provoked: ${[...provoked].toSorted().join(", ")} (${provoked.size})`);
  expect(provoked.size).toBeGreaterThanOrEqual(18);
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await condition()); await sleep(5)) {
    if (Date.now() > end) throw new Error(`it did not come to ${String(condition)}`);
  }
}
