import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SERVER = fileURLToPath(new URL("./replay-server.js", import.meta.url));

/** A server of recorded replies, in a process of its own. */
export class Replay implements AsyncDisposable {
  readonly socket: string;
  readonly uri: string;
  readonly #dir: string;
  readonly #child: ChildProcess;

  private constructor(dir: string, domains: number) {
    this.#dir = dir;
    this.socket = join(dir, "sock");
    this.uri = `test+unix:///default?socket=${this.socket}`;
    const stdio: ["pipe", "pipe", "inherit"] = ["pipe", "pipe", "inherit"];
    this.#child = spawn(process.execPath, [SERVER, this.socket, String(domains)], { stdio });
  }

  static async start(domains: number): Promise<Replay> {
    const replay = new Replay(await mkdtemp(join(tmpdir(), "bench-")), domains);
    const { stdout } = replay.#child;
    if (stdout !== null) await once(stdout, "data");
    return replay;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    await once(this.#child, "exit");
    await rm(this.#dir, { recursive: true, force: true });
  }
}
