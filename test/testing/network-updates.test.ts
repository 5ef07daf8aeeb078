import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect, type Network, NetworkUpdateFlags } from "../../src/index.js";
import { SideBySide } from "./compare.js";

let side: SideBySide;
let connections: Connection[] = [];
let networks: Network[] = [];
beforeAll(async () => {
  side = await SideBySide.start();
  connections = [await connect(side.theirs), await connect(side.ours)];
  networks = await Promise.all(
    connections.map((conn) =>
      conn.networkCreateXML(
        "<network><name>n</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3f01</uuid><forward mode='nat'/>" +
          "<ip address='10.0.0.1' prefix='24'/><ip address='10.0.1.1' prefix='24'><dhcp>" +
          "<range start='10.0.1.2' end='10.0.1.9'/></dhcp></ip><ip family='ipv6' address='fd00::1' prefix='64'/>" +
          "</network>",
      ),
    ),
  );
});
afterAll(async () => {
  await Promise.all(connections.map((conn) => conn.close()));
  await side[Symbol.asyncDispose]();
});

const [MODIFY, DELETE, ADD, FIRST] = [1, 2, 3, 4] as const;
const MAC = "52:54:00:00:00:0";
type Update = readonly [command: number, xml: string, parentIndex?: number];

const SECTIONS: readonly (readonly [what: string, section: number, updates: readonly Update[]])[] = [
  [
    "DHCP hosts",
    4,
    [
      [ADD, `<host mac='${MAC}1' ip='10.0.1.20'/>`],
      [ADD, `<host mac='${MAC}1' ip='10.0.1.21'/>`],
      [ADD, `<host mac='${MAC}2' ip='10.0.1.20'/>`],
      [ADD, `<host ip='10.0.1.22' name='nn' mac='${MAC}2'/>`],
      [ADD, `<host mac='${MAC}3' name='nn' ip='10.0.1.23'/>`],
      [ADD, `<host mac='${MAC}3' ip='10.0.0.23'/>`, 0],
      [ADD, `<host mac='${MAC}4' ip='10.0.9.23'/>`, 1],
      [ADD, `<host mac='${MAC}4' ip='10.0.9.23'/>`, 7],
      [ADD, `<host mac='${MAC}4' ip='10.0.9.23'/>`, -2],
      [ADD, "<host mac='zz' ip='10.0.1.30'/>"],
      [ADD, "<host mac='1:2:3:4:5:6' ip='10.0.1.30'/>"],
      [ADD, `<host mac='${MAC}7' ip='zz'/>`],
      [ADD, `<host mac='${MAC}7'/>`],
      [ADD, "<host name='only'/>"],
      [ADD, "<host name='only' ip='10.0.1.44'/>"],
      [ADD, "<host id='1' name='six' ip='fd00::5'/>", 2],
      [ADD, "<host name='six' ip='fd00::6'/>", 2],
      [ADD, "<host/>"],
      [ADD, "<guest/>"],
      [MODIFY, `<host mac='${MAC}9' ip='10.0.1.99'/>`],
      [MODIFY, `<host mac='${MAC}1' name='new' ip='10.0.1.25'/>`],
      [DELETE, `<host mac='${MAC}2'/>`],
      [DELETE, "<host ip='10.0.1.44'/>"],
      [DELETE, "<host name='nobody'/>"],
      [FIRST, `<host mac='${MAC}6' ip='10.0.1.26'/>`],
      [0, `<host mac='${MAC}8' ip='10.0.1.28'/>`],
      [9, `<host mac='${MAC}8' ip='10.0.1.28'/>`],
    ],
  ],
  [
    "DHCP ranges",
    5,
    [
      [ADD, "<range start='10.0.1.2' end='10.0.1.9'/>"],
      [ADD, "<range end='10.0.1.120' start='10.0.1.100'/>", 1],
      [ADD, "<range start='10.0.1.130' end='10.0.1.140'/>"],
      [ADD, "<range start='10.0.1.140' end='10.0.1.130'/>"],
      [ADD, "<range start='zz' end='10.0.1.2'/>"],
      [ADD, "<range start='10.0.1.2'/>"],
      [ADD, "<range/>"],
      [ADD, "<host/>"],
      [MODIFY, "<range start='10.0.1.2' end='10.0.1.9'/>"],
      [DELETE, "<range start='10.0.1.3' end='10.0.1.4'/>", 1],
      [FIRST, "<range start='10.0.1.150' end='10.0.1.160'/>", 1],
      [DELETE, "<range start='10.0.1.100' end='10.0.1.120'/>", 1],
      [DELETE, "<range start='10.0.1.100' end='10.0.1.120'/>", 0],
      [ADD, "<range start='fd00::5' end='fd00::9'/>", 2],
      [ADD, "<range start='10.9.0.1' end='10.9.0.5'/>", 1],
    ],
  ],
  [
    "interfaces that it leads through",
    7,
    [
      [ADD, "<interface dev='e1'/>"],
      [ADD, "<interface dev='e1'/>"],
      [FIRST, "<interface dev='e0'/>"],
      [DELETE, "<interface dev='e9'/>"],
      [MODIFY, "<interface dev='e1'/>"],
      [ADD, "<interface/>"],
      [ADD, "<zz/>"],
      [DELETE, "<interface dev='e0'/>"],
    ],
  ],
  [
    "port groups",
    9,
    [
      [ADD, "<portgroup name='a'/>"],
      [ADD, "<portgroup name='a'/>"],
      [ADD, "<portgroup name='b' default='yes'/>"],
      [ADD, "<portgroup name='c' default='yes'/>"],
      [MODIFY, "<portgroup name='a' default='yes'/>"],
      [MODIFY, "<portgroup name='z'/>"],
      [DELETE, "<portgroup name='z'/>"],
      [ADD, "<portgroup/>"],
      [MODIFY, "<portgroup name='b'/>"],
      [FIRST, "<portgroup name='f'><bandwidth><inbound average='10'/></bandwidth></portgroup>"],
      [ADD, "<portgroup name='d' default='zz'/>"],
      [DELETE, "<portgroup name='a'/>"],
    ],
  ],
  [
    "names of hosts",
    10,
    [
      [ADD, "<host ip='10.0.1.5'><hostname>h</hostname></host>"],
      [ADD, "<host ip='10.0.1.5'><hostname>h</hostname></host>"],
      [ADD, "<host ip='10.0.1.6'><hostname>h</hostname></host>"],
      [ADD, "<host ip='10.0.1.5'><hostname>x</hostname></host>"],
      [ADD, "<host ip='10.0.1.7'><hostname>y</hostname><hostname>z</hostname></host>"],
      [ADD, "<host ip='zz'><hostname>q</hostname></host>"],
      [ADD, "<host ip='10.0.1.9'/>"],
      [ADD, "<host><hostname>q</hostname></host>"],
      [MODIFY, "<zz/>"],
      [DELETE, "<host ip='10.0.1.6'/>"],
      [DELETE, "<host ip='10.0.1.99'/>"],
      [DELETE, "<host><hostname>z</hostname></host>"],
      [DELETE, "<host/>"],
      [FIRST, "<host ip='10.0.1.8'><hostname>f</hostname></host>"],
    ],
  ],
  [
    "texts",
    11,
    [
      [ADD, "<txt name='a' value='1'/>"],
      [ADD, "<txt name='a' value='2'/>"],
      [FIRST, "<txt name='b' value='1'/>"],
      [DELETE, "<txt name='z' value='1'/>"],
      [DELETE, "<txt name='a' value='7'/>"],
      [ADD, "<txt/>"],
      [ADD, "<txt name='n'/>"],
      [ADD, "<txt name='a b' value='1'/>"],
      [MODIFY, "<txt name='b' value='2'/>"],
    ],
  ],
  [
    "services",
    12,
    [
      [ADD, "<srv service='a' protocol='tcp'/>"],
      [ADD, "<srv service='a' protocol='tcp'/>"],
      [ADD, "<srv service='a' protocol='udp'/>"],
      [ADD, "<srv weight='2' service='b' protocol='tcp' domain='d' target='t' port='80' priority='1'/>"],
      [DELETE, "<srv service='z' protocol='tcp'/>"],
      [DELETE, "<srv service='a' protocol='tcp'/>"],
      [ADD, "<srv/>"],
      [ADD, "<srv service='q'/>"],
      [ADD, "<srv service='q' protocol='tcp' port='99999' target='t'/>"],
      [FIRST, "<srv service='f' protocol='tcp' target='.'/>"],
      [MODIFY, "<srv service='f' protocol='tcp'/>"],
    ],
  ],
  ["what there is not", 0, [[ADD, "<zz/>"]]],
  ["bridges", 1, [[ADD, "<zz/>"]]],
  ["addresses", 3, [[ADD, "<zz/>"]]],
  ["what comes after all", 13, [[ADD, "<zz/>"]]],
];

/** What becomes of the updates, each in words, and the document after them. */
async function outcomes(network: Network, section: number, updates: readonly Update[]): Promise<string[]> {
  const told: string[] = [];
  for (const [command, xml, parentIndex = -1] of updates) {
    const done = network.update(command, section, parentIndex, xml, {
      flags: NetworkUpdateFlags.LIVE,
    });
    told.push(
      `${xml}: ${await done.then(
        () => "done",
        ({ code, domain, message }) => `${code} ${domain} ${message}`,
      )}`,
    );
  }
  return [...told, await network.getXMLDesc()];
}

describe("a network's updates do the same as at libvirt, and are refused in the same words:", () => {
  it.each(SECTIONS)("%s", async (_, section, updates) => {
    const [theirs, ours] = await Promise.all(networks.map((each) => outcomes(each, section, updates)));
    expect(ours).toEqual(theirs);
  });

  it("a change that is refused for one document leaves the other alone", async () => {
    const [conn] = connections.slice(1) as [Connection];
    const network = await conn.networkLookupByName("default");
    const host = (last: number): string => `<host mac='${MAC}1' ip='192.168.122.${last}'/>`;
    const both = NetworkUpdateFlags.LIVE | NetworkUpdateFlags.CONFIG;
    await network.update(ADD, 4, -1, host(20), { flags: NetworkUpdateFlags.CONFIG });
    await expect(network.update(ADD, 4, -1, host(21), { flags: both })).rejects.toMatchObject({
      code: "OPERATION_INVALID",
    });
    expect(await network.getXMLDesc()).not.toContain("<host");
  });
});
