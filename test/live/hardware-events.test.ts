import { open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect, type Domain, type EventKind } from "../../src/index.js";
import { qemuDomainXml } from "../support/domain-xml.js";
import { Gatherer } from "../support/gatherer.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { run } from "../support/virsh.js";

// Events that take a guest: the firmware is one that reads its disk, and QEMU's monitor writes to ports as one would.

const KINDS = [
  "domain.lifecycle",
  "domain.agentLifecycle",
  "domain.deviceRemovalFailed",
  "domain.ioError",
  "domain.ioErrorReason",
  "domain.pmSuspend",
  "domain.pmSuspendDisk",
  "domain.pmWakeup",
  "domain.rtcChange",
  "domain.watchdog",
] as const;
/** Where a PC has its clock, and an ib700. */
const CLOCK = 0x70;
const WATCHDOG = 0x443;
/** Where it says of memory in slots what became of it: by slot, event and status. */
const SLOTS = 0xa00;
const EJECT_REQUEST = 3;
const FAILED = 1;
/** Where SeaBIOS puts the register that has a machine sleep, and what is written there. */
const ACPI_CONTROL = 0x604;
const SLEEP = 0x2000;
const TO_MEMORY = 1;
const TO_DISK = 2;
const provoked = new Set<EventKind>();

let daemon: Libvirtd;
let conn: Connection;
let seen: Gatherer;
let domain: Domain;
beforeAll(async () => {
  daemon = await startLibvirtd();
  conn = await connect(daemon.uri("qemu"));
  seen = new Gatherer(conn, KINDS, provoked);
  await seen.ready;
  const disk = join(daemon.dir, "broken.qcow2");
  await brokenDisk(disk);
  const devices = `<devices>
    <disk type="file" device="disk"><driver name="qemu" type="qcow2" rerror_policy="report"/><source file="${disk}"/><target dev="hda" bus="ide"/><geometry cyls="16" heads="16" secs="64"/><alias name="ua-broken"/></disk>
    <channel type="unix"><target type="virtio" name="org.qemu.guest_agent.0"/></channel>
    <watchdog model="ib700" action="none"/>
  </devices>`;
  const sleeps =
    '<features><acpi/></features><pm><suspend-to-mem enabled="yes"/><suspend-to-disk enabled="yes"/></pm>';
  const memory =
    '<maxMemory slots="2" unit="MiB">256</maxMemory><cpu><numa><cell id="0" cpus="0" memory="64" unit="MiB"/></numa></cpu>';
  const xml = qemuDomainXml({ name: "hardware" }).replace(
    "</domain>",
    `${memory}${sleeps}${devices}</domain>`,
  );
  domain = await conn.domainDefineXML(xml);
  await domain.create();
}, 60_000);
afterAll(async () => {
  await conn.close();
  await daemon.stop();
});

/** A disk whose first sector cannot be read: its table leads to where no cluster begins. */
async function brokenDisk(path: string): Promise<void> {
  for (const [program, args] of [
    ["qemu-img", ["create", "-q", "-f", "qcow2", path, "8M"]],
    ["qemu-io", ["-f", "qcow2", "-c", "write 0 64k", path]],
  ] as const) {
    expect(await run(program, args)).toMatchObject({ code: 0 });
  }
  const file = await open(path, "r+");
  const word = async (at: bigint): Promise<bigint> => {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, Number(at));
    return buffer.readBigUInt64BE() & 0xff_ffff_ffff_fe00n;
  };
  const table = await word(await word(40n));
  const entry = Buffer.alloc(8);
  entry.writeBigUInt64BE((await word(table)) | 0x8000_0000_0000_0200n);
  await file.write(entry, 0, 8, Number(table));
  await file.close();
}

/** Writes to a port of the guest's, as its processor would. */
async function out(size: "b" | "h" | "w", port: number, value: number): Promise<void> {
  const line = `o/${size} ${port} ${value}`;
  const command = { execute: "human-monitor-command", arguments: { "command-line": line } };
  expect(await domain.qemuMonitorCommand(JSON.stringify(command))).toContain('"return":""');
}

/** Does something until there is an event: the firmware may not be far enough yet. */
async function untilTold(kind: (typeof KINDS)[number], act: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + 20_000; seen.of(kind).length === 0 && Date.now() < end; await sleep(100)) {
    await act();
  }
}

describe("events of a guest's hardware", () => {
  it("tell that nobody has taken the agent's channel yet", async () => {
    expect((await seen.until("domain.agentLifecycle"))[0]).toMatchObject({ state: 2, reason: 1 });
  });

  it("tell of a disk that cannot be read", async () => {
    const broken = { devAlias: "ua-broken", action: 2, srcPath: join(daemon.dir, "broken.qcow2") };
    expect((await seen.until("domain.ioError"))[0]).toMatchObject(broken);
    expect((await seen.until("domain.ioErrorReason"))[0]).toMatchObject(broken);
  });

  it("tell of a clock that was set", async () => {
    // The year, in the clock's own numbers.
    await out("b", CLOCK, 9);
    await out("b", CLOCK + 1, 0x35);
    const [event] = await seen.until("domain.rtcChange");
    expect(typeof event?.offset).toBe("bigint");
  });

  it("tell of a watchdog that was left alone", async () => {
    // It is to wait for no time at all.
    await out("b", WATCHDOG, 15);
    expect((await seen.until("domain.watchdog"))[0]).toMatchObject({ action: 0 });
  });

  it("tell of a device that the guest does not let go", async () => {
    const size = '<target><size unit="MiB">128</size><node>0</node></target>';
    await domain.attachDevice(`<memory model="dimm">${size}<alias name="ua-memory"/></memory>`);
    for (const [at, value] of [
      [SLOTS, 0],
      [SLOTS + 4, EJECT_REQUEST],
      [SLOTS + 8, FAILED],
    ] as const) {
      await out("w", at, value);
    }
    expect(await seen.until("domain.deviceRemovalFailed")).toMatchObject([{ devAlias: "ua-memory" }]);
  });

  it("tell of a guest that sleeps, and wakes up", async () => {
    await untilTold("domain.pmSuspend", () => out("h", ACPI_CONTROL, SLEEP | (TO_MEMORY << 10)));
    expect((await seen.until("domain.pmSuspend"))[0]).toMatchObject({ reason: 0 });
    await domain.pmWakeup();
    expect((await seen.until("domain.pmWakeup"))[0]).toMatchObject({ reason: 0 });
  });

  it("tell of a guest that is put on its disk", async () => {
    const lieDown = (): Promise<void> => out("h", ACPI_CONTROL, SLEEP | (TO_DISK << 10));
    // QEMU ends with it, sooner than it answers.
    await untilTold("domain.pmSuspendDisk", () => lieDown().catch(() => undefined));
    expect((await seen.until("domain.pmSuspendDisk"))[0]).toMatchObject({ reason: 0 });
  });

  it("are all that were meant to be", () => {
    console.info(`provoked: ${[...provoked].toSorted().join(", ")} (${provoked.size})`);
    expect([...provoked].toSorted()).toEqual(KINDS.toSorted());
  });
});
