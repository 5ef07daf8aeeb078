import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { connect } from "../../src/index.js";
import { SideBySide } from "./compare.js";

// libvirt's test driver has no filters: they are compared with those beside its QEMU driver.
let dir = "";
let side: SideBySide;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lvt-xml-"));
  side = await SideBySide.start("qemu");
});
afterAll(async () => {
  await side[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

let uuids = 100;
const filter = (name: string, attributes: string, content: string, uuid = uuids++): string =>
  `<filter name='${name}' ${attributes}><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3${uuid}</uuid>${content}</filter>`;
const rule = (protocol: string, more = ""): string =>
  `<rule action='drop' direction='in'${more}>${protocol}</rule>`;

const FRAME =
  "srcmacaddr='1:2:3:4:5:F' srcmacmask='ff:ff:ff:ff:ff:ff' dstmacaddr='1:2:3:4:5:6' dstmacmask='ff:ff:ff:ff:ff:ff'";
const VERSION_4 = "srcipaddr='1.2.3.4' srcipmask='255.255.255.0' dstipaddr='1.2.3.4' dstipmask='24'";
const VERSION_6 = "srcipaddr='fd00::1' srcipmask='64' dstipaddr='fd00::1' dstipmask='ffff::'";
const PORTS = "srcportstart='1' srcportend='2' dstportstart='3' dstportend='4'";
const RANGES = "srcipfrom='1.2.3.4' srcipto='1.2.3.5' dstipfrom='1.2.3.4' dstipto='1.2.3.6'";
const STATE = "state='NEW,ESTABLISHED' ipset='a' ipsetflags='src,dst' connlimit-above='2' dscp='3'";
const STP =
  "type='1' flags='2' root-priority='3' root-priority-hi='4' root-address='1:2:3:4:5:6' root-cost='1' root-cost-hi='2' " +
  "root-address-mask='ff:ff:ff:0:0:0' sender-priority='1' sender-priority-hi='2' sender-address='1:2:3:4:5:6' port='1' " +
  "port-hi='2' age='1' age-hi='2' max-age='1' max-age-hi='2' hello-time='1' hello-time-hi='2' forward-delay='1'";
const ARP =
  "gratuitous='yes' hwtype='1' protocoltype='2048' opcode='Request' arpsrcmacaddr='1:2:3:4:5:6' " +
  "arpdstmacaddr='1:2:3:4:5:6' arpsrcipaddr='1.2.3.4' arpsrcipmask='24' arpdstipaddr='1.2.3.4' arpdstipmask='24'";

const PROTOCOLS: readonly string[] = [
  `mac comment='c' protocolid='arp' ${FRAME}`,
  `mac protocolid='0x800'`,
  `vlan vlanid='5' encap-protocol='arp' ${FRAME}`,
  `stp ${FRAME} ${STP}`,
  `arp ${FRAME} ${ARP}`,
  `rarp ${FRAME} opcode='Reply'`,
  `ip comment='c' ${PORTS} protocol='tcp' ${VERSION_4} ${FRAME} dscp='1'`,
  `ipv6 comment='c' ${PORTS} protocol='udp' ${VERSION_6} ${FRAME} codeend='4' code='3' type='1' typeend='2'`,
  `icmp comment='c' ${STATE} ${VERSION_4} ${RANGES} code='2' type='1' srcmacaddr='1:2:3:4:5:6'`,
  `icmpv6 comment='c' ${STATE} ${VERSION_6} code='2' type='1'`,
  ...["tcp", "udp", "sctp", "igmp", "esp", "ah", "udplite", "all"].map(
    (name) => `${name} comment='c' ${PORTS} ${STATE} ${VERSION_4} ${RANGES} option='1' flags='SYN,ACK/SYN'`,
  ),
  ...["tcp", "udp", "sctp", "esp", "ah", "udplite", "all"].map(
    (name) => `${name}-ipv6 comment='c' ${PORTS} ${STATE} ${VERSION_6} option='1' flags='SYN/SYN'`,
  ),
  "tcp srcipaddr='$A' srcportstart='$B[1]' dstipaddr='$C[@2]' match='no'",
  "tcp match='no'",
  "tcp dstportstart='99999'",
  "zz",
];

const CHAINS = ["root", "mac", "vlan", "stp", "arp", "rarp", "ipv4", "ipv6", "mac-x", "ipv4-z", "zz"];

const FILTERS: readonly (readonly [name: string, xml: string])[] = [
  ...CHAINS.map((chain, i) => [`c${i}`, filter(`c${i}`, `chain='${chain}'`, rule(""))] as const),
  ...PROTOCOLS.map((protocol, i) => [`p${i}`, filter(`p${i}`, "", rule(`<${protocol}/>`))] as const),
  ["far", filter("far", "chain='arp' priority='2000'", "")],
  ["odd", filter("odd", "chain='arp' priority='zz'", "")],
  ["near", filter("near", "chain='arp' priority='-5'", "")],
  ["rooted", filter("rooted", "priority='-5'", "")],
  ["one", filter("one", "", "<filterref filter='nobody'/>", 500)],
  ["two", filter("two", "", `<filterref filter='one'/>${rule("<all/>")}`)],
  ["one", filter("one", "", "<filterref filter='two'/>", 500)],
  ["self", filter("self", "", "<filterref filter='self'/>")],
  ["one", filter("one", "", rule(""))],
  ["other", filter("other", "", "", 500)],
  ["one", "<filter name='one'/>"],
  ["none", "<filter/>"],
  ["none", "<filter name='none'><uuid>zz</uuid></filter>"],
  ["none", filter("none", "", "<rule direction='in'/>")],
  ["none", filter("none", "", "<rule action='drop'/>")],
  ["none", filter("none", "", "<rule action='zz' direction='in'/>")],
  ["none", filter("none", "", "<rule action='drop' direction='zz'/>")],
  ["none", filter("none", "", "<filterref/>")],
  ["none", "<domain/>"],
  [
    "rules",
    filter(
      "rules",
      "",
      `${rule("", " priority='-100' statematch='true'")}${rule("<tcp/><udp/>", " statematch='0'")}` +
        `${rule("", " priority='-2000'")}<zz/><filterref filter='a'><parameter name='B' value='2'/>` +
        "<parameter name='A' value='1'/><parameter name='B' value='3'/></filterref>",
    ),
  ],
];

describe("network filters", () => {
  it("live, and are written, as beside libvirt's QEMU driver", async () => {
    const commands = await Promise.all(
      FILTERS.map(async ([name, xml], i) => {
        const path = join(dir, `${i}.xml`);
        await writeFile(path, xml);
        return `nwfilter-define ${path}\nnwfilter-dumpxml ${name}`;
      }),
    );
    const { stdout } = await side.script(`
      nwfilter-list
      ${commands.join("\n")}
      nwfilter-list
      nwfilter-undefine one
      nwfilter-undefine one
      nwfilter-undefine nobody
      nwfilter-list
      nwfilter-binding-list
      nwfilter-binding-dumpxml vnet0
      nwfilter-binding-delete vnet0
    `);
    expect(stdout).toContain("filter would introduce a loop");
  });

  it("are bound to devices, and are in use then", async () => {
    await using conn = await connect(side.ours);
    const used = await conn.nwFilterDefineXML(filter("used", "", rule("")));
    const binding = await conn.nwFilterBindingCreateXML(
      "<filterbinding><owner><name>vm</name></owner><portdev name='vnet0'/><filterref filter='used'/></filterbinding>",
    );
    expect((await conn.listAllNWFilterBindings()).map(({ portDev }) => portDev)).toEqual(["vnet0"]);
    await expect(used.undefine()).rejects.toMatchObject({ code: "OPERATION_INVALID" });
    await binding.delete();
    await used.undefine();
    await expect(conn.nwFilterLookupByName("used")).rejects.toMatchObject({ code: "NO_NWFILTER" });
  });
});
