import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { CATALOGUE } from "../../src/cli/catalogue.js";
import { GROUPS } from "../../src/cli/groups.js";
import { type Connection, connect } from "../../src/index.js";
import { createTestServer, type TestServer } from "../../src/testing/index.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { type Case, compareAll, expectJson, ours } from "./compare.js";

let daemon: Libvirtd;
let uri = "";
/** The test driver forgets everything when nobody is connected. */
let held: Connection;
/** Our own, which has what libvirt's test driver has not. */
let server: TestServer;
beforeAll(async () => {
  daemon = await startLibvirtd();
  uri = daemon.uri("test");
  held = await connect(uri);
  server = await createTestServer({ path: join(daemon.dir, "box") });
  const files = {
    "n.xml": "<network><name>a</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa1</uuid></network>",
    "p.xml":
      "<pool type='dir'><name>a</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa2</uuid>" +
      "<target><path>/tmp/pp</path></target></pool>",
    "v.xml": "<volume><name>v</name><capacity>1048576</capacity></volume>",
    "s.xml":
      "<secret private='no'><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa3</uuid>" +
      "<usage type='ceph'><name>n</name></usage></secret>",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(daemon.dir, name), text);
});
afterAll(async () => {
  await server.close();
  await held.close();
  await daemon.stop();
});

const HOST: readonly (string | Case)[] = [
  "uri",
  "hostname",
  "nodeinfo",
  "capabilities",
  "sysinfo",
  "maxvcpus",
  "maxvcpus test",
  "freecell",
  "freecell 1",
  "freecell 7",
  "freecell --all",
  "domcapabilities",
  "cpu-models i686",
  "cpu-models nonsense",
  "-q nodeinfo",
];

const NETWORKS: readonly (string | Case)[] = [
  "net-list",
  "net-list --all",
  "net-list --inactive",
  "net-list --name",
  "net-list --uuid",
  "net-info default",
  "net-info nobody",
  "net-dumpxml default",
  "net-uuid default",
  "net-name dd8fe884-6c02-601e-7551-cca97df1c5df",
  { words: "net-define DIR/n.xml", before: "net-undefine a" },
  "net-define DIR/none.xml",
  { words: "net-start a", before: "net-destroy a" },
  "net-start a",
  "net-info a",
  "net-autostart a",
  "net-autostart a --disable",
  "net-list --all",
  "net-destroy a",
  { words: "net-undefine a", before: "net-define DIR/n.xml" },
  { words: "net-create DIR/n.xml", before: "net-destroy a" },
  "net-dhcp-leases default",
  "net-update default add nonsense <x/>",
  "net-update default nonsense dns-host <x/>",
  {
    words:
      "net-update default add ip-dhcp-host \"<host mac='52:54:00:00:00:09' ip='192.168.122.50'/>\" --live",
    before: "net-update default delete ip-dhcp-host \"<host mac='52:54:00:00:00:09'/>\" --live",
  },
];

const STORAGE: readonly (string | Case)[] = [
  "pool-list",
  "pool-list --all",
  "pool-list --all --details",
  "pool-list --name",
  "pool-list --uuid",
  "pool-list --type dir",
  "pool-list --type nonsense",
  "pool-info default-pool",
  "pool-info default-pool --bytes",
  "pool-info nobody",
  "pool-dumpxml default-pool",
  "pool-uuid default-pool",
  "pool-name dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566",
  { words: "pool-define DIR/p.xml", before: "pool-undefine a" },
  "pool-build a",
  { words: "pool-start a", before: "pool-destroy a" },
  "pool-start a",
  "pool-refresh a",
  "pool-autostart a",
  "pool-autostart a --disable",
  "pool-info a",
  { words: "pool-destroy a", before: "pool-start a" },
  "pool-info a",
  "pool-list --all --details",
  "pool-delete a",
  { words: "pool-undefine a", before: "pool-define DIR/p.xml" },
  "vol-list default-pool",
  { words: "vol-create default-pool DIR/v.xml", before: "vol-delete v default-pool" },
  "vol-create default-pool DIR/v.xml",
  { words: "vol-create-as default-pool w 1M", before: "vol-delete w default-pool" },
  {
    words: "vol-create-as default-pool x 1G --allocation 1M --format qcow2",
    before: "vol-delete x default-pool",
  },
  "vol-create-as default-pool y nonsense",
  "vol-list default-pool",
  "vol-list default-pool --details",
  "vol-list nobody",
  "vol-info v default-pool",
  "vol-info v default-pool --bytes",
  "vol-info /default-pool/v",
  "vol-info nothing default-pool",
  "vol-dumpxml x default-pool",
  "vol-path v default-pool",
  "vol-key v default-pool",
  "vol-name /default-pool/v",
  "vol-pool /default-pool/v",
  { words: "vol-clone v c default-pool", before: "vol-delete c default-pool" },
  "vol-resize w 2M default-pool",
  "vol-wipe w default-pool",
  "vol-download w DIR/out default-pool",
  { words: "vol-delete w default-pool", before: "vol-create-as default-pool w 1M" },
  "vol-delete w default-pool",
];

describe("commands about the rest", () => {
  const at = (each: string | Case): Case => {
    const { words, before, ...rest } = typeof each === "string" ? { words: each, before: undefined } : each;
    const place = (text: string): string => text.replaceAll("DIR", daemon.dir);
    return { ...rest, words: place(words), ...(before !== undefined && { before: place(before) }) };
  };

  it.each([
    ["the host", HOST],
    ["networks", NETWORKS],
    ["storage", STORAGE],
  ])("answer as virsh's: %s", async (_name, cases) => {
    await compareAll(uri, cases.map(at));
  });

  it("find what libvirt's test driver does not have", async () => {
    const run = async (...words: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await ours(["-q", "-c", server.uri, ...words]);
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: "" });
      return stdout;
    };
    const uuid = "4dea22b3-1d52-d8f3-2516-782e98ab3fa3";
    await run("secret-define", join(daemon.dir, "s.xml"));
    await run("secret-set-value", uuid, Buffer.from("sesame").toString("base64"));
    expect(await run("secret-get-value", uuid, "--plain")).toBe("sesame");
    expect(await run("secret-list")).toContain("ceph n");
    expect(await run("nodedev-list", "--tree")).toBe(
      "computer\n  |\n  +- scsi_host1\n  |   |\n  |   +- scsi_host11\n  |\n  +- scsi_host2\n",
    );
    expect(await run("nodedev-list", "--cap", "system")).toBe("computer\n");
    await run("vol-create-as", "default-pool", "bytes", "1M");
    await run("vol-upload", "bytes", join(daemon.dir, "n.xml"), "--pool", "default-pool");
    await run("vol-download", "bytes", join(daemon.dir, "out"), "--pool", "default-pool", "--length", "10");
    await run("vol-resize", "bytes", "2M", "--pool", "default-pool");
    expect(await run("vol-info", "bytes", "default-pool")).toContain("2.00 MiB");
  });

  it.each([
    "uri",
    "hostname",
    "nodeinfo",
    "capabilities",
    "version",
    "maxvcpus",
    "freecell --all",
    "cpu-models i686",
    "net-list --all",
    "net-info default",
    "net-dumpxml default",
    "net-uuid default",
    "pool-list --all",
    "pool-info default-pool",
    "pool-dumpxml default-pool",
    "vol-create-as default-pool j 1M",
    "vol-list default-pool",
    "vol-info j default-pool",
    "vol-path j default-pool",
    "vol-clone j k default-pool",
    "vol-delete k default-pool",
    "secret-list",
    "nodedev-list --tree",
    "nodedev-dumpxml computer",
    "connect",
  ])("print JSON that their schema describes: %s", async (words) => {
    await expectJson(server.uri, words);
  });
});

describe("help", () => {
  it("lists every command in its group", async () => {
    const { stdout, code } = await ours(["help"]);
    expect(code).toBe(0);
    for (const [keyword, title] of Object.entries(GROUPS))
      expect(stdout).toContain(`${title} (help keyword '${keyword}')`);
    for (const { name, group } of CATALOGUE) {
      expect(stdout).toContain(`    ${name} `);
      expect(Object.keys(GROUPS)).toContain(group);
    }
  });

  it("tells of each command", async () => {
    for (const entry of CATALOGUE) {
      const { name } = entry;
      const { stdout, code, stderr } = await ours(["help", name]);
      expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: "" });
      expect(stdout).toMatch(new RegExp(`^  NAME\\n    ${name} - `));
      for (const option of (await entry.load()).options) expect(stdout).toContain(`--${option.name}`);
    }
    expect((await ours(["list", "--help"])).stdout).toBe((await ours(["help", "list"])).stdout);
  });

  it("tells of a group, and of nothing that there is not", async () => {
    expect((await ours(["help", "network"])).stdout).toContain("net-list");
    expect(await ours(["help", "nonsense"])).toMatchObject({
      code: 1,
      stderr: "error: unknown command: 'nonsense'\n",
    });
    expect(await ours(["--nonsense"])).toMatchObject({ code: 1 });
    expect((await ours(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
