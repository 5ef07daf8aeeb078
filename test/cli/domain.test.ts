import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect } from "../../src/index.js";
import { testDomainXml } from "../support/domain-xml.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { virsh } from "../support/virsh.js";
import { CHANGES, EDITS, QUESTIONS } from "./cases/domain-cases.js";
import { casesAt, compareAll, MANY } from "./compare.js";

let daemon: Libvirtd;
let uri = "";
/** The test driver forgets everything when nobody is connected. */
let held: Connection;
beforeAll(async () => {
  daemon = await startLibvirtd();
  uri = daemon.uri("test");
  held = await connect(uri);
  const uuid = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0";
  await writeFile(join(daemon.dir, "g.xml"), testDomainXml({ name: "g", uuid }));
  const disk =
    "<devices><disk type='file'><source file='/default-pool/d'/><target dev='vda'/></disk></devices>";
  await writeFile(
    join(daemon.dir, "stored.xml"),
    testDomainXml({ name: "stored" }).replace("</domain>", `${disk}</domain>`),
  );
});
afterAll(async () => {
  await held.close();
  await daemon.stop();
});

describe("commands about domains", () => {
  it(
    "answer as virsh's",
    async () => {
      await compareAll(uri, casesAt(daemon.dir, QUESTIONS));
    },
    MANY,
  );

  it(
    "do what virsh's do, and say so",
    async () => {
      await compareAll(uri, casesAt(daemon.dir, CHANGES));
      expect((await virsh(uri, "list", "--all", "--name")).stdout.trim().split("\n")).toEqual(["test", "g"]);
    },
    MANY,
  );

  it(
    "have an editor change documents, as virsh does",
    async () => {
      await compareAll(uri, casesAt(daemon.dir, EDITS));
    },
    MANY,
  );
});
