import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  createCdrom,
  createDisk,
  createDomain,
  createInterface,
  createNetwork,
  createSecret,
  createSize,
  createSnapshot,
  createStoragePool,
  createStorageVol,
} from "../../src/xml/builders/index.js";
import { DomainConfig, type DomainDisk } from "../../src/xml/generated/domain/index.js";
import { DomainSnapshotConfig } from "../../src/xml/generated/domain-snapshot/index.js";
import { NetworkConfig } from "../../src/xml/generated/network/index.js";
import { SecretConfig } from "../../src/xml/generated/secret/index.js";
import { StoragePoolConfig } from "../../src/xml/generated/storage-pool/index.js";
import { StorageVolConfig } from "../../src/xml/generated/storage-vol/index.js";
import { type ElementType, format, parse, validate } from "../../src/xml/verbs/index.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "libvirt-rpc-xml-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Has both our types and libvirt's own schema say that a document is valid. */
function expectValid<T>(kind: ElementType<T>, value: T): string {
  expect(validate(kind, value)).toEqual([]);
  const text = format(kind, value);
  expect(structuredClone(parse(kind, text))).toEqual(JSON.parse(JSON.stringify(value, big), small));
  const file = join(folder, "document.xml");
  writeFileSync(file, text);
  // It says what is wrong on stdout.
  execFileSync("sh", ["-c", 'virt-xml-validate "$0" >&2', file], { stdio: "pipe" });
  return text;
}

const big = (_: string, value: unknown): unknown =>
  typeof value === "bigint" ? { $: String(value) } : value;
const small = (_: string, value: unknown): unknown => {
  const { $ } = (value ?? {}) as { $?: string };
  if ($ !== undefined) return BigInt($);
  return Array.isArray(value) && value.length === 0 ? undefined : value;
};

describe("createDomain", () => {
  it("makes a bootable guest with a disk, a network, a console and VNC in a few lines", () => {
    const guest = createDomain({
      name: "web",
      memory: "2 GiB",
      vcpus: 2,
      disks: ["/var/lib/libvirt/images/web.qcow2"],
      interfaces: ["default"],
      graphics: "vnc",
    });
    const text = expectValid(DomainConfig, guest);
    expect(text).toBe(`<domain type="kvm">
  <name>web</name>
  <memory unit="GiB">2</memory>
  <vcpu>2</vcpu>
  <os>
    <type arch="x86_64" machine="q35">hvm</type>
  </os>
  <features>
    <apic/>
    <acpi/>
  </features>
  <cpu mode="host-passthrough" check="none"/>
  <clock offset="utc"/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <disk type="file" device="disk">
      <driver name="qemu" type="qcow2" discard="unmap"/>
      <source file="/var/lib/libvirt/images/web.qcow2"/>
      <target dev="vda" bus="virtio"/>
      <boot order="1"/>
    </disk>
    <interface type="network">
      <source network="default"/>
      <model type="virtio"/>
    </interface>
    <input type="tablet" bus="usb"/>
    <graphics type="vnc" port="-1" autoport="yes" listen="127.0.0.1">
      <listen type="address" address="127.0.0.1"/>
    </graphics>
    <video>
      <model type="virtio"/>
    </video>
    <console type="pty">
      <target type="serial" port="0"/>
    </console>
    <serial type="pty">
      <target port="0"/>
    </serial>
    <channel type="unix">
      <target type="virtio" name="org.qemu.guest_agent.0"/>
    </channel>
    <rng model="virtio">
      <backend model="random">/dev/urandom</backend>
    </rng>
    <memballoon model="virtio"/>
  </devices>
</domain>
`);
  });

  it("makes what libvirt's schema takes, for each architecture and option", () => {
    for (const arch of ["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "riscv64", "s390x"]) {
      for (const graphics of [
        undefined,
        "vnc",
        "spice",
        { type: "vnc", listen: "0.0.0.0", port: 5901, password: "x" },
      ] as const) {
        expectValid(
          DomainConfig,
          createDomain({
            name: "all",
            memory: 1073741824n,
            type: arch === "x86_64" ? "kvm" : "qemu",
            arch,
            uuid: "c7a5fdbd-edaf-9455-926a-d65c16db1809",
            title: "A <guest>",
            description: "& more",
            ...(arch === "s390x" ? {} : { firmware: "efi" as const, tpm: true }),
            disks: [
              { path: "/a.raw", cache: "none", serial: "A1" },
              { device: "/dev/vg/b", shareable: true },
              { volume: { pool: "default", volume: "c.qcow2" }, bus: "scsi", readonly: true },
              { ...createDisk("/d.qcow2"), target: { dev: "vdq", bus: "virtio" } },
              "/e.img",
            ],
            install: "/install.iso",
            cloudInit: "/seed.iso",
            interfaces: [
              "default",
              { bridge: "br0", mac: "52:54:00:00:00:01", vlan: 7, mtu: 9000 },
              { direct: "eth0", model: "e1000e" },
              { user: true, bootOrder: 3 },
            ],
            ...(graphics === undefined ? { console: false, agent: false } : { graphics }),
          }),
        );
      }
    }
  });

  it("gives disks free names", () => {
    const { devices } = createDomain({
      name: "a",
      memory: "1 GiB",
      disks: ["/a", { path: "/b", target: "vdc" }, "/c", "/d", { path: "/e", bus: "sata" }],
      install: "/i.iso",
    });
    expect(devices?.disk?.map(({ target }) => target.dev)).toEqual([
      "vda",
      "vdc",
      "vdb",
      "vdd",
      "sda",
      "sdb",
    ]);
    const many = createDomain({
      name: "a",
      memory: "1 GiB",
      disks: Array.from({ length: 30 }, (_, i) => `/${i}`),
    });
    expect(many.devices?.disk?.at(-1)?.target.dev).toBe("vdad");
  });

  it("makes an empty drive too", () => {
    expect(createCdrom(undefined)).toMatchObject({ type: "file", device: "cdrom", target: { dev: "sda" } });
  });
});

describe("the other builders", () => {
  it("make networks that libvirt's schema takes", () => {
    for (const mode of ["nat", "route", "open", "isolated"] as const) {
      expectValid(
        NetworkConfig,
        createNetwork({
          name: mode,
          mode,
          address: ["192.168.150.1/24", "fd00:150::1/64"],
          dhcp: ["192.168.150.10", "192.168.150.99"],
          domain: "lan.example",
          bridge: "virbr7",
          mtu: 1400,
        }),
      );
    }
    expectValid(NetworkConfig, createNetwork({ name: "b", mode: "bridge", bridge: "br0" }));
    expect(() => createNetwork({ name: "b", mode: "bridge" })).toThrow(/needs the name of the bridge/);
    expect(() => createNetwork({ name: "b", address: "10.0.0.1" })).toThrow(/prefix length/);
  });

  it("make storage pools and volumes that libvirt's schema takes", () => {
    const pools = [
      { type: "dir", path: "/var/lib/images" },
      { type: "fs", device: "/dev/sdb1", path: "/mnt/b", format: "ext4" },
      { type: "netfs", host: "nas.example", dir: "/export", path: "/mnt/nas", format: "nfs" },
      { type: "logical", group: "vg0", devices: ["/dev/sdc"] },
      { type: "iscsi", host: "san.example", target: "iqn.2026-01.example:disks" },
      {
        type: "rbd",
        hosts: ["a.example", "b.example"],
        pool: "vms",
        auth: { username: "libvirt", secret: "c7a5fdbd-edaf-9455-926a-d65c16db1809" },
      },
    ] as const;
    for (const pool of pools) expectValid(StoragePoolConfig, createStoragePool({ name: "p", ...pool }));
    expectValid(StorageVolConfig, createStorageVol({ name: "a.qcow2", capacity: "20 GiB", allocation: 0n }));
    expectValid(
      StorageVolConfig,
      createStorageVol({ name: "b", capacity: "1 TB", backing: { path: "/base.qcow2", format: "qcow2" } }),
    );
  });

  it("make secrets and snapshots that libvirt's schema takes", () => {
    for (const type of ["ceph", "iscsi", "tls", "vtpm", "volume"] as const) {
      expectValid(
        SecretConfig,
        createSecret({
          usage: { type, name: type === "volume" ? "/a" : "a" },
          description: "x",
          private: false,
        }),
      );
    }
    expectValid(DomainSnapshotConfig, createSnapshot());
    expectValid(
      DomainSnapshotConfig,
      createSnapshot({
        name: "s",
        description: "d",
        memory: "/m",
        disks: { vda: "external", vdb: "no", vdc: "/c.qcow2" },
      }),
    );
    expectValid(DomainSnapshotConfig, createSnapshot({ memory: "internal", disks: { vda: "internal" } }));
  });

  it("refuse what would be lost", () => {
    expect(() => createInterface({ network: "a", bridge: "b" })).toThrow(/network and bridge.*one of them/);
    expect(() => createDisk({ path: "/a", device: "/b" })).toThrow(/path and device.*one of them/);
    expect(createInterface({ bridge: "b", user: false })).toMatchObject({ type: "bridge" });
    const dhcp = ["10.0.0.2", "10.0.0.9"] as const;
    expect(() => createNetwork({ name: "a", dhcp })).toThrow(/10\.0\.0\.2 to 10\.0\.0\.9.*address/);
    expect(() => createNetwork({ name: "a", dhcp, address: "fd00::1/64" })).toThrow(/same family/);
  });

  it("leave what they are given as it is", () => {
    const disk: DomainDisk = Object.freeze({ type: "file", target: { dev: "vda" } });
    const guest = createDomain({ name: "a", memory: "1 GiB", disks: [disk] });
    expect(guest.devices?.disk).toEqual([{ type: "file", target: { dev: "vda" }, boot: { order: 1 } }]);
    expect(disk).not.toHaveProperty("boot");
  });

  it("understand sizes", () => {
    expect(createSize("20 GiB")).toEqual({ unit: "GiB", value: 20n });
    expect(createSize("512M")).toEqual({ unit: "M", value: 512n });
    expect(createSize(5n)).toEqual({ unit: "bytes", value: 5n });
    expect(createSize("1 gib")).toEqual({ unit: "gib", value: 1n });
    expect(() => createSize(1024 as never)).toThrow(/1024 is no size.*bigint/);
    expect(() => createSize("1.5 GiB")).toThrow(/"1.5 GiB" is no size/);
  });
});
