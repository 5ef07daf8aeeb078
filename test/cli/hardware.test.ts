import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@jest/globals";
import { type Connection, connect } from "../../src/index.js";
import { qemuDomainXml } from "../support/domain-xml.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { DEVICES, DRIVES_XML, HARDWARE } from "./cases/device-cases.js";
import { EMULATED, RUNNING } from "./cases/running-cases.js";
import { casesAt, compareAll, MANY } from "./compare.js";
import { guestWithDisk } from "./guest-with-disk.js";

/** A port of a Fibre Channel host, as one can be made. */
const VPORT_XML =
  "<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'>" +
  "<wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability></capability></device>";

let daemon: Libvirtd;
/** The test driver forgets everything when nobody is connected. */
let held: Connection;
beforeAll(async () => {
  daemon = await startLibvirtd();
  held = await connect(daemon.uri("test"));
  await held.domainCreateXML(DRIVES_XML);
  const files = {
    "m.xml": DRIVES_XML,
    "q.xml": qemuDomainXml({ name: "q", uuid: "4dea22b3-1d52-d8f3-2516-782e98ab3fb6" }),
    "s.xml": qemuDomainXml({ name: "s", uuid: "4dea22b3-1d52-d8f3-2516-782e98ab3fb7" }),
    "vport.xml": VPORT_XML,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(daemon.dir, name), text);
});
afterAll(async () => {
  await held.close();
  await daemon.stop();
});

describe("commands about what domains are made of", () => {
  it(
    "write the same documents as virsh's",
    async () => {
      await compareAll(daemon.uri("test"), casesAt(daemon.dir, DEVICES));
    },
    MANY,
  );

  it(
    "do with a domain that runs what virsh's do",
    async () => {
      await compareAll(daemon.uri("test"), casesAt(daemon.dir, RUNNING));
    },
    MANY,
  );

  it(
    "change definitions as virsh's do",
    async () => {
      await using conn = await connect(daemon.uri("qemu"));
      await conn.domainDefineXML(await readFile(join(daemon.dir, "q.xml"), "utf8"));
      await compareAll(daemon.uri("qemu"), HARDWARE);
    },
    MANY,
  );

  it(
    "do with a guest of QEMU what virsh's do",
    async () => {
      await using conn = await connect(daemon.uri("qemu"));
      const guest = await conn.domainCreateXML(await guestWithDisk(daemon.dir));
      await compareAll(daemon.uri("qemu"), casesAt(daemon.dir, EMULATED));
      await guest.destroy();
    },
    MANY,
  );
});
