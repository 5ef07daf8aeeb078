import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect, type NodeDeviceXMLFlags } from "../../src/index.js";
import { until } from "../support/until.js";
import { SideBySide } from "./compare.js";

let side: SideBySide;
let connections: Connection[] = [];
beforeAll(async () => {
  side = await SideBySide.start();
  connections = [await connect(side.theirs), await connect(side.ours)];
});
afterAll(async () => {
  await Promise.all(connections.map((conn) => conn.close()));
  await side[Symbol.asyncDispose]();
});

async function both<T>(ask: (conn: Connection) => Promise<T>): Promise<T> {
  const [theirs, ours] = await Promise.all(connections.map(ask));
  expect(ours).toEqual(theirs);
  return ours as T;
}

/** As many as libvirt 9.0.0 knows. */
const KINDS = 21;

const attempt = <T>(done: Promise<T>): Promise<T | string> =>
  done.catch(({ code, domain, message }) => `${code} ${domain} ${message}`);
const port = (parent: string, content: string): string =>
  `<device>${parent}<capability type='scsi_host'>${content}</capability></device>`;
const names = (wwpn: string): string =>
  `<capability type='fc_host'><wwnn>2000000099999999</wwnn><wwpn>${wwpn}</wwpn></capability>`;

describe("node devices", () => {
  it("are those of libvirt's test driver", async () => {
    const told = await both(async (conn) => {
      const devices = (await conn.listAllNodeDevices()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const shown = devices.map(async (each) => [
        each.name,
        await each.getXMLDesc(),
        await each.listCaps(),
        await attempt(each.getParent()),
      ]);
      return Promise.all(shown);
    });
    expect(told).toHaveLength(4);
  });

  it("are listed by what they can", async () => {
    const lists = await both(async (conn) => {
      const flags = Array.from({ length: KINDS }, (_, bit) => 1 << bit);
      const byFlag = flags.map(async (bit) =>
        (await conn.listAllNodeDevices({ flags: bit })).map(({ name }) => name).toSorted(),
      );
      const byName = ["scsi_host", "fc_host", "vports", "system", "net", "nothing"].map(async (cap) =>
        (await conn.nodeListDevices(cap)).toSorted(),
      );
      return Promise.all([...byFlag, ...byName]);
    });
    expect(lists.filter((list) => list.length > 0)).toHaveLength(8);
  });

  it("come and go, and are told of", async () => {
    const story = await both(async (conn) => {
      const events: string[] = [];
      using subscription = conn.on("nodeDevice.lifecycle", ({ nodeDevice, event }) =>
        events.push(`${nodeDevice.name} ${event}`),
      );
      await subscription.ready;
      const made: unknown[] = [];
      for (const xml of [
        port("<parent>scsi_host1</parent>", names("1000000099999999")),
        port("<parent>scsi_host2</parent>", names("1000000099999998")),
        port("", names("1000000099999997")),
        port("<parent>scsi_host11</parent>", names("1000000099999996")),
        port("<parent>computer</parent>", names("1000000099999995")),
        port("<parent>nobody</parent>", names("1000000099999994")),
        port("<parent>scsi_host1</parent>", ""),
        port("<parent>scsi_host1</parent>", "<capability type='fc_host'/>"),
        "<device/>",
        "<device><name>x</name><capability type='net'><interface>e</interface></capability></device>",
        "<domain/>",
      ]) {
        made.push(await attempt(conn.nodeDeviceCreateXML(xml).then(({ name }) => name)));
      }
      const device = await conn.nodeDeviceLookupByName("scsi_host12");
      made.push(
        await device.getXMLDesc(),
        await attempt(device.getXMLDesc({ flags: 4 as NodeDeviceXMLFlags })),
      );
      await device.destroy();
      made.push(await attempt(device.destroy()), await attempt(device.getParent()));
      await until(() => events.length >= 4);
      return { made, events };
    });
    expect(story.events).toHaveLength(4);
  });

  it("are shown by virsh in the same words", async () => {
    const dir = await mkdtemp(join(tmpdir(), "lvt-xml-"));
    const path = join(dir, "port.xml");
    await writeFile(path, port("<parent>scsi_host1</parent>", names("1000000099999999")));
    const { stdout } = await side.script(`
      nodedev-dumpxml computer
      nodedev-dumpxml scsi_host1
      nodedev-dumpxml nobody
      nodedev-create ${path}
      nodedev-dumpxml scsi_host12
      nodedev-create /nonexistent.xml
      nodedev-define ${path}
      nodedev-undefine scsi_host12
      nodedev-start scsi_host12
      nodedev-detach scsi_host1
      nodedev-reattach scsi_host1
      nodedev-reset scsi_host1
      nodedev-destroy scsi_host12
      nodedev-destroy scsi_host12
    `);
    expect(stdout).toContain("<name>scsi_host12</name>");
    await rm(dir, { recursive: true });
  });
});
