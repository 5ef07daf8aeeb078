import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type Connection, connect, ErrorNumber } from "../../src/index.js";
import {
  createHypervisor,
  createTestServer,
  type EmbeddedHypervisor,
  Hypervisor,
} from "../../src/testing/index.js";
import { TempDir } from "../transport/temp-dir.js";

let hypervisor: EmbeddedHypervisor;
let conn: Connection;
beforeEach(async () => {
  hypervisor = createHypervisor();
  conn = await connect(hypervisor.uri);
});
afterEach(async () => {
  hypervisor.faults = {};
  await conn.close();
  hypervisor[Symbol.dispose]();
});

describe("faults on demand", () => {
  it("are errors of chosen procedures, as often as asked for", async () => {
    const domain = await conn.domainLookupByName("test");
    hypervisor.faults = {
      errors: {
        REMOTE_PROC_DOMAIN_SUSPEND: { code: ErrorNumber.OPERATION_FAILED, message: "not today", times: 1 },
        REMOTE_PROC_DOMAIN_DESTROY: ErrorNumber.AGENT_UNRESPONSIVE,
      },
    };
    await expect(domain.suspend()).rejects.toMatchObject({
      code: "OPERATION_FAILED",
      message: "operation failed: not today",
    });
    await domain.suspend();
    for (let i = 0; i < 3; i++) {
      await expect(domain.destroy()).rejects.toMatchObject({ code: "AGENT_UNRESPONSIVE" });
    }
    hypervisor.faults = {};
    await domain.destroy();
  });

  it("are named by procedures that there are", () => {
    expect(() => {
      hypervisor.faults = { errors: { destroy: 1 } };
    }).toThrow(/faults name destroy, which is no procedure/);
  });

  it("are answers that come late", async () => {
    hypervisor.faults = { delay: { REMOTE_PROC_CONNECT_GET_HOSTNAME: 60_000 } };
    await expect(conn.getHostname({ timeoutMs: 20 })).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
    expect((await conn.listAllDomains()).length).toBe(1);
    hypervisor.faults = { delay: 1 };
    expect((await conn.listAllDomains()).length).toBe(1);
  });

  it.each([1, 7, 1_000_000])("are packets that arrive in pieces of %d bytes", async (pieces) => {
    hypervisor.faults = { pieces };
    const answers = await Promise.all(Array.from({ length: 20 }, () => conn.getCapabilities()));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain("</capabilities>");
  });

  it.each([
    ["sent", "in the middle of a packet"],
    ["received", "closed the connection|broke"],
  ])("are connections that break after so many bytes were %s", async (way, why) => {
    hypervisor.faults = { dropAfter: { [way]: 100 } };
    const calls = await Promise.allSettled(Array.from({ length: 10 }, () => conn.getCapabilities()));
    expect(calls.every(({ status }) => status === "rejected")).toBe(true);
    const reason = await conn.closed;
    expect(String(reason.message)).toMatch(new RegExp(why));
    hypervisor.faults = {};
    await using again = await connect(hypervisor.uri);
    expect((await again.listAllDomains()).length).toBe(1);
  });

  it("are peers that fall silent", async () => {
    await using watchful = await connect(hypervisor.uri, { keepAlive: { interval: 0.3, count: 2 } });
    hypervisor.faults = { silent: true };
    await expect(watchful.getHostname()).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    expect((await watchful.closed).message).toMatch(/was silent/);
  });

  it("are survived by a connection that reconnects", async () => {
    using dir = new TempDir();
    const shared = new Hypervisor();
    await using server = await createTestServer({ path: dir.join("s"), hypervisor: shared });
    await using steady = await connect(server.uri, { reconnect: { retryReads: true, minDelayMs: 1 } });
    shared.faults = { dropAfter: { sent: 2000 } };
    const calls = Promise.all(Array.from({ length: 50 }, () => steady.listAllDomains()));
    await new Promise((resolve) => setTimeout(resolve, 50));
    shared.faults = {};
    expect((await calls).flat().length).toBe(50);
  });
});

describe("a hypervisor of one's own", () => {
  it("has what it was made with", async () => {
    using lab = createHypervisor({
      contents: {
        domains: [
          "<domain type='kvm'><name>on</name><memory>1024</memory><os><type>hvm</type></os></domain>",
          {
            xml: "<domain type='kvm'><name>off</name><memory>1024</memory><os><type>hvm</type></os></domain>",
            running: false,
          },
        ],
        pools: [
          {
            xml: "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>",
            volumes: ["<volume><name>v</name><capacity>1</capacity></volume>"],
          },
        ],
      },
      host: { cpus: 128 },
    });
    await using mine = await connect(lab.uri);
    expect((await mine.listAllDomains()).map(({ name, id }) => `${name} ${id}`)).toEqual(["on 1", "off -1"]);
    expect(await mine.listAllNetworks()).toEqual([]);
    expect((await mine.nodeGetInfo()).cpus).toBe(128);
    expect((await (await mine.storagePoolLookupByName("p")).listAllVolumes()).length).toBe(1);
  });

  it("outlives its process in a file", async () => {
    using dir = new TempDir();
    const stateFile = dir.join("state.json");
    {
      using lab = createHypervisor({ stateFile });
      await using mine = await connect(lab.uri);
      const domain = await mine.domainLookupByName("test");
      await domain.setMemory(1_000_000n);
      await domain.destroy();
      await domain.setAutostart(true);
      await mine.networkDefineXML("<network><name>kept</name></network>");
      const pool = await mine.storagePoolLookupByName("default-pool");
      const volume = await pool.storageVolCreateXML(
        "<volume><name>v</name><capacity>1048576</capacity></volume>",
      );
      await volume.upload(Buffer.from("kept bytes"), { length: 10n, offset: 500_000n });
      const secret = await mine.secretDefineXML("<secret private='no' ephemeral='no'/>");
      await secret.setValue(Buffer.from("kept, too"));
    }
    using again = createHypervisor({ stateFile });
    await using mine = await connect(again.uri);
    const domain = await mine.domainLookupByName("test");
    expect([domain.id, await domain.getAutostart()]).toEqual([-1, true]);
    expect((await mine.networkLookupByName("kept")).name).toBe("kept");
    const volume = await mine.storageVolLookupByPath("/default-pool/v");
    const chunks: Buffer[] = [];
    for await (const chunk of await volume.download({ offset: 500_000n, length: 10n }))
      chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe("kept bytes");
    const [secret] = await mine.listAllSecrets();
    expect(Buffer.from((await secret?.getValue()) ?? []).toString()).toBe("kept, too");
    writeFileSync(dir.join("other"), "something else");
    expect(() => createHypervisor({ stateFile: dir.join("other") })).toThrow(
      /is not the state of a test hypervisor/,
    );
  });

  it("has a URI that nobody else has", async () => {
    using one = createHypervisor({ uri: "test:///mine" });
    expect(() => createHypervisor({ uri: "test:///mine" })).toThrow(/at test:\/\/\/mine already/);
    expect(() => createHypervisor({ uri: "test:///default" })).toThrow(/already/);
    expect(one.uri).toBe("test:///mine");
    const { uri } = createHypervisor();
    expect(uri).not.toBe(hypervisor.uri);
  });
});
