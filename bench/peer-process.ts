import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Contestant, type Cost, GO, PYTHON } from "./duel.js";

/** Where Debian's packages of Go libraries lie. */
const GO_PATH = "/usr/share/gocode";

/** Another client library in a process of its own, which measures itself. */
export class PeerProcess {
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(name: string, command: string, args: readonly string[]) {
    this.#name = name;
    this.#child = spawn(command, args);
    this.#child.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  static async start(name: string, command: string, args: readonly string[]): Promise<PeerProcess> {
    const peer = new PeerProcess(name, command, args);
    const { done } = await peer.#lines.next();
    if (done === true) throw new Error(`${name} did not start`);
    return peer;
  }

  /** What is done is named in the peers' own sources: "version", "info", "xml", "list", "stats", "connect", … */
  contestant(what: string, inFlight = 1): Contestant {
    const name = inFlight === 1 ? this.#name : `${this.#name}, ${inFlight} at a time`;
    return { name, run: (count) => this.work(what, count, inFlight) };
  }

  stop(): void {
    this.#child.stdin.end();
  }

  async work(what: string, count: number, inFlight = 1): Promise<Cost> {
    this.#child.stdin.write(`${JSON.stringify({ what, count, inFlight })}\n`);
    const { value } = await this.#lines.next();
    if (value === undefined) throw new Error(`${this.#name} ended`);
    return JSON.parse(value as string) as Cost;
  }
}

/** libvirt-python on `uri`; what concerns a domain concerns the one of this name. */
export async function startPython(uri: string, domain?: string): Promise<PeerProcess> {
  const args = ["bench/peer.py", uri, ...(domain === undefined ? [] : [domain])];
  return await PeerProcess.start(PYTHON, "/usr/bin/python3", args);
}

let goPeer: string | undefined | Error;

/** Why go-libvirt takes no part, if it does not. */
export function goIsMissing(): string | undefined {
  goPeer ??= buildGoPeer();
  return goPeer instanceof Error ? goPeer.message : undefined;
}

/** go-libvirt, connected to a socket and a hypervisor there; `undefined` where there is no Go. */
export async function startGo(
  socket: string,
  name: string,
  domain?: string,
): Promise<PeerProcess | undefined> {
  goPeer ??= buildGoPeer();
  if (goPeer instanceof Error) return undefined;
  const args = [socket, name, ...(domain === undefined ? [] : [domain])];
  return await PeerProcess.start(GO, goPeer as string, args);
}

/** Builds without a network, from what the system's packages brought; once for each version of the source. */
function buildGoPeer(): string | Error {
  const source = "bench/peer.go";
  const version = createHash("sha256").update(readFileSync(source)).digest("hex").slice(0, 12);
  const path = join(tmpdir(), `libvirt-rpc-bench-go-${version}`);
  if (existsSync(path)) return path;
  const made = `${path}.${process.pid}`;
  const own = { GO111MODULE: "off", GOPATH: GO_PATH, GOFLAGS: "", GOCACHE: `${path}-cache` };
  try {
    execFileSync("go", ["build", "-o", made, source], {
      env: { ...process.env, ...own },
      stdio: ["ignore", "ignore", "pipe"],
    });
    renameSync(made, path);
    return path;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return new Error(
      `go-libvirt takes no part: ${why} (golang-go, golang-github-digitalocean-go-libvirt-dev)`,
    );
  } finally {
    rmSync(own.GOCACHE, { recursive: true, force: true });
  }
}

/** Runs a program to its end, and what it took; its start is part of it. */
export async function timed(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Cost> {
  const script = 'TIMEFORMAT="%3R %3U %3S"; time "$@" > /dev/null';
  const child = spawn("bash", ["-c", script, "timed", ...command], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const [wall, user, system] = (text.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  if (code !== 0 || wall === undefined || user === undefined || system === undefined)
    throw new Error(`${command.join(" ")}: exit code ${code}\n${text}`);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
}
