import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@jest/globals";
import { type Connection, connect } from "../../src/index.js";
import { testDomainXml } from "../support/domain-xml.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { CHECKPOINTS, SNAPSHOTS, TUNING } from "./cases/moment-cases.js";
import { casesAt, compareAll, MANY } from "./compare.js";

let daemon: Libvirtd;
let uri = "";
/** The test driver forgets everything when nobody is connected. */
let held: Connection;
beforeAll(async () => {
  daemon = await startLibvirtd();
  uri = daemon.uri("test");
  held = await connect(uri);
  await (await held.domainDefineXML(testDomainXml({ name: "g" }))).create();
  await writeFile(join(daemon.dir, "s.xml"), "<domainsnapshot><name>filed</name></domainsnapshot>");
  await writeFile(join(daemon.dir, "c.xml"), "<domaincheckpoint><name>filed</name></domaincheckpoint>");
});
afterAll(async () => {
  await held.close();
  await daemon.stop();
});

describe("commands that tune and remember", () => {
  it.each([
    ["processors, memory, statistics, events", TUNING],
    ["snapshots", SNAPSHOTS],
    ["checkpoints", CHECKPOINTS],
  ])(
    "answer as virsh's: %s",
    async (_name, cases) => {
      await compareAll(uri, casesAt(daemon.dir, cases));
    },
    MANY,
  );
});
