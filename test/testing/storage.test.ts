import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { SparseBytes } from "../../src/testing/storage/sparse-bytes.js";
import { virsh } from "../support/virsh.js";
import { SideBySide } from "./compare.js";

let dir = "";
let side: SideBySide;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lvt-xml-"));
  side = await SideBySide.start();
});
afterAll(async () => {
  await side[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

let files = 0;
async function file(text: string): Promise<string> {
  const path = join(dir, `${files++}.xml`);
  await writeFile(path, text);
  return path;
}

let uuids = 10;
function pool(name: string, rest: string, type = "dir"): string {
  const uuid = `4dea22b3-1d52-d8f3-2516-782e98ab3f${uuids++}`;
  return `<pool type='${type}'><name>${name}</name><uuid>${uuid}</uuid>${rest}</pool>`;
}
const target = (path: string): string => `<target><path>${path}</path></target>`;
const volume = (name: string, rest = "<capacity>1048576</capacity>"): string =>
  `<volume><name>${name}</name>${rest}</volume>`;

describe("storage pools", () => {
  it("live as in libvirt", async () => {
    const { stdout } = await side.script(`
      pool-list --all
      pool-list --all --details
      pool-info default-pool
      pool-dumpxml default-pool
      pool-uuid default-pool
      pool-name dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566
      vol-list default-pool
      pool-define ${await file(pool("a", target("/tmp/pool//a/")))}
      pool-dumpxml a
      pool-info a
      pool-refresh a
      pool-build a
      pool-start a
      pool-start a
      pool-build a
      pool-refresh a
      pool-autostart a
      pool-list --autostart
      pool-delete a
      pool-undefine a
      pool-destroy a
      pool-destroy a
      pool-delete a
      pool-create ${await file(pool("t", target("/tmp/pool/t")))}
      pool-list --all --transient --name
      pool-autostart t
      pool-destroy t
      pool-info t
      pool-define ${await file(pool("b", target("/tmp/pool/a")))}
      pool-define ${await file(pool("a", target("/tmp/pool/c")))}
      pool-define ${await file(pool("x", "", "zz"))}
      pool-define ${await file(pool("x", ""))}
      pool-define ${await file("<x/>")}
      pool-define ${await file(`<pool type='dir'>${target("/x")}</pool>`)}
      pool-undefine a
      pool-info nobody
      pool-list --all --type dir
      pool-list --all --type logical
      find-storage-pool-sources logical
      find-storage-pool-sources-as netfs host
      find-storage-pool-sources iscsi
      find-storage-pool-sources dir
      pool-capabilities
    `);
    expect(stdout).toContain("<path>/tmp/pool/a</path>");
  });

  it.each([
    [
      "logical",
      "<source><device path='/dev/sda'/><name>vg</name></source><target><path>/dev/vg</path></target>",
    ],
    ["logical", "<source><device path='/dev/sda'/></source>"],
    [
      "netfs",
      "<source><host name='h'/><dir path='/x'/><format type='nfs'/></source><target><path>/mnt</path></target>",
    ],
    ["netfs", "<source><host name='h'/><dir path='/x'/></source><target><path>/mnt</path></target>"],
    ["fs", "<source><device path='/dev/sdb1'/></source><target><path>/mnt</path></target>"],
    [
      "dir",
      "<target><path>/p</path><permissions><mode>0755</mode><owner>0</owner><group>0</group></permissions></target>",
    ],
    ["disk", "<source><device path='/dev/sdb'/></source><target><path>/dev</path></target>"],
  ])("are written as by libvirt: %s %s", async (type, rest) => {
    const path = await file(pool("n", rest, type));
    await side.script(`pool-define ${path}\npool-dumpxml n\npool-undefine n`);
  });
});

describe("volumes", () => {
  it("live as in libvirt", async () => {
    const formatted =
      "<capacity>10</capacity><allocation unit='KiB'>4</allocation><target><format type='qcow2'/><permissions>" +
      "<mode>0600</mode></permissions></target><backingStore><path>/b</path><format type='raw'/></backingStore>";
    await side.script(`
      vol-create default-pool ${await file(volume("v"))}
      vol-dumpxml v default-pool
      vol-info v default-pool
      vol-info v default-pool --bytes
      vol-key v default-pool
      vol-path v default-pool
      vol-name /default-pool/v
      vol-pool /default-pool/v
      vol-create default-pool ${await file(volume("v"))}
      vol-create default-pool ${await file(volume("w.qcow2", formatted))}
      vol-dumpxml w.qcow2 default-pool
      vol-info w.qcow2 default-pool
      vol-create-as default-pool u 1G
      vol-create-as default-pool s 1T --allocation 0
      vol-create-as default-pool big 1P
      vol-clone v k default-pool
      vol-dumpxml k default-pool
      vol-list default-pool --details
      pool-info default-pool
      vol-info nothing default-pool
      vol-info /nothing
      vol-create default-pool ${await file("<volume><capacity>1</capacity></volume>")}
      vol-create default-pool ${await file(volume("x", ""))}
      vol-create default-pool ${await file("<x/>")}
      vol-delete v default-pool
      vol-delete v default-pool
      vol-list default-pool
      pool-destroy default-pool
      vol-list default-pool
      pool-start default-pool
      vol-list default-pool
      vol-delete w.qcow2 default-pool
      vol-delete k default-pool
      vol-delete u default-pool
      vol-delete s default-pool
    `);
  });

  it("give back to virsh what it has put into them", async () => {
    const bytes = Buffer.concat([randomBytes(300_000), Buffer.alloc(500_000), randomBytes(3)]);
    const from = join(dir, "from");
    const to = join(dir, "to");
    await writeFile(from, bytes);
    const ours = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await virsh(side.ours, ...args);
      expect(stderr).toBe("");
      expect(code).toBe(0);
      return stdout;
    };
    await ours("vol-create-as", "default-pool", "bytes", "1M", "--allocation", "0");
    for (const sparse of [[], ["--sparse"]]) {
      await ours("vol-upload", "bytes", from, "--pool", "default-pool", ...sparse);
      await ours("vol-download", "bytes", to, "--pool", "default-pool", ...sparse);
      expect((await readFile(to)).subarray(0, bytes.length).equals(bytes)).toBe(true);
    }
    await ours("vol-download", "bytes", to, "--pool", "default-pool", "--offset", "299999", "--length", "3");
    expect((await readFile(to)).equals(bytes.subarray(299_999, 300_002))).toBe(true);
    await writeFile(from, bytes.subarray(0, 5));
    await ours("vol-upload", "bytes", from, "--pool", "default-pool", "--offset", "10", "--length", "5");
    await ours("vol-clone", "bytes", "copy", "--pool", "default-pool");
    await ours("vol-wipe", "bytes", "--pool", "default-pool");
    await ours("vol-download", "bytes", to, "--pool", "default-pool");
    expect((await readFile(to)).every((byte) => byte === 0)).toBe(true);
    await ours("vol-download", "copy", to, "--pool", "default-pool");
    expect((await readFile(to)).subarray(10, 15).equals(bytes.subarray(0, 5))).toBe(true);
    expect(await ours("vol-info", "copy", "default-pool", "--bytes")).toContain("1048576 bytes");
    await ours("vol-resize", "copy", "2M", "--pool", "default-pool");
    expect(await ours("vol-info", "copy", "default-pool", "--bytes")).toContain("2097152 bytes");
  });
});

describe("SparseBytes", () => {
  const step = fc.oneof(
    fc.record({ write: fc.nat(300_000), bytes: fc.uint8Array({ maxLength: 70_000 }) }),
    fc.record({ punch: fc.nat(300_000), length: fc.nat(200_000) }),
    fc.record({ resize: fc.nat(400_000) }),
  );

  it("holds what an ordinary buffer would", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const bytes = new SparseBytes(1000n);
        let model = Buffer.alloc(1000);
        const grow = (size: number): void => {
          if (size > model.length) model = Buffer.concat([model, Buffer.alloc(size - model.length)]);
        };
        for (const each of steps) {
          if ("write" in each) {
            bytes.write(BigInt(each.write), each.bytes);
            grow(each.write + each.bytes.length);
            model.set(each.bytes, each.write);
          } else if ("punch" in each) {
            bytes.punch(BigInt(each.punch), BigInt(each.length));
            grow(each.punch + each.length);
            model.fill(0, each.punch, each.punch + each.length);
          } else {
            bytes.resize(BigInt(each.resize));
            grow(each.resize);
            model = model.subarray(0, each.resize);
          }
        }
        const read = Array.from(bytes.copy().read(0n, bytes.size), (extent) =>
          "data" in extent ? extent.data : Buffer.alloc(Number(extent.hole)),
        );
        const hash = (of: Uint8Array): string => createHash("sha1").update(of).digest("hex");
        expect(Number(bytes.size)).toBe(model.length);
        expect(hash(Buffer.concat(read))).toBe(hash(model));
      }),
      { numRuns: 60 },
    );
  });

  it("keeps nothing of a hole of a tebibyte", () => {
    const bytes = new SparseBytes(0n);
    bytes.write(0n, Buffer.from("a"));
    bytes.punch(1n, 1n << 40n);
    bytes.write(1n << 40n, Buffer.from("b"));
    expect(bytes.allocated).toBe(131_072n);
    const shown = Array.from(bytes.read(0n, bytes.size), (extent) =>
      "data" in extent ? extent.data.length : extent.hole,
    );
    expect(shown).toEqual([65_536, (1n << 40n) - 65_536n, 1]);
    bytes.resize(10n);
    expect(bytes.allocated).toBe(65_536n);
  });
});
