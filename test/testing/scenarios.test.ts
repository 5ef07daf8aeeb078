import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type Connection,
  connect,
  type DomainLifecycleEvent,
  DomainMetadataType,
  DomainState,
  DomainUndefineFlagsValues,
  NetworkUpdateCommand,
  NetworkUpdateSection,
} from "../../src/index.js";
import { createTestServer, type TestServer } from "../../src/testing/index.js";
import { testDomainXml } from "../support/domain-xml.js";
import { expectNoLeaks } from "../support/leaks.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { until } from "../support/until.js";

// The same stories of the client at libvirt's own test driver, and at ours on a socket and within this process.

let daemon: Libvirtd;
let server: TestServer;
beforeAll(async () => {
  daemon = await startLibvirtd();
  server = await createTestServer({ path: join(daemon.dir, "box") });
});
afterAll(async () => {
  await server.close();
  await daemon.stop();
});

const PLACES: Readonly<Record<string, () => string>> = {
  "libvirtd's test driver": () => daemon.uri("test"),
  "our server": () => server.uri,
  "our process": () => "test:///default",
};

describe.each(Object.keys(PLACES))("at %s", (place) => {
  let conn: Connection;
  beforeAll(async () => {
    conn = await connect(PLACES[place]?.() ?? "");
  });
  afterAll(() => conn.close());

  it("a domain lives, and is told of", async () => {
    const told: string[] = [];
    const heard = (event: DomainLifecycleEvent): number => told.push(`${event.event}/${event.detail}`);
    const subscription = conn.on("domain.lifecycle", heard);
    await subscription.ready;
    const domain = await conn.domainDefineXML(testDomainXml({ name: "lively" }));
    await domain.create();
    await domain.suspend();
    await domain.resume();
    await domain.shutdown();
    await domain.create();
    await domain.destroy();
    await domain.rename("livelier");
    await domain.undefine();
    await until(() => told.length >= 10);
    subscription[Symbol.dispose]();
    expect(told).toEqual(["0/0", "2/0", "3/0", "4/0", "5/0", "2/0", "5/1", "1/1", "0/2", "1/0"]);
    await expect(domain.getState()).rejects.toMatchObject({ code: "NO_DOMAIN" });
  });

  it("snapshots make a tree, and are come back to", async () => {
    const domain = await conn.domainDefineXML(testDomainXml({ name: "memorable" }));
    await domain.create();
    const xml = (name: string): string => `<domainsnapshot><name>${name}</name></domainsnapshot>`;
    const first = await domain.snapshotCreateXML(xml("first"));
    const second = await domain.snapshotCreateXML(xml("second"));
    expect((await second.getParent()).name).toBe("first");
    expect((await first.listAllChildren()).map(({ name }) => name)).toEqual(["second"]);
    await domain.destroy();
    await first.domainRevertToSnapshot();
    expect((await domain.getState()).state).toBe(DomainState.RUNNING);
    expect((await domain.snapshotCurrent()).name).toBe("first");
    await domain.destroy();
    await expect(domain.undefine()).rejects.toMatchObject({ code: "OPERATION_INVALID" });
    await domain.undefineFlags({ flags: DomainUndefineFlagsValues.SNAPSHOTS_METADATA });
  });

  it("memory and processors change, live and for later", async () => {
    const domain = await conn.domainLookupByName("test");
    await domain.setMemory(1_000_000n);
    await domain.setVcpus(1);
    const info = await domain.getInfo();
    expect([info.memory, info.nrVirtCpu, info.maxMem]).toEqual([1_000_000n, 1, 8_388_608n]);
    await domain.setMemory(2_097_152n);
    await domain.setVcpus(2);
    await expect(domain.setMemory(99_999_999n)).rejects.toMatchObject({ code: "INVALID_ARG" });
  });

  it("metadata is kept, and told of", async () => {
    const domain = await conn.domainLookupByName("test");
    const heard: (string | undefined)[] = [];
    using subscription = conn.on("domain.metadataChange", ({ nsuri }) => heard.push(nsuri));
    await subscription.ready;
    await domain.setMetadata(DomainMetadataType.ELEMENT, "<mark/>", "m", "http://m/");
    await until(() => heard.length > 0);
    expect(heard).toEqual(["http://m/"]);
    expect(await domain.getMetadata(DomainMetadataType.ELEMENT, "http://m/")).toBe("<mark/>");
    await domain.setMetadata(DomainMetadataType.ELEMENT, undefined, "m", "http://m/");
    await expect(domain.getMetadata(DomainMetadataType.ELEMENT, "http://m/")).rejects.toMatchObject({
      code: "NO_DOMAIN_METADATA",
    });
  });

  it("networks and pools come and go", async () => {
    const network = await conn.networkDefineXML("<network><name>passing</name></network>");
    await network.create();
    expect(await network.isActive()).toBe(true);
    await network.destroy();
    await network.undefine();
    const known = await conn.networkLookupByName("default");
    const host = "<host mac='52:54:00:00:00:09' ip='192.168.122.50'/>";
    await known.update(NetworkUpdateCommand.ADD_LAST, NetworkUpdateSection.IP_DHCP_HOST, -1, host);
    expect(await known.getXMLDesc()).toContain("192.168.122.50");
    await known.update(NetworkUpdateCommand.DELETE, NetworkUpdateSection.IP_DHCP_HOST, -1, host);
    const pool = await conn.storagePoolDefineXML(
      "<pool type='dir'><name>passing</name><target><path>/passing</path></target></pool>",
    );
    await pool.create();
    const volume = await pool.storageVolCreateXML(
      "<volume><name>v</name><capacity unit='MiB'>1</capacity></volume>",
    );
    expect(await volume.getPath()).toBe("/passing/v");
    expect((await volume.getInfo()).capacity).toBe(1_048_576n);
    await volume.delete();
    await pool.destroy();
    await pool.undefine();
    expect((await conn.listAllStoragePools()).map(({ name }) => name)).toEqual(["default-pool"]);
  });

  it("five hundred calls at once are answered", async () => {
    const names = await Promise.all(
      Array.from({ length: 500 }, async (_, i) =>
        i % 2 === 0
          ? (await conn.domainLookupByID(1)).name
          : (await conn.networkLookupByName("default")).name,
      ),
    );
    expect(new Set(names)).toEqual(new Set(["test", "default"]));
  });

  it("a connection that only reads changes nothing", async () => {
    await using reader = await connect(PLACES[place]?.() ?? "", { readOnly: true });
    const domain = await reader.domainLookupByName("test");
    expect((await domain.getState()).state).toBe(DomainState.RUNNING);
    await expect(domain.destroy()).rejects.toMatchObject({ code: "OPERATION_DENIED" });
  });
});

describe.each(["our server", "our process"])("what libvirt's test driver does not have, at %s:", (place) => {
  let conn: Connection;
  beforeAll(async () => {
    conn = await connect(PLACES[place]?.() ?? "");
  });
  afterAll(() => conn.close());

  it("volumes hold bytes", async () => {
    const pool = await conn.storagePoolLookupByName("default-pool");
    const volume = await pool.storageVolCreateXML(
      "<volume><name>bytes</name><capacity>1000000</capacity></volume>",
    );
    const bytes = Buffer.alloc(900_000, "some text ");
    await volume.upload(bytes);
    const download = await volume.download();
    const chunks: Buffer[] = [];
    for await (const chunk of download) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).subarray(0, bytes.length).equals(bytes)).toBe(true);
    await volume.delete();
  });

  it("consoles echo", async () => {
    const domain = await conn.domainLookupByName("test");
    await using console_ = await domain.openConsole();
    console_.write("hello");
    const [answer] = (await once(console_, "data")) as [Buffer];
    expect(String(answer)).toBe("hello");
  });

  it("screens can be photographed", async () => {
    const domain = await conn.domainLookupByName("test");
    const { mimeType, stream } = await domain.screenshot(0);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    expect(mimeType).toBe("image/png");
    expect(Buffer.concat(chunks).subarray(1, 4).toString()).toBe("PNG");
  });

  it("secrets are kept", async () => {
    const secret = await conn.secretDefineXML(
      "<secret private='no'><usage type='ceph'><name>n</name></usage></secret>",
    );
    await secret.setValue(Buffer.from("sesame"));
    expect(Buffer.from(await secret.getValue()).toString()).toBe("sesame");
    expect((await conn.secretLookupByUsage(2, "n")).uuid).toBe(secret.uuid);
    await secret.undefine();
  });
});

describe("a hypervisor within this process", () => {
  it("is one for all connections, and a new one when the last is closed", async () => {
    const [one, other] = await Promise.all([connect("test:///default"), connect("test:///default")]);
    await one.domainDefineXML(testDomainXml({ name: "shared" }));
    expect((await other.domainLookupByName("shared")).name).toBe("shared");
    await one.close();
    expect((await other.domainLookupByName("shared")).name).toBe("shared");
    await other.close();
    await using fresh = await connect("test:///default");
    await expect(fresh.domainLookupByName("shared")).rejects.toMatchObject({ code: "NO_DOMAIN" });
  });

  it("leaves nothing behind", async () => {
    await expectNoLeaks(async () => {
      await using conn = await connect("test:///default");
      await conn.listAllDomains();
    });
  });

  it("can be read from a file as libvirt reads it", async () => {
    const dir = await mkdtemp(join(tmpdir(), "lvt-node-"));
    await writeFile(join(dir, "guest.xml"), testDomainXml({ name: "from-a-file" }));
    const path = join(dir, "node.xml");
    const test = "xmlns:test='http://libvirt.org/schemas/domain/test/1.0'";
    await writeFile(
      path,
      `<node><cpu><mhz>6000</mhz><model>i986</model><active>50</active><nodes>4</nodes><sockets>4</sockets>
       <cores>4</cores><threads>2</threads></cpu><memory>16777216</memory>
       <domain file='guest.xml'/>
       <domain type='test' ${test}><name>off</name><memory>1024</memory><os><type>hvm</type></os>
       <test:runstate>5</test:runstate></domain>
       <network><name>n</name></network>
       <pool type='dir'><name>p</name><target><path>/p</path></target>
       <volume><name>v</name><capacity>1</capacity></volume></pool></node>`,
    );
    const look = async (conn: Connection): Promise<unknown> => ({
      node: await conn.nodeGetInfo(),
      domains: (await conn.listAllDomains()).map(({ name, id }) => `${name} ${id > 0}`).toSorted(),
      networks: (await conn.listAllNetworks()).map(({ name }) => name),
      volumes: (await (await conn.storagePoolLookupByName("p")).listAllVolumes()).map(({ name }) => name),
    });
    await using ours = await connect(`test://${path}`);
    await using theirs = await connect(daemon.uri("test").replace("/default", path));
    expect(await look(ours)).toEqual(await look(theirs));
    await rm(dir, { recursive: true });
  });

  it("is refused as by libvirt where there is none", async () => {
    for (const path of ["/", "/nonexistent.xml"]) {
      const [ours, theirs] = await Promise.allSettled([
        connect(`test://${path}`),
        connect(daemon.uri("test").replace("/default", path)),
      ]);
      const shown = ({ reason }: PromiseRejectedResult): unknown => [
        reason.code,
        reason.domain,
        reason.message,
      ];
      expect(shown(ours as PromiseRejectedResult)).toEqual(shown(theirs as PromiseRejectedResult));
    }
  });
});
