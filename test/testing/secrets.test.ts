import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect } from "../../src/index.js";
import { until } from "../support/until.js";
import { SideBySide } from "./compare.js";

// libvirt's test driver has no secrets: they are compared with those beside its QEMU driver.
let dir = "";
let side: SideBySide;
let connections: Connection[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lvt-xml-"));
  side = await SideBySide.start("qemu");
  connections = [await connect(side.theirs), await connect(side.ours)];
});
afterAll(async () => {
  await Promise.all(connections.map((conn) => conn.close()));
  await side[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const UUID = "4dea22b3-1d52-d8f3-2516-782e98ab3f";
const uuid = (number: number): string => `<uuid>${UUID}${number}</uuid>`;
const ceph = "<usage type='ceph'><name>c</name></usage>";
const volume = "<usage type='volume'><volume>/v</volume></usage>";

const DOCUMENTS = [
  `<secret ephemeral='yes' private='no'><description>a &amp; b</description>${uuid(11)}${volume}</secret>`,
  `<secret private='yes'>${uuid(12)}${ceph}</secret>`,
  `<secret><usage type='iscsi'><target>t</target></usage>${uuid(13)}</secret>`,
  `<secret>${uuid(14)}</secret>`,
  `<secret>${uuid(15)}<usage type='tls'><name>n</name></usage><more/></secret>`,
  `<secret>${uuid(16)}<usage type='vtpm'><name>n</name></usage></secret>`,
  // What is there already, or would change too much.
  `<secret>${uuid(21)}${ceph}</secret>`,
  `<secret>${uuid(11)}<usage type='volume'><volume>/other</volume></usage></secret>`,
  `<secret>${uuid(12)}${ceph}</secret>`,
  `<secret private='yes'>${uuid(14)}<usage type='none'/></secret>`,
  `<secret>${uuid(11)}${ceph}</secret>`,
  // What is no secret.
  `<secret>${uuid(22)}<usage type='zz'><name>c</name></usage></secret>`,
  `<secret>${uuid(22)}<usage><name>c</name></usage></secret>`,
  ...["volume", "ceph", "iscsi", "tls", "vtpm"].map(
    (type) => `<secret>${uuid(22)}<usage type='${type}'/></secret>`,
  ),
  `<secret ephemeral='maybe'>${uuid(22)}</secret>`,
  `<secret private='1'>${uuid(22)}</secret>`,
  "<secret><uuid>zz</uuid></secret>",
  "<domain/>",
];

describe("secrets", () => {
  it("live as beside libvirt's QEMU driver", async () => {
    const paths = await Promise.all(
      DOCUMENTS.map(async (xml, i) => {
        const path = join(dir, `${i}.xml`);
        await writeFile(path, xml);
        return path;
      }),
    );
    const { stdout } = await side.script(`
      secret-list
      ${paths.map((path) => `secret-define ${path}`).join("\n")}
      ${[11, 12, 13, 14, 15, 16, 22].map((number) => `secret-dumpxml ${UUID}${number}`).join("\n")}
      secret-list
      secret-list --ephemeral
      secret-list --no-ephemeral
      secret-list --private
      secret-list --no-private
      secret-get-value ${UUID}11
      secret-set-value ${UUID}11 c2VzYW1l
      secret-get-value ${UUID}11
      secret-set-value ${UUID}12 c2VzYW1l
      secret-get-value ${UUID}12
      secret-get-value ${UUID}99
      secret-set-value ${UUID}99 aaaa
      secret-undefine ${UUID}99
      secret-undefine ${UUID}13
      secret-undefine ${UUID}13
      secret-list
    `);
    expect(stdout).toContain("secret is private");
  });

  it("are told of, and found by what they are for", async () => {
    const stories = connections.map(async (conn) => {
      const told: string[] = [];
      const subscriptions = [
        conn.on("secret.lifecycle", ({ secret, event }) => told.push(`${secret.uuid} ${event}`)),
        conn.on("secret.valueChanged", ({ secret }) => told.push(`${secret.uuid} has a value`)),
      ];
      await Promise.all(subscriptions.map(({ ready }) => ready));
      const secret = await conn.secretDefineXML(
        `<secret>${uuid(31)}<usage type='tls'><name>key</name></usage></secret>`,
      );
      await secret.setValue(Buffer.from([0, 1, 255]));
      const found = await conn.secretLookupByUsage(4, "key");
      const value = await found.getValue();
      const refused = await conn
        .secretLookupByUsage(4, "nothing")
        .catch(({ code, domain, message }) => `${code} ${domain} ${message}`);
      await secret.undefine();
      await until(() => told.length >= 3);
      for (const subscription of subscriptions) subscription[Symbol.dispose]();
      return { told, value: [...value], refused, uuid: found.uuid, usage: [found.usageType, found.usageID] };
    });
    const [theirs, ours] = await Promise.all(stories);
    expect(ours).toEqual(theirs);
    expect(ours?.told).toHaveLength(3);
  });
});
