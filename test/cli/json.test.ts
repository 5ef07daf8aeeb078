import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { CATALOGUE } from "../../src/cli/catalogue.js";
import { connect } from "../../src/index.js";
import { createTestServer, Hypervisor, type TestServer } from "../../src/testing/index.js";
import { qemuDomainXml, testDomainXml } from "../support/domain-xml.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { DRIVES_XML } from "./cases/device-cases.js";
import { expectJson, MANY, split } from "./compare.js";
import { guestWithDisk } from "./guest-with-disk.js";
import { QemuHypervisor } from "./qemu-hypervisor.js";

let dir = "";
let server: TestServer;
let other: TestServer;
let daemon: Libvirtd;
beforeAll(async () => {
  daemon = await startLibvirtd({ net: true });
  dir = await mkdtemp(join(tmpdir(), "lvt-json-"));
  server = await createTestServer({ path: join(dir, "one"), hypervisor: new QemuHypervisor() });
  other = await createTestServer({ path: join(dir, "other"), hypervisor: new Hypervisor({ contents: {} }) });
  const files = {
    "g.xml": testDomainXml({ name: "g" }),
    "n.xml": "<network><name>n</name></network>",
    "p.xml": "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>",
    "v.xml": "<volume><name>v</name><capacity>1048576</capacity></volume>",
    "f.xml": "<volume><name>f</name><capacity>1048576</capacity></volume>",
    "s.xml": `<secret private='no'><uuid>${SECRET}</uuid><usage type='ceph'><name>c</name></usage></secret>`,
    "snapshot.xml": "<domainsnapshot><name>filed</name></domainsnapshot>",
    "bridged.xml": "<network><name>bridged</name><bridge name='vbr0'/></network>",
    "port.xml":
      `<networkport><uuid>${PORT}</uuid><owner><name>o</name><uuid>${SECRET}</uuid></owner>` +
      "<mac address='52:54:00:00:00:08'/></networkport>",
    "q.xml": qemuDomainXml({ name: "q" }),
    "disk.xml": "<disk type='file'><source file='/nowhere/a'/><target dev='vda' bus='virtio'/></disk>",
    "checkpoint.xml": "<domaincheckpoint><name>filed</name></domaincheckpoint>",
    "i.xml":
      "<interface type='ethernet' name='eth9'><start mode='none'/><mac address='52:54:00:00:00:09'/></interface>",
    "w.xml": "<filter name='w'/>",
    "vport.xml":
      "<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'>" +
      "<wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability></capability></device>",
    "r.xml": await guestWithDisk(dir),
    bytes: "some bytes",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
});
afterAll(async () => {
  await Promise.all([server.close(), other.close(), daemon.stop()]);
  await rm(dir, { recursive: true });
});

const PORT = "4dea22b3-1d52-d8f3-2516-782e98ab3fa9";
const SECRET = "4dea22b3-1d52-d8f3-2516-782e98ab3fa3";

/** Every command, in an order in which each succeeds. */
const STORY = `
  uri
  hostname
  version --daemon
  nodeinfo
  capabilities
  sysinfo
  maxvcpus
  freecell
  freecell --all
  cpu-models i686
  connect
  list --all --title
  define DIR/g.xml
  start g
  domid g
  domname g
  domuuid g
  dominfo g
  domstate g --reason
  domcontrol g
  domhostname test
  dumpxml g
  edit g
  suspend g
  resume g
  reboot g
  reset g
  setmem test 1G
  setmaxmem test 8G --config
  setvcpus test 1
  vcpucount test
  vcpuinfo test
  dommemstat test
  domstats
  domstats test --state
  domblklist test --details
  domblkinfo test vda
  domblkinfo test --all
  domblkstat test vda
  domiflist test
  domifstat test testnet0
  domifaddr test
  desc g words
  desc g
  metadata g http://q --key k --set <a/>
  metadata g http://q
  screenshot test DIR/screen
  console test
  watch --count 1
  event --list
  qemu-monitor-command test {}
  qemu-monitor-command test --pretty {}
  qemu-agent-command test {}
  guestinfo test
  domjobabort test
  snapshot-create g DIR/snapshot.xml
  snapshot-create-as g one
  snapshot-create-as g two --print-xml
  snapshot-list g
  snapshot-info g one
  snapshot-parent g one
  snapshot-current g
  snapshot-current g one
  snapshot-dumpxml g one
  snapshot-edit g one
  snapshot-revert g one
  snapshot-delete g one
  snapshot-delete g filed
  checkpoint-create g DIR/checkpoint.xml
  checkpoint-create-as g two
  checkpoint-list g
  checkpoint-info g two
  checkpoint-parent g two
  checkpoint-dumpxml g two
  checkpoint-edit g two
  checkpoint-delete g two
  checkpoint-delete g filed
  managedsave g
  managedsave-remove g
  start g
  save g DIR/saved
  restore DIR/saved
  migrate test OTHER
  autostart g
  shutdown g
  start g
  destroy g
  domrename g h
  undefine h
  create DIR/g.xml
  net-define DIR/n.xml
  net-start n
  net-list --all
  net-info n
  net-dumpxml n
  net-uuid n
  net-name n
  net-autostart n
  net-update default add ip-dhcp-host "<host mac='52:54:00:00:00:09' ip='192.168.122.50'/>"
  net-edit n
  net-event --list
  net-destroy n
  net-undefine n
  net-create DIR/n.xml
  nodedev-list --tree
  nodedev-dumpxml computer
  nodedev-info computer
  nodedev-event --list
  secret-define DIR/s.xml
  secret-set-value SECRET --file DIR/bytes --plain
  secret-get-value SECRET
  secret-dumpxml SECRET
  secret-list
  secret-event --list
  secret-undefine SECRET
  pool-define DIR/p.xml
  pool-build p
  pool-start p
  pool-list --all
  pool-info p
  pool-dumpxml p
  pool-uuid p
  pool-name p
  pool-refresh p
  pool-autostart p
  pool-edit p
  pool-event --list
  vol-create p DIR/v.xml
  vol-create-as p w 1M
  vol-create-as p w 1M --print-xml
  vol-create-from p DIR/f.xml v p
  vol-clone v c p
  vol-list p --details
  vol-info v p
  vol-path v p
  vol-key v p
  vol-name /p/v
  vol-pool /p/v
  vol-dumpxml v p
  vol-resize v 2M p
  vol-upload v DIR/bytes p
  vol-download v DIR/out p
  vol-wipe v p
  vol-delete v p
  pool-destroy p
  pool-delete p
  pool-undefine p
  pool-create DIR/p.xml
  pool-define-as q dir --target /q
  pool-create-as r dir --target /r
  pool-create-as r dir --print-xml
  find-storage-pool-sources logical
  find-storage-pool-sources-as logical
  iface-list --all
  iface-define DIR/i.xml
  iface-start eth9
  iface-dumpxml eth9
  iface-name 52:54:00:00:00:09
  iface-mac eth9
  iface-edit eth9
  iface-destroy eth9
  iface-begin
  iface-commit
  iface-begin
  iface-rollback
  iface-undefine eth9
  nwfilter-define DIR/w.xml
  nwfilter-list
  nwfilter-dumpxml w
  nwfilter-edit w
  nwfilter-undefine w
  completion bash
  complete dom
`;

/** What the test hypervisor refuses, as libvirt's test driver does: at the drivers beside QEMU. */
const ELSEWHERE = `
  domcapabilities
  pool-capabilities
  define DIR/q.xml
  attach-device q DIR/disk.xml --config
  update-device q DIR/disk.xml --config
  detach-device q DIR/disk.xml --config
  net-create DIR/bridged.xml
  net-port-create bridged DIR/port.xml
  net-port-list bridged
  net-port-dumpxml bridged PORT
  net-port-delete bridged PORT
  net-dhcp-leases bridged
  net-destroy bridged
  attach-disk q /x vdb --alias ua-x --config
  detach-device-alias q ua-x --config
  start q
  managedsave q
  managedsave-dumpxml q
  create DIR/r.xml
  ttyconsole r
  migrate-setspeed r 5
  migrate-getspeed r
  blockresize r vda 8M
  blockpull r vda --wait
  snapshot-create-as r s --disk-only --no-metadata --diskspec vda,file=DIR/new.qcow2
  blockcommit r vda --active --wait
  blockjob r vda
  blockjob r vda --pivot
  blockcopy r vda DIR/copied.qcow2 --transient-job --wait --pivot
  domjobinfo r
  dump r DIR/core --memory-only
  nodememstats
  nodecpustats --percent
`;

/** What only libvirt's test driver has, or what is the same everywhere. */
const AT_TEST_DRIVER = `
  attach-disk test /x vdb --print-xml
  detach-disk test vda --print-xml
  change-media m hdc --eject --print-xml
  attach-interface test network default --print-xml
  detach-interface test network --print-xml
  domif-setlink test testnet0 down --print-xml
  domif-getlink test testnet0
  domdisplay m --all
  vncdisplay m
  vcpupin test
  emulatorpin test
  schedinfo test
  cpu-stats test
  send-key test KEY_A
  inject-nmi test
  set-user-password test u p
  domtime test
  domtime test --now
  domfsinfo test
  domfsfreeze test
  domfsthaw test
  domfstrim test
  nodecpumap
  nodecpustats
  domblkerror test
  memtune test
  domiftune test testnet0
  blkdeviotune test vda
  nodedev-create DIR/vport.xml
  nodedev-destroy scsi_host12
  save m DIR/saved
  save-image-dumpxml DIR/saved
`;

describe("--json", () => {
  it(
    "prints what the command's schema describes, for every command",
    async () => {
      // The test driver forgets everything when nobody is connected.
      await using held = await connect(daemon.uri("test"));
      await held.domainCreateXML(DRIVES_XML);
      const places = { DIR: dir, OTHER: other.uri, SECRET, PORT };
      const stories: readonly (readonly [uri: string, story: string])[] = [
        [server.uri, STORY],
        [daemon.uri("qemu"), ELSEWHERE],
        [daemon.uri("test"), AT_TEST_DRIVER],
      ];
      const seen = new Set<string>();
      for (const [uri, story] of stories) {
        for (const line of story.trim().split("\n")) {
          const words = line
            .trim()
            .replaceAll(/[A-Z]{3,}/g, (name) => (places as Record<string, string>)[name] ?? name);
          await expectJson(uri, words, { EDITOR: "true" });
          seen.add(split(words)[0] ?? "");
        }
      }
      expect(Array.from(seen).toSorted()).toEqual(CATALOGUE.map(({ name }) => name));
    },
    MANY,
  );
});
