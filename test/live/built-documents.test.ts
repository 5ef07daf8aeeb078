import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { connect, DomainState } from "../../src/index.js";
import {
  createDomain,
  createNetwork,
  createStoragePool,
  createStorageVol,
  DomainConfig,
  diff,
  format,
  NetworkConfig,
  parse,
  StoragePoolConfig,
  StorageVolConfig,
} from "../../src/xml/index.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";

let daemon: Libvirtd;
beforeAll(async () => {
  daemon = await startLibvirtd({ net: true });
}, 60_000);
afterAll(() => daemon?.stop());

describe("what builders make", () => {
  it("is a guest that a daemon starts, and that has what was asked for", async () => {
    const disk = join(daemon.dir, "disk.img");
    const seed = join(daemon.dir, "seed.iso");
    for (const file of [disk, seed]) await writeFile(file, new Uint8Array(1 << 20), { mode: 0o666 });
    const asked = createDomain({
      name: "built",
      type: "qemu",
      memory: "64 MiB",
      vcpus: 2,
      disks: [disk],
      cloudInit: seed,
      interfaces: [{ user: true }],
      graphics: "vnc",
    });
    await using conn = await connect(daemon.uri("qemu"));
    const domain = await conn.domainDefineXML(format(DomainConfig, asked));
    await domain.create();
    try {
      expect((await domain.getState()).state).toBe(DomainState.RUNNING);
      const differences = diff(DomainConfig, asked, await domain.getXMLDesc());
      // Which q35 it is depends on the daemon, and a port that is chosen is not the -1 that asked for it.
      expect(differences.filter(({ kind }) => kind !== "added")).toMatchObject([
        { kind: "changed", path: "os.type.machine", before: "q35" },
        { kind: "changed", path: "devices.graphics[0].port", before: -1 },
      ]);
    } finally {
      await domain.destroy();
    }
    const again = parse(DomainConfig, await domain.getXMLDesc());
    again.title = "Changed";
    const text = await (await conn.domainDefineXML(format(DomainConfig, again))).getXMLDesc();
    expect(diff(DomainConfig, again, text)).toEqual([]);
  });

  it("is networks, pools and volumes that a daemon takes as they are", async () => {
    await using conn = await connect(daemon.uri("qemu"));
    const lan = createNetwork({
      name: "lan",
      mode: "isolated",
      address: "192.168.177.1/24",
      domain: "lan.example",
    });
    const network = await conn.networkDefineXML(format(NetworkConfig, lan));
    expect(
      diff(NetworkConfig, lan, await network.getXMLDesc()).filter(({ kind }) => kind !== "added"),
    ).toEqual([]);
    const dir = createStoragePool({ name: "dir", type: "dir", path: daemon.dir });
    const pool = await conn.storagePoolDefineXML(format(StoragePoolConfig, dir));
    expect(
      diff(StoragePoolConfig, dir, await pool.getXMLDesc()).filter(({ kind }) => kind !== "added"),
    ).toEqual([]);
    await pool.create();
    const image = createStorageVol({ name: "a.qcow2", capacity: "20 MiB" });
    const vol = await pool.storageVolCreateXML(format(StorageVolConfig, image));
    expect(
      diff(StorageVolConfig, image, await vol.getXMLDesc()).filter(({ kind }) => kind !== "added"),
    ).toEqual([]);
    await vol.delete();
    await pool.destroy();
  });
});
