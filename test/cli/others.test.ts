import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { CATALOGUE } from "../../src/cli/catalogue.js";
import { GROUPS } from "../../src/cli/groups.js";
import { type Connection, connect } from "../../src/index.js";
import { createTestServer, type TestServer } from "../../src/testing/index.js";
import { qemuDomainXml } from "../support/domain-xml.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { run } from "../support/virsh.js";
import { HOST, INTERFACES, LEASES, LEASES_FILE, NETWORKS, REAL, STORAGE } from "./cases/other-cases.js";
import { casesAt, compareAll, MANY, ours } from "./compare.js";

let daemon: Libvirtd;
let uri = "";
/** The test driver forgets everything when nobody is connected. */
let held: Connection;
/** Our own, which has what libvirt's test driver has not. */
let server: TestServer;
beforeAll(async () => {
  daemon = await startLibvirtd({ net: true });
  uri = daemon.uri("test");
  held = await connect(uri);
  server = await createTestServer({ path: join(daemon.dir, "box") });
  const files = {
    "n.xml": "<network><name>a</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa1</uuid></network>",
    "p.xml":
      "<pool type='dir'><name>a</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa2</uuid>" +
      "<target><path>/tmp/pp</path></target></pool>",
    "i.xml":
      "<interface type='ethernet' name='eth9'><start mode='none'/><mac address='52:54:00:00:00:09'/></interface>",
    "w.xml":
      "<filter name='w'><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa6</uuid>" +
      "<rule action='accept' direction='in'><tcp dstportstart='22'/></rule></filter>",
    "q.xml": qemuDomainXml({ name: "q", uuid: "4dea22b3-1d52-d8f3-2516-782e98ab3fa5" }),
    "disk.xml": "<disk type='file'><source file='/nowhere/a'/><target dev='vda' bus='virtio'/></disk>",
    value: "open",
    "bridged.xml":
      "<network><name>bridged</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa8</uuid><bridge name='vbr0'/></network>",
    "port.xml":
      "<networkport><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa9</uuid>" +
      "<owner><name>o</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa7</uuid></owner>" +
      "<mac address='52:54:00:00:00:08'/></networkport>",
    "f.xml": "<volume><name>f</name><capacity>1048576</capacity></volume>",
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

describe("commands about the rest", () => {
  it.each([
    ["the host", HOST],
    ["networks", NETWORKS],
    ["interfaces", INTERFACES],
    ["storage", STORAGE],
  ])(
    "answer as virsh's: %s",
    async (_name, cases) => {
      await compareAll(uri, casesAt(daemon.dir, cases));
    },
    MANY,
  );

  it(
    "answer as virsh's: secrets and bytes, at a hypervisor that has them",
    async () => {
      await using _held = await connect(daemon.uri("qemu"));
      await compareAll(daemon.uri("qemu"), casesAt(daemon.dir, REAL));
      const [program = "", ...words] = daemon.inside(["tee", "/var/lib/libvirt/dnsmasq/vbr0.status"]);
      await run(program, words, { input: LEASES_FILE });
      await compareAll(daemon.uri("qemu"), LEASES);
    },
    MANY,
  );

  it("find what libvirt's test driver does not have", async () => {
    const ask = async (...words: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await ours(["-q", "-c", server.uri, ...words]);
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: "" });
      return stdout;
    };
    const uuid = "4dea22b3-1d52-d8f3-2516-782e98ab3fa3";
    await ask("secret-define", join(daemon.dir, "s.xml"));
    await writeFile(join(daemon.dir, "word"), "sesame");
    await ask("secret-set-value", uuid, "--file", join(daemon.dir, "word"), "--plain");
    expect(await ask("secret-get-value", uuid, "--plain")).toBe("sesame");
    expect(await ask("secret-list")).toContain("ceph n");
    expect(await ask("nodedev-list", "--tree")).toBe(
      "computer\n  |\n  +- scsi_host1\n  |   |\n  |   +- scsi_host11\n  |\n  +- scsi_host2\n",
    );
    expect(await ask("nodedev-list", "--cap", "system")).toBe("computer\n");
    await ask("vol-create-as", "default-pool", "bytes", "1M");
    await ask("vol-upload", "bytes", join(daemon.dir, "n.xml"), "--pool", "default-pool");
    await ask("vol-download", "bytes", join(daemon.dir, "out"), "--pool", "default-pool", "--length", "10");
    await ask("vol-resize", "bytes", "2M", "--pool", "default-pool");
    expect(await ask("vol-info", "bytes", "default-pool")).toContain("2.00 MiB");
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
