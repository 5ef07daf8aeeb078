import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { type Mask, SideBySide } from "./compare.js";

// The one long script of virsh's that says most of what there is to say: everything but the lines named here must be
// the same at libvirtd's test driver and at ours.

const LEAST = 60;

const DIFFERENT: readonly Mask[] = [
  { why: "dominfo: libvirt makes the processor time of the time of day", pattern: /CPU time: +\S+/ },
  { why: "domblkstat, domifstat: made of the time of day", pattern: /(?:rd_|wr_|rx_|tx_|errs)\S* \d+/ },
  { why: "snapshot-list: when it was taken", pattern: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000/ },
  { why: "snapshot-dumpxml: when it was taken", pattern: /<creationTime>\d+/ },
];

const UUID = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0";
const FILES: Readonly<Record<string, string>> = {
  "g.xml":
    `<domain type='test'><name>g</name><uuid>${UUID}</uuid><memory unit='MiB'>512</memory><vcpu>4</vcpu>` +
    "<os><type>hvm</type></os><devices><disk type='file'><source file='/a'/><target dev='vda'/></disk>" +
    "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>" +
    "</devices></domain>",
  "n.xml":
    `<network><name>n</name><uuid>${UUID}</uuid><forward mode='nat'/>` +
    "<ip address='10.0.0.1' netmask='255.255.255.0'><dhcp><range start='10.0.0.10' end='10.0.0.20'/></dhcp></ip></network>",
  "p.xml": `<pool type='dir'><name>p</name><uuid>${UUID}</uuid><target><path>/p</path></target></pool>`,
  "v.xml": "<volume><name>v</name><capacity unit='MiB'>10</capacity><allocation>0</allocation></volume>",
  "i.xml":
    "<interface type='ethernet' name='eth9'><start mode='none'/><mac address='52:54:00:00:00:09'/></interface>",
};

const SCRIPT = `
  uri
  hostname
  version
  nodeinfo
  nodecpumap
  capabilities
  maxvcpus
  freecell --all
  cpu-models i686
  nodedev-dumpxml computer
  list --all
  dominfo test
  domstate test --reason
  dumpxml test
  domstats test
  domblklist test --details
  domblkinfo test vda
  domblkstat test vda
  domiflist test
  domifstat test testnet0
  domifaddr test
  vcpucount test
  vcpupin test
  define DIR/g.xml
  list --all
  list --inactive --name
  dumpxml g
  start g
  start g
  domid g
  suspend g
  domstate g --reason
  suspend g
  resume g
  setvcpus g 2
  vcpucount g
  setmem g 256M
  setmem g 9G
  setmaxmem g 1G --config
  dominfo g
  desc g some words
  desc g
  metadata g http://q --key k --set <a/>
  metadata g http://q
  autostart g
  reboot g
  reset g
  snapshot-create-as g one first
  snapshot-create-as g two second
  snapshot-list g --parent
  snapshot-info g two
  snapshot-dumpxml g one
  snapshot-revert g one
  snapshot-current g --name
  snapshot-delete g one --children
  checkpoint-list g
  managedsave g
  list --all --managed-save
  managedsave-remove g
  start g
  save g DIR/saved
  restore DIR/saved
  shutdown g
  domstate g --reason
  domrename g h
  undefine h
  dominfo h
  create DIR/g.xml
  destroy g
  net-list --all
  net-define DIR/n.xml
  net-start n
  net-info n
  net-dumpxml n
  net-update n add ip-dhcp-host "<host mac='52:54:00:00:00:02' ip='10.0.0.12'/>" --live
  net-dumpxml n
  net-autostart n
  net-destroy n
  net-undefine n
  net-info n
  pool-list --all --details
  pool-define DIR/p.xml
  pool-build p
  pool-start p
  pool-info p --bytes
  pool-dumpxml p
  vol-create p DIR/v.xml
  vol-create-as p w 1G --allocation 1M --format qcow2
  vol-list p --details
  vol-info v p
  vol-dumpxml w p
  vol-clone v c p
  vol-path c p
  vol-delete c p
  vol-delete c p
  pool-refresh p
  pool-destroy p
  pool-undefine p
  iface-list --all
  iface-define DIR/i.xml
  iface-start eth9
  iface-dumpxml eth9
  iface-destroy eth9
  iface-undefine eth9
  event test lifecycle --timeout 1
`;

it(`a script of at least ${LEAST} commands says the same at libvirt's test driver and at ours`, async () => {
  const dir = await mkdtemp(join(tmpdir(), "lvt-script-"));
  await using side = await SideBySide.start();
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(dir, name), text);
  const commands = SCRIPT.trim()
    .split("\n")
    .map((line) => line.trim());
  expect(new Set(commands.map((line) => line.split(" ")[0])).size).toBeGreaterThan(LEAST);
  // Each stands before what it says, so that a difference shows where it belongs.
  const script = commands.map((line) => `echo '# ${line.replaceAll("'", "")}'\n${line}`).join("\n");
  const { stdout } = await side.script(script.replaceAll("DIR", dir), DIFFERENT);
  expect(stdout.match(/^# /gm)?.length).toBe(commands.length);
  await rm(dir, { recursive: true });
}, 180_000);
