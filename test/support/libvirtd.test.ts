import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { connect } from "../../src/index.js";
import { qemuDomainXml } from "./domain-xml.js";
import { startLibvirtd } from "./libvirtd.js";
import { Oracle, OracleFailure } from "./oracle.js";

/** Empty for a process that ends while it is looked at. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** Processes whose command line has `text` in it. */
function processesOf(text: string): string[] {
  const commands = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine);
  return commands.filter((command) => command.includes(text));
}

describe("startLibvirtd", () => {
  it("leaves nothing behind: no process, no guest, no file", async () => {
    const daemon = await startLibvirtd();
    const conn = await connect(daemon.uri("qemu"));
    const name = `left-behind-${process.pid}`;
    await conn.domainCreateXML(qemuDomainXml({ name }));
    expect(processesOf(`guest=${name}`)).toHaveLength(1);
    expect(processesOf(daemon.dir).length).toBeGreaterThan(0);
    await daemon.stop();
    expect((await conn.closed).code).toBe("CONNECTION_CLOSED");
    expect(processesOf(`guest=${name}`)).toEqual([]);
    expect(processesOf(daemon.dir)).toEqual([]);
    expect(existsSync(daemon.dir)).toBe(false);
  }, 60_000);

  it("starts several that know nothing of each other", async () => {
    const [a, b] = await Promise.all([startLibvirtd(), startLibvirtd()]);
    const [first, second] = await Promise.all([connect(a.uri("qemu")), connect(b.uri("qemu"))]);
    await first.domainDefineXML(qemuDomainXml({ name: "mine" }));
    expect((await first.listAllDomains()).map(({ name }) => name)).toEqual(["mine"]);
    expect(await second.listAllDomains()).toEqual([]);
    await Promise.all([first.close(), second.close()]);
    await Promise.all([a.stop(), b.stop()]);
  }, 60_000);

  it("tells why a daemon did not come up", async () => {
    await expect(startLibvirtd({ conf: ['max_clients = "many"'] })).rejects.toThrow(/max_clients/);
  }, 60_000);
});

describe("Oracle", () => {
  it("answers with libvirt's own errors, and says when it was asked wrongly", async () => {
    const daemon = await startLibvirtd();
    const oracle = await Oracle.start(daemon.uri("test"));
    await expect(oracle.call("conn", "lookupByName", "nobody")).rejects.toBeInstanceOf(OracleFailure);
    await expect(oracle.call("conn", "noSuchMethod")).rejects.toThrow(/asked wrongly.*noSuchMethod/);
    await oracle.stop();
    await expect(oracle.call("conn", "getType")).rejects.toThrow(/oracle ended/);
    await daemon.stop();
  }, 60_000);
});
