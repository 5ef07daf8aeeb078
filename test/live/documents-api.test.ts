import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type Connection,
  connect,
  type Domain,
  DomainDefineFlags,
  DomainDeviceModifyFlags,
  DomainXMLFlags,
  InvalidValueError,
  SecretUsageType,
} from "../../src/index.js";
import {
  getMetadata,
  setBootOrder,
  setMemory,
  setMetadata,
  setVcpus,
  xmlElement,
} from "../../src/xml/index.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";

let daemon: Libvirtd;
let qemu: Connection;
let conn: Connection;
beforeAll(async () => {
  daemon = await startLibvirtd();
  qemu = await connect(daemon.uri("qemu"));
  conn = await connect(daemon.uri("test"));
}, 60_000);
afterAll(async () => {
  await Promise.all([qemu.close(), conn.close()]);
  await daemon.stop();
});

const define = (name: string): Promise<Domain> =>
  qemu.domainDefine({
    type: "qemu",
    name,
    memory: { value: 64n, unit: "MiB" },
    vcpu: { value: 1 },
    os: { type: { arch: "x86_64", machine: "q35", value: "hvm" } },
    devices: {
      disk: [
        { type: "file", device: "cdrom", target: { dev: "sda", bus: "sata" }, readonly: true },
        { type: "file", device: "cdrom", target: { dev: "sdb", bus: "sata" }, readonly: true },
      ],
    },
  });

describe("a domain's configuration", () => {
  it("is what the other calls tell", async () => {
    const domain = await define("asked");
    const config = await domain.getXML();
    const info = await domain.getInfo();
    expect([config.name, config.uuid]).toEqual([domain.name, domain.uuid]);
    expect(config.memory).toEqual(expect.objectContaining({ value: info.maxMem, unit: "KiB" }));
    expect(config.vcpu?.value).toBe(info.nrVirtCpu);
    await domain.undefine();
  });

  it("is changed in place, and as little as was asked for", async () => {
    const domain = await define("edited");
    const uri = "http://example.org/libvirt-rpc";
    const before = await domain.getXMLDesc({ flags: DomainXMLFlags.INACTIVE });
    expect(await domain.edit(() => undefined)).toBe(false);
    const changed = await domain.edit((config) => {
      setVcpus(config, 4, 2);
      setMemory(config, { value: 128n, unit: "MiB" });
      const [second, first] = config.devices?.disk ?? [];
      if (first !== undefined && second !== undefined) setBootOrder(config, [first, second]);
      config.title = "A & B";
      setMetadata(config, uri, xmlElement("my:note", { "xmlns:my": uri }, ["kept <here>"]));
    });
    expect(changed).toBe(true);
    const after = await domain.getXML({ flags: DomainXMLFlags.INACTIVE });
    expect([after.vcpu?.value, after.vcpu?.current]).toEqual([4, 2]);
    expect([after.memory?.value, after.currentMemory?.value]).toEqual([131_072n, 131_072n]);
    expect(after.devices?.disk?.map(({ boot }) => boot?.order)).toEqual([2, 1]);
    expect(after.os?.boot).toBeUndefined();
    expect(after.title).toBe("A & B");
    expect(getMetadata(after, uri)?.children).toEqual([{ kind: "text", value: "kept <here>" }]);
    await domain.edit((config) => {
      setVcpus(config, 1);
      setMemory(config, 65_536n);
      setBootOrder(config, ["hd"]);
      config.title = undefined;
      setMetadata(config, uri, undefined);
    });
    expect(await domain.getXMLDesc({ flags: DomainXMLFlags.INACTIVE })).toBe(before);
    await domain.undefine();
  });

  it("is not changed into another domain's", async () => {
    const domain = await define("same");
    const rename = domain.edit((config) => {
      config.name = "other";
    });
    await expect(rename).rejects.toThrow(InvalidValueError);
    await expect(rename).rejects.toThrow(/"other".*"same".*rename\(\)/);
    expect(await qemu.listAllDomains()).toHaveLength(1);
    await domain.undefine();
  });

  it("is not made persistent by being changed", async () => {
    const transient = await conn.domainCreateXML(
      "<domain type='test'><name>passing</name><memory>1024</memory><os><type>hvm</type></os></domain>",
    );
    await expect(transient.edit((config) => setVcpus(config, 2))).rejects.toThrow(
      /transient.*domainDefine\(\)/,
    );
    expect(await transient.isPersistent()).toBe(false);
    await transient.destroy();
  });

  it("is compared with the daemon's schema when that is wanted", async () => {
    const domain = await define("validated");
    const change = (flags: DomainDefineFlags): Promise<boolean> =>
      domain.edit(
        (config) => {
          config.on_crash = "explode";
        },
        { flags },
      );
    await expect(change(DomainDefineFlags.VALIDATE)).rejects.toThrow(/schema/i);
    await domain.undefine();
  });

  it("has devices, which come, change and go", async () => {
    const domain = await define("devices");
    await domain.create();
    const iso = join(daemon.dir, "a & b.iso");
    await writeFile(iso, new Uint8Array(1024 * 1024));
    const LIVE = { flags: DomainDeviceModifyFlags.LIVE };
    const drive = async (): Promise<string | undefined> => {
      const [found] = await domain.findDevices("disk", ({ target }) => target.dev === "sda");
      return found?.type === "file" ? found.source?.file : undefined;
    };
    const [cdrom] = await domain.findDevices("disk", ({ target }) => target.dev === "sda");
    if (cdrom?.type !== "file") throw new Error("there is no drive");
    await domain.updateDeviceConfig("disk", { ...cdrom, source: { file: iso } }, LIVE);
    expect(await drive()).toBe(iso);
    await domain.updateDeviceConfig("disk", { ...cdrom, source: undefined }, LIVE);
    expect(await drive()).toBeUndefined();
    const rng = { model: "virtio", backend: { model: "builtin" } } as const;
    await domain.attachDeviceConfig("rng", rng, { flags: DomainDeviceModifyFlags.CONFIG });
    expect(await domain.findDevices("rng", undefined, { flags: DomainXMLFlags.INACTIVE })).toHaveLength(1);
    await domain.detachDeviceConfig("rng", rng, { flags: DomainDeviceModifyFlags.CONFIG });
    expect(await domain.findDevices("rng", undefined, { flags: DomainXMLFlags.INACTIVE })).toHaveLength(0);
    await domain.destroy();
    await domain.undefine();
  });
});

describe("documents of other objects", () => {
  it("are networks", async () => {
    const network = await conn.networkDefine({
      name: "lab",
      forward: { mode: "nat" },
      bridge: { name: "virbr7", stp: true, delay: 0 },
      ip: [
        { address: "192.0.2.1", prefix: 24, dhcp: { range: [{ start: "192.0.2.10", end: "192.0.2.20" }] } },
      ],
    });
    const config = await network.getXML();
    expect([config.name, config.uuid, config.bridge?.name]).toEqual([
      "lab",
      network.uuid,
      await network.getBridgeName(),
    ]);
    config.bridge = { ...config.bridge, name: "virbr8" };
    await conn.networkDefine(config);
    expect(await network.getBridgeName()).toBe("virbr8");
    await network.undefine();
  });

  it("are pools and volumes", async () => {
    const pool = await conn.storagePoolCreate({ type: "dir", name: "mine", target: { path: "/mine" } });
    const volume = await pool.storageVolCreate({ name: "disk.img", capacity: { value: 1n, unit: "MiB" } });
    expect((await volume.getXML()).capacity?.value).toBe((await volume.getInfo()).capacity);
    const copy = await pool.storageVolCreateFrom(
      { name: "copy.img", capacity: { value: 1n, unit: "MiB" } },
      volume,
    );
    expect([(await copy.getXML()).name, (await pool.getXML()).name]).toEqual(["copy.img", "mine"]);
    await pool.destroy();
  });

  it("are secrets, filters and devices", async () => {
    const secret = await qemu.secretDefine({
      ephemeral: true,
      private: true,
      usage: { type: "volume", volume: "/a" },
    });
    expect([secret.usageType, secret.usageID]).toEqual([SecretUsageType.VOLUME, "/a"]);
    expect((await secret.getXML()).private).toBe(true);
    await secret.undefine();
    const [node] = await conn.listAllNodeDevices();
    expect((await node?.getXML())?.name).toBe(node?.name);
    const [card] = await conn.listAllInterfaces();
    expect((await card?.getXML())?.name).toBe(card?.name);
  });

  it("are snapshots and checkpoints", async () => {
    const domain = await conn.domainLookupByName("test");
    const snapshot = await domain.snapshotCreate({ name: "first", description: "before" });
    const config = await snapshot.getXML();
    expect([config.name, config.description, config.domain?.name]).toEqual(["first", "before", "test"]);
    await snapshot.delete();
    const checkpoint = await domain.checkpointCreate({ name: "second" });
    expect((await checkpoint.getXML()).name).toBe("second");
    await checkpoint.delete();
  });

  it("are capabilities", async () => {
    const host = await qemu.getCapabilitiesConfig();
    expect(host.host?.cpu?.arch).toBe((await qemu.nodeGetInfo()).model);
    const domain = await qemu.getDomainCapabilitiesConfig();
    expect(domain.arch).toBe("x86_64");
    const storage = await qemu.getStoragePoolCapabilitiesConfig();
    expect(storage.pool?.find(({ type }) => type === "dir")?.supported).toBe(true);
  });
});

describe("typed documents without a daemon", () => {
  it("work on the hypervisor in the box", async () => {
    await using box = await connect("test:///default");
    const domain = await box.domainDefine({
      type: "test",
      name: "boxed",
      memory: { value: 64n, unit: "MiB" },
      vcpu: { value: 1 },
      os: { type: { value: "hvm" } },
    });
    expect((await domain.getXML()).memory?.value).toBe(65_536n);
    expect(await domain.edit((config) => setVcpus(config, 3))).toBe(true);
    expect((await domain.getXML()).vcpu?.value).toBe(3);
  });
});
