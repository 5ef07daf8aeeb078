import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type Connection,
  type Domain,
  DomainCreateFlags,
  DomainState,
  DomainXMLFlags,
} from "../../src/index.js";
import { createTestServer, type TestServer } from "../../src/testing/index.js";
import { type Both, openBoth } from "../support/both.js";
import { qemuDomainXml, testDomainXml } from "../support/domain-xml.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import type { Oracle, OracleHandle } from "../support/oracle.js";

let daemon: Libvirtd;
let server: TestServer;
beforeAll(async () => {
  daemon = await startLibvirtd();
  server = await createTestServer({ path: join(daemon.dir, "box") });
}, 60_000);
afterAll(async () => {
  await server.close();
  await daemon.stop();
});

/** Asks python3-libvirt the same about a domain, and compares field by field. */
async function compare(oracle: Oracle, domain: Domain): Promise<void> {
  const theirs = await oracle.call<OracleHandle>("conn", "lookupByUUIDString", domain.uuid);
  const ask = <T>(method: string, ...args: unknown[]): Promise<T> => oracle.call<T>(theirs, method, ...args);
  expect([domain.name, domain.uuid, BigInt(domain.id)]).toEqual([theirs.name, theirs.uuid, theirs.domainId]);
  const info = await domain.getInfo();
  const [state, maxMem, memory, nrVirtCpu, cpuTime] = await ask<bigint[]>("info");
  expect([info.state, info.maxMem, info.memory, info.nrVirtCpu].map(BigInt)).toEqual([
    state,
    maxMem,
    memory,
    nrVirtCpu,
  ]);
  // Time passes between the two questions.
  expect(info.cpuTime <= (cpuTime ?? -1n)).toBe(true);
  expect(await domain.getState()).toEqual(named(["state", "reason"], await ask<bigint[]>("state")));
  expect(await domain.getXMLDesc()).toBe(await ask("XMLDesc", 0));
  expect(await domain.getXMLDesc({ flags: DomainXMLFlags.INACTIVE })).toBe(await ask("XMLDesc", 2));
  expect(BigInt(await domain.getAutostart())).toBe(await ask("autostart"));
  expect(BigInt(await domain.isActive())).toBe(await ask("isActive"));
  expect(BigInt(await domain.isPersistent())).toBe(await ask("isPersistent"));
  expect(BigInt(await domain.isUpdated())).toBe(await ask("isUpdated"));
  expect(await domain.getMaxMemory()).toBe(await ask("maxMemory"));
  expect(await domain.getOSType()).toBe(await ask("OSType"));
}

function named(names: readonly string[], values: readonly bigint[]): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, Number(values[i])]));
}

describe.each([
  ["qemu", qemuDomainXml],
  ["test", testDomainXml],
  ["the test hypervisor", testDomainXml],
] as const)("%s", (driver, domainXml) => {
  let both: Both;
  let conn: Connection;
  let oracle: Oracle;
  beforeAll(async () => {
    both = await openBoth(driver === "the test hypervisor" ? server.uri : daemon.uri(driver));
    ({ conn, oracle } = both);
  }, 60_000);
  afterAll(() => both.close());

  it("goes through the whole life of a guest, and says the same as python3-libvirt at each step", async () => {
    const domain = await conn.domainDefineXML(domainXml({ name: "life" }));
    const state = async (): Promise<number> => (await domain.getState()).state;
    expect(domain.id).toBe(-1);
    expect(await state()).toBe(DomainState.SHUTOFF);
    await compare(oracle, domain);

    await domain.setAutostart(true);
    await compare(oracle, domain);
    await domain.setAutostart(false);

    await domain.create();
    expect(domain.id).toBeGreaterThan(0);
    expect(await state()).toBe(DomainState.RUNNING);
    await compare(oracle, domain);

    await domain.suspend();
    expect(await state()).toBe(DomainState.PAUSED);
    await compare(oracle, domain);

    await domain.resume();
    expect(await state()).toBe(DomainState.RUNNING);
    await domain.reboot();
    await compare(oracle, domain);

    await domain.destroy();
    expect(domain.id).toBe(-1);
    expect(await state()).toBe(DomainState.SHUTOFF);
    await compare(oracle, domain);

    // libvirt's test driver knows no flags here.
    const paused = driver === "qemu";
    await domain.createWithFlags({ flags: paused ? DomainCreateFlags.START_PAUSED : DomainCreateFlags.NONE });
    expect(await state()).toBe(paused ? DomainState.PAUSED : DomainState.RUNNING);
    await compare(oracle, domain);
    await domain.destroyFlags();

    await domain.undefine();
    await expect(conn.domainLookupByName("life")).rejects.toMatchObject({ code: "NO_DOMAIN" });
  }, 60_000);
});
