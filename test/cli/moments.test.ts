import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@jest/globals";
import { type Connection, connect } from "../../src/index.js";
import { testDomainXml } from "../support/domain-xml.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { type Case, compareAll, expectJson } from "./compare.js";

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
});
afterAll(async () => {
  await held.close();
  await daemon.stop();
});

const TIMES = [
  /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000/,
  /<creationTime>\d+/,
  /\b1[78]\d{8}\b/,
  /CPU time: +\S+/,
];

const TUNING: readonly (string | Case)[] = [
  "vcpucount test",
  "vcpucount test --maximum --config",
  "vcpucount test --active --live",
  "vcpucount test --maximum --active",
  "vcpucount nobody",
  { words: "vcpuinfo test", masks: TIMES },
  { words: "vcpuinfo test --pretty", masks: TIMES },
  "setvcpus test 1",
  "vcpucount test",
  "setvcpus test 2",
  "setvcpus test 0",
  "setvcpus test 99",
  "setvcpus test many",
  "setvcpus test 2 --live --current",
  "setmem test 1000000",
  "setmem test 1G",
  "setmem test 99999999",
  "setmem test nonsense",
  "setmaxmem test 9G",
  "setmaxmem test 9G --config",
  "dommemstat test",
  "dommemstat nobody",
  "domstats test",
  "domstats",
  "domstats --state",
  "domstats --balloon --enforce",
  "domstats --list-running",
  "domstats nobody",
  "screenshot test /dev/null",
  "screenshot nobody",
  // Ours has events that came after this virsh.
  { words: "event --list", masks: [/memory-device-size-change[\s\S]*/] },
  "event",
  "event --event nonsense",
  "event --all --timeout 1",
  "event test lifecycle --timeout 1",
  "event test lifecycle --timeout 0",
  "qemu-monitor-command test",
  "qemu-agent-command test {} --timeout 0",
  { words: "migrate test nonsense:///", ownError: true },
  "console nobody",
];

const SNAPSHOTS: readonly (string | Case)[] = [
  "snapshot-list g",
  "snapshot-current g",
  { words: "snapshot-create-as g one 'a description'", before: "snapshot-delete g one" },
  "snapshot-create-as g one",
  { words: "snapshot-create-as g two", before: "snapshot-delete g two" },
  { words: "snapshot-create g DIR/s.xml", before: "snapshot-delete g filed" },
  { words: "snapshot-create-as g", before: "snapshot-delete g --current", masks: TIMES },
  { words: "snapshot-delete g --current", before: "snapshot-create-as g spare" },
  "snapshot-create-as g three --print-xml",
  { words: "snapshot-list g", masks: TIMES },
  { words: "snapshot-list g --parent", masks: TIMES },
  { words: "snapshot-list g --name", masks: TIMES },
  // virsh ends a tree with a line of blanks.
  { words: "snapshot-list g --tree", masks: [...TIMES, /\n *\n\n$/] },
  { words: "snapshot-list g --roots", masks: TIMES },
  { words: "snapshot-list g --leaves", masks: TIMES },
  { words: "snapshot-list g --from one", masks: TIMES },
  { words: "snapshot-list g --from one --descendants --name", masks: TIMES },
  { words: "snapshot-dumpxml g one", masks: TIMES },
  "snapshot-dumpxml g nothing",
  "snapshot-info g one",
  { words: "snapshot-info g --current", masks: TIMES },
  "snapshot-info g",
  { words: "snapshot-current g --name", masks: TIMES },
  "snapshot-parent g two",
  "snapshot-parent g one",
  "snapshot-revert g one",
  "snapshot-revert g nothing",
  "snapshot-current g --name",
  { words: "snapshot-delete g two", before: "snapshot-create-as g two" },
  "snapshot-delete g nothing",
  { words: "snapshot-delete g one --children-only", before: "snapshot-create-as g kid" },
];

describe("commands that tune and remember", () => {
  const at = (each: string | Case): Case => {
    const { words, ...rest } = typeof each === "string" ? { words: each } : each;
    return { ...rest, words: words.replaceAll("DIR", daemon.dir) };
  };

  it.each([
    ["processors, memory, statistics, events", TUNING],
    ["snapshots", SNAPSHOTS],
  ])(
    "answer as virsh's: %s",
    async (_name, cases) => {
      await compareAll(uri, cases.map(at));
    },
    60_000,
  );

  it.each([
    "vcpucount test",
    "vcpuinfo test",
    "setvcpus test 2",
    "dommemstat test",
    "domstats test",
    "event --list",
    "screenshot test /dev/null",
    "snapshot-create-as g j",
    "snapshot-list g",
    "snapshot-info g j",
    "snapshot-current g",
    "snapshot-dumpxml g j",
    "snapshot-delete g j",
    "watch --count 1",
    "completion bash",
    "complete dom",
  ])("print JSON that their schema describes: %s", async (words) => {
    await expectJson(uri, words);
  });
});
