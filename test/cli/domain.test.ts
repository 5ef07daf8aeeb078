import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect } from "../../src/index.js";
import { testDomainXml } from "../support/domain-xml.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { virsh } from "../support/virsh.js";
import { type Case, compareAll, expectJson } from "./compare.js";

let daemon: Libvirtd;
let uri = "";
/** The test driver forgets everything when nobody is connected. */
let held: Connection;
beforeAll(async () => {
  daemon = await startLibvirtd();
  uri = daemon.uri("test");
  held = await connect(uri);
  await writeFile(
    join(daemon.dir, "g.xml"),
    testDomainXml({ name: "g", uuid: "4dea22b3-1d52-d8f3-2516-782e98ab3fa0" }),
  );
});
afterAll(async () => {
  await held.close();
  await daemon.stop();
});

/** The test driver makes these of the time of day. */
const TIMES = [/CPU time: +\S+/, /(?:rd_|wr_|rx_|tx_|errs)\S* \d+/];

const QUESTIONS: readonly (string | Case)[] = [
  "list",
  "list --all",
  "list --inactive",
  "list --all --name",
  "list --all --uuid",
  "list --all --uuid --name",
  "list --all --id",
  "list --id --name",
  "list --all --title",
  "list --all --managed-save",
  "list --all --state-running",
  "list --table --name",
  "list --bogus",
  "-q list --all",
  { words: "dominfo test", masks: TIMES },
  { words: "dominfo 1", masks: TIMES },
  { words: "dominfo --domain test", masks: TIMES },
  { words: "dominfo 6695eb01-f6a4-8304-79aa-97f2502e193f", masks: TIMES },
  "dominfo",
  "dominfo nobody",
  "dominfo test surplus",
  "domid test",
  "domid nobody",
  "domuuid test",
  "domname 1",
  "domstate test",
  "domstate test --reason",
  "domcontrol test",
  "domhostname test",
  "dumpxml test",
  "dumpxml test --inactive",
  "dumpxml test --security-info",
  "-q dumpxml test",
  "domblklist test",
  "domblklist test --details",
  "domblklist test --inactive",
  "domblkinfo test vda",
  "domblkinfo test vda --human",
  "domblkinfo test --all",
  "domblkinfo test zz",
  { words: "domblkstat test vda", masks: TIMES },
  "domblkstat test zz",
  "domiflist test",
  "domiflist test --inactive",
  { words: "domifstat test testnet0", masks: TIMES },
  "domifstat test zz",
  "domifaddr test",
  "domifaddr test --full",
  "domifaddr test testnet0",
  "domifaddr test --source nonsense",
  "desc test",
  "desc test --title",
  "metadata test http://nobody/",
  "nonsense",
];

/** Each is run twice, by virsh and by us, from the same state. */
const CHANGES: readonly Case[] = [
  { words: "define DIR/g.xml", before: "undefine g" },
  { words: "define DIR/none.xml" },
  { words: "start g", before: "destroy g" },
  { words: "start g" },
  { words: "suspend g", before: "resume g" },
  { words: "suspend g" },
  { words: "resume g", before: "suspend g" },
  { words: "reboot g" },
  { words: "reboot g --mode acpi" },
  { words: "reset g" },
  { words: "shutdown g", before: "start g" },
  { words: "shutdown g" },
  { words: "destroy g", before: "start g" },
  { words: "destroy g" },
  { words: "managedsave g", before: "start g" },
  { words: "managedsave-remove g" },
  { words: "save g DIR/saved", before: "start g" },
  { words: "restore DIR/saved", before: "destroy g" },
  { words: "restore DIR/none" },
  { words: "autostart g" },
  { words: "autostart g --disable" },
  { words: "destroy g", before: "start g" },
  { words: "domrename g h", before: "domrename h g" },
  { words: "domrename h h" },
  { words: "desc h some words" },
  { words: "desc h" },
  { words: "desc h --title short" },
  { words: "desc h --title" },
  { words: "metadata h http://q --key x --set '<a b=\"1\"/>'" },
  { words: "metadata h http://q" },
  { words: "metadata h http://q --remove", before: "metadata h http://q --key x --set '<a/>'" },
  { words: "domid h" },
  { words: "domrename h g", before: "domrename g h" },
  { words: "undefine g", before: "define DIR/g.xml" },
  { words: "undefine g" },
  { words: "create DIR/g.xml", before: "destroy g" },
];

describe("commands about domains", () => {
  it("answer as virsh's", async () => {
    await compareAll(uri, QUESTIONS);
  });

  it("do what virsh's do, and say so", async () => {
    const at = (text: string): string => text.replaceAll("DIR", daemon.dir);
    await compareAll(
      uri,
      CHANGES.map(({ before, words, ...rest }) => ({
        ...rest,
        words: at(words),
        ...(before !== undefined && { before: at(before) }),
      })),
    );
    expect((await virsh(uri, "list", "--all", "--name")).stdout.trim().split("\n")).toEqual(["test", "g"]);
  });

  it.each([
    "list --all",
    "dominfo test",
    "domid test",
    "domuuid test",
    "domname 1",
    "domstate test",
    "domcontrol test",
    "domhostname test",
    "dumpxml test",
    "domblklist test",
    "domblkinfo test vda",
    "domblkstat test vda",
    "domiflist test",
    "domifstat test testnet0",
    "domifaddr test",
    "desc test",
    "suspend test",
    "resume test",
  ])("print JSON that their schema describes: %s", async (words) => {
    await expectJson(uri, words);
  });
});
