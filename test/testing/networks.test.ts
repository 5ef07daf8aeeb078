import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect } from "../../src/index.js";
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
async function file(xml: string): Promise<string> {
  const path = join(dir, `${files++}.xml`);
  await writeFile(path, xml);
  return path;
}

let uuids = 10;
const network = (name: string, rest = ""): string =>
  `<network><name>${name}</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3f${uuids++}</uuid>${rest}</network>`;

describe("networks", () => {
  it("live as in libvirt", async () => {
    const plain = await file(network("a"));
    const { stdout } = await side.script(`
      net-list --all
      net-list --inactive
      net-list --persistent --name
      net-list --uuid
      net-info default
      net-dumpxml default
      net-uuid default
      net-name dd8fe884-6c02-601e-7551-cca97df1c5df
      net-define ${plain}
      net-dumpxml a
      net-info a
      net-start a
      net-start a
      net-autostart a
      net-list --autostart
      net-autostart a --disable
      net-destroy a
      net-destroy a
      net-undefine a
      net-undefine a
      net-start default
      net-undefine default
      net-create ${await file(network("transient"))}
      net-list --transient --name
      net-info transient
      net-destroy transient
      net-info transient
      net-update default add ip-dhcp-host "<host mac='52:54:00:00:00:09' ip='192.168.122.50'/>" --live
      net-update default add ip-dhcp-host "<host mac='52:54:00:00:00:0a' ip='192.168.122.51'/>" --live
      net-dumpxml default
      net-update default delete ip-dhcp-host "<host mac='52:54:00:00:00:09'/>" --live
      net-update default add-first ip-dhcp-host "<host mac='52:54:00:00:00:0b' ip='192.168.122.52'/>" --live
      net-update default modify ip-dhcp-host "<host mac='52:54:00:00:00:0a' name='n' ip='192.168.122.53'/>" --live
      net-update default add dns-host "<host ip='192.168.122.7'><hostname>hh</hostname></host>" --live
      net-update default add bridge "<bridge name='x'/>" --live
      net-dumpxml default
      net-dhcp-leases default
      net-info nobody
      net-define ${await file("<network/>")}
      net-define ${await file("<domain/>")}
      net-define ${await file(network("b", "<forward mode='zz'/>"))}
      net-define ${await file(network("b", "<ip address='zz'/>"))}
      net-define ${await file(network("b/b"))}
      net-define ${await file("<network><name>default</name></network>")}
    `);
    expect(stdout).toContain("<host mac='52:54:00:00:00:0b' ip='192.168.122.52'/>");
  });

  it.each([
    [""],
    ["<forward mode='nat'/><bridge name='br7'/><mac address='52:54:00:00:00:01'/><domain name='ex.org'/>"],
    ["<bridge name='br8'/><mac address='52:54:00:00:00:01'/><domain name='ex.org'/>"],
    [
      "<forward dev='eth0' mode='route'/><bridge stp='off' delay='3'/><ip address='10.0.0.1' netmask='255.0.0.0'/>",
    ],
    ["<forward mode='bridge'/><bridge name='br0'/>"],
    ["<forward mode='hostdev' managed='yes'><pf dev='eth3'/></forward>"],
    ["<metadata><a:b xmlns:a='http://a'/></metadata>"],
    [
      "<dns><host ip='192.168.5.9'><hostname>h</hostname></host></dns><ip address='192.168.5.1' prefix='24'><dhcp>" +
        "<range start='192.168.5.2' end='192.168.5.9'/><host mac='52:54:00:00:00:02' name='x' ip='192.168.5.3'/>" +
        "</dhcp></ip><ip family='ipv6' address='fd00::1' prefix='64'/>",
    ],
    [
      "<ip address='10.0.0.1' prefix='8'/><portgroup name='p' default='yes'><bandwidth><inbound average='1'/></bandwidth></portgroup>",
    ],
  ])("are written as by libvirt: %s", async (rest) => {
    const path = await file(network("n", rest));
    await side.script(`net-define ${path}\nnet-dumpxml n\nnet-undefine n`);
  });
});

describe("interfaces of the host", () => {
  it("live as in libvirt", async () => {
    const bridge =
      "<interface type='bridge' name='br3'><start mode='onboot'/><bridge><interface type='ethernet' name='eth9'>" +
      "<mac address='00:11:22:33:44:55'/></interface></bridge></interface>";
    const card =
      "<interface type='ethernet' name='eth2'><start mode='none'/><mac address='aa:bb:cc:dd:ee:f0'/>" +
      "<protocol family='ipv4'><dhcp/></protocol></interface>";
    await side.script(`
      iface-list --all
      iface-dumpxml eth1
      iface-mac eth1
      iface-name aa:bb:cc:dd:ee:ff
      iface-start eth1
      iface-destroy eth1
      iface-destroy eth1
      iface-list --inactive
      iface-define ${await file(bridge)}
      iface-dumpxml br3
      iface-define ${await file(card)}
      iface-dumpxml eth2
      iface-begin
      iface-begin
      iface-undefine eth2
      iface-list --all
      iface-rollback
      iface-rollback
      iface-commit
      iface-list --all
      iface-begin
      iface-undefine br3
      iface-commit
      iface-list --all
      iface-dumpxml nobody
      iface-name 00:00:00:00:00:01
      iface-define ${await file("<interface type='zz' name='e'/>")}
      iface-define ${await file("<interface type='ethernet'/>")}
    `);
  });
});

describe("flags that nobody knows", () => {
  it("are refused as by libvirt, each in the name of its function", async () => {
    const told = async (conn: Connection): Promise<string[]> => {
      const network = await conn.networkLookupByName("default");
      const card = await conn.interfaceLookupByName("eth1");
      const flags = 0x800;
      const options = { flags: flags as 0 };
      const tries = [
        network.getXMLDesc(options),
        network.update(3, 4, -1, "<host/>", options),
        conn.networkDefineXMLFlags("<network/>", options),
        conn.networkCreateXMLFlags("<network/>", options),
        conn.listAllNetworks(options),
        conn.listAllInterfaces(options),
        conn.interfaceDefineXML("<interface/>", options),
        card.getXMLDesc(options),
        card.create(options),
        card.destroy(options),
        conn.interfaceChangeBegin(options),
        conn.interfaceChangeCommit(options),
        conn.interfaceChangeRollback(options),
      ];
      const settled = await Promise.allSettled<unknown>(tries);
      return settled.map((each) => (each.status === "rejected" ? String(each.reason.message) : "done"));
    };
    await using theirs = await connect(side.theirs);
    await using ours = await connect(side.ours);
    const refusals = await told(ours);
    expect(refusals).toEqual(await told(theirs));
    expect(refusals.filter((refusal) => refusal.startsWith("unsupported flags"))).toHaveLength(13);
  });
});
