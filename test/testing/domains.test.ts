import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type Mask, SideBySide } from "./compare.js";

let dir = "";
let side: SideBySide;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lvt-xml-"));
});
afterAll(() => rm(dir, { recursive: true }));
beforeEach(async () => {
  side = await SideBySide.start();
});
afterEach(() => side[Symbol.asyncDispose]());

/** What grows with the time of day, in libvirt's test driver and in ours. */
const TIMES: readonly Mask[] = [
  { why: "it is made of the time of day", pattern: /CPU time: +\S+/ },
  { why: "it is made of the time of day", pattern: /(?:rd_|wr_|rx_|tx_|errs)\S* \d+/ },
  { why: "it is the time of the snapshot", pattern: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000/ },
  { why: "it is the time of the snapshot", pattern: /<creationTime>\d+/ },
  { why: "a name that is the time of the snapshot", pattern: /17\d{8}|18\d{8}/ },
];

async function file(name: string, xml: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, xml);
  return path;
}

const UUID = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0";
const guest = (name: string, rest = "", uuid = UUID): string =>
  `<domain type='test'><name>${name}</name><uuid>${uuid}</uuid><memory unit='MiB'>64</memory>` +
  `<os><type>hvm</type></os>${rest}</domain>`;

describe("the default domain", () => {
  it("is the same to virsh as libvirt's", async () => {
    const { stdout } = await side.script(
      `
      list --all
      list --all --name
      list --all --uuid --title
      dominfo test
      domid test
      domuuid test
      domname 1
      domstate test --reason
      domcontrol test
      dumpxml test
      dumpxml test --inactive
      dumpxml test --security-info
      domstats test
      domstats --state --raw
      vcpucount test
      vcpucount test --maximum --config
      vcpuinfo test
      vcpupin test
      emulatorpin test
      domblklist test --details
      domblkinfo test vda
      domblkstat test vda
      domblkerror test
      domiflist test
      domifaddr test
      domifstat test testnet0
      domif-getlink test testnet0
      dommemstat test
      schedinfo test
      memtune test
      blkiotune test
      blkdeviotune test vda
      domiftune test testnet0
      numatune test
      perf test
      iothreadinfo test
      domfsinfo test
      domhostname test
      domtime test
      cpu-stats test
      domdisplay test
      desc test
      metadata test http://nobody/
      `,
      TIMES,
    );
    expect(stdout.match(/^virsh # /gm)?.length).toBeGreaterThan(40);
  });
});

describe("the life of a domain", () => {
  it("goes as in libvirt", async () => {
    const path = await file("a.xml", guest("a"));
    await side.script(
      `
      define ${path}
      list --all
      start a
      start a
      suspend a
      domstate a --reason
      suspend a
      resume a
      resume a
      domstate a --reason
      reboot a
      reset a
      shutdown a
      domstate a --reason
      shutdown a
      destroy a
      start a
      destroy a
      domstate a --reason
      autostart a
      list --all --autostart
      autostart a --disable
      domrename a b
      dominfo b
      managedsave b
      start b
      managedsave b
      list --all --managed-save
      start b
      domstate b --reason
      managedsave b
      managedsave-remove b
      start b
      save b ${dir}/saved
      domstate b --reason
      restore ${dir}/saved
      restore ${dir}/nothing
      domstate b --reason
      dump b ${dir}/core
      dump b ${dir}/core --crash
      domstate b --reason
      create ${path}
      undefine b
      undefine b
      list --all
      send-key test KEY_A
      inject-nmi test
      set-user-password test me secret
      domfsfreeze test
      domfsfreeze test
      domfsthaw test
      setmem test 1000000
      setmem test 99999999
      setmaxmem test 9000000
      setvcpus test 1
      setvcpus test 3
      setvcpus test 50 --maximum --config
      setvcpus test 0
      vcpupin test 0 0,2
      vcpupin test 5 0
      emulatorpin test 1-2
      vcpuinfo test
      iothreadadd test 1
      iothreadadd test 1
      iothreaddel test 2
      memtune test --hard-limit 1000
      domiftune test testnet0 --inbound 1000
      desc test a longer text
      desc test --title short
      desc test
      metadata test http://q --key x --set '<a b="1"><c/></a>'
      metadata test http://q
      dumpxml test
      metadata test http://q --remove
      dumpxml test --inactive
      destroy test
      undefine test
      list --all
      `,
      TIMES,
    );
  });

  it("comes with the same mistakes", async () => {
    await side.script(`
      dominfo nobody
      dominfo 77
      dominfo 00000000-0000-0000-0000-000000000001
      domblkstat test zz
      domblkinfo test zz
      domifstat test zz
      domiftune test zz
      blkdeviotune test zz
      domrename test zz
      start test
      create ${await file("active.xml", guest("test", "", "6695eb01-f6a4-8304-79aa-97f2502e193f"))}
    `);
  });
});

describe("the past of a domain", () => {
  it("goes as in libvirt", async () => {
    const disks =
      "<devices><disk type='file'><source file='/q'/><target dev='vda'/></disk>" +
      "<disk type='file' device='cdrom'><target dev='hdc'/></disk>" +
      "<disk type='file' device='cdrom'><source file='/x.iso'/><target dev='hdd'/></disk></devices>";
    const path = await file("s.xml", guest("s", disks));
    await side.script(
      `
      define ${path}
      snapshot-list s
      snapshot-current s
      snapshot-create-as s off
      snapshot-create-as s off
      start s
      snapshot-create-as s on "a description"
      snapshot-create s
      snapshot-create-as s halted --halt
      domstate s --reason
      snapshot-list s --name
      snapshot-list s --tree
      snapshot-list s --parent --name
      snapshot-list s --roots --name
      snapshot-list s --leaves --name
      snapshot-list s --no-leaves --name
      snapshot-list s --inactive --name
      snapshot-list s --active --name
      snapshot-list s --internal --name
      snapshot-list s --external --name
      snapshot-list s --from off --name
      snapshot-list s --from off --descendants --name
      snapshot-dumpxml s off
      snapshot-dumpxml s on
      snapshot-info s on
      snapshot-info s halted
      snapshot-current s --name
      snapshot-parent s on
      snapshot-parent s off
      snapshot-revert s off
      domstate s --reason
      snapshot-current s --name
      snapshot-revert s on
      domstate s --reason
      snapshot-revert s on --paused
      domstate s --reason
      snapshot-delete s on
      snapshot-list s --tree
      snapshot-delete s nothing
      checkpoint-create-as s c0
      destroy s
      undefine s
      snapshot-delete s off --children
      snapshot-list s
      checkpoint-create-as s c0
      start s
      checkpoint-create-as s c1
      checkpoint-create-as s c1
      checkpoint-create-as s c2 "second"
      snapshot-create-as s later
      checkpoint-list s --name
      checkpoint-list s --tree
      checkpoint-dumpxml s c2
      checkpoint-dumpxml s c2 --no-domain
      checkpoint-parent s c2
      checkpoint-info s c1
      checkpoint-delete s c1
      checkpoint-list s --name
      undefine s
      destroy s
      `,
      TIMES,
    );
  });
});
