import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@jest/globals";
import { createTestServer, Hypervisor, type TestServer } from "../../src/testing/index.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { Oracle } from "../support/oracle.js";
import { type Output, run } from "../support/virsh.js";

/** What may differ, and why: each rule is a pattern whose matches are replaced on both sides. */
export interface Mask {
  readonly why: string;
  readonly pattern: RegExp;
}

/** What libvirt's test driver does not have is compared with its QEMU driver. */
type Driver = "test" | "qemu";

const SOCKET: Mask = { why: "each has its own socket", pattern: /socket=\S+/ };

/** One of libvirtd's drivers, its test driver mostly, and ours, side by side, each with a state of its own that nobody else touches. */
export class SideBySide implements AsyncDisposable {
  readonly daemon: Libvirtd;
  readonly server: TestServer;
  readonly theirs: string;
  readonly ours: string;
  private readonly dir: string;

  private constructor(daemon: Libvirtd, driver: Driver, server: TestServer, dir: string, path: string) {
    this.daemon = daemon;
    this.server = server;
    this.dir = dir;
    this.theirs = daemon.uri(driver);
    this.ours = `test+unix:///default?socket=${path}`;
  }

  static async start(driver: Driver = "test"): Promise<SideBySide> {
    const daemon = await startLibvirtd();
    const dir = await mkdtemp(join(tmpdir(), "lvt-box-"));
    const path = join(dir, "sock");
    // As the version of the daemon that it is compared with.
    const server = await createTestServer({ path, hypervisor: new Hypervisor({ libVersion: 9_000_000 }) });
    return new SideBySide(daemon, driver, server, dir, path);
  }

  /** Runs a script of virsh's, its commands separated by line breaks, at both; what it prints must be the same. */
  async script(commands: string, masks: readonly Mask[] = [], options = "-q"): Promise<Output> {
    const [theirs, ours] = await this.both(commands, options);
    const shown = ({ stdout, code }: Output): string =>
      [SOCKET, ...masks].reduce(
        (text, { pattern }) => text.replaceAll(new RegExp(pattern, "g"), "…"),
        `${stdout}exit ${code}\n`,
      );
    expect(shown(ours)).toBe(shown(theirs));
    return theirs;
  }

  /** What both print. virsh reads the script from its input, and so goes on after a command that fails. */
  both(commands: string, options = "-q"): Promise<[Output, Output]> {
    const input = `${commands.trim()}\n`;
    // virsh writes down what it read from its input.
    const env = { HOME: this.dir, XDG_CACHE_HOME: this.dir };
    // Errors stand among the rest, where they belong.
    const at = (uri: string): Promise<Output> =>
      run("sh", ["-c", `exec virsh ${options} -c "$0" 2>&1`, uri], { input, env, timeoutMs: 60_000 });
    return Promise.all([at(this.theirs), at(this.ours)]);
  }

  /** python3-libvirt at both. */
  async oracles(): Promise<{ readonly theirs: Oracle; readonly ours: Oracle }> {
    const [theirs, ours] = await Promise.all([Oracle.start(this.theirs), Oracle.start(this.ours)]);
    return { theirs, ours };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.daemon.stop(), this.server.close()]);
    await rm(this.dir, { recursive: true, force: true });
  }
}
