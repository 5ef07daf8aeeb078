import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { ConnectError } from "../errors/index.js";
import { describeErrno } from "./errno.js";
import { childEnvironment, shown } from "./ssh/child-transport.js";

type Environment = Readonly<Record<string, string | undefined>>;

const KEPT_BYTES = 4096;
const O_CLOEXEC = 0o2000000;

/** A daemon that does not listen yet. */
export class StartingDaemon {
  /** When it turned out that it will not listen, by `performance.now()`. */
  failedAt: number = Infinity;
  readonly #file: string;
  readonly #child: ChildProcess;
  #end = "it did not come to listen there in time";
  #cause: Error | undefined;
  #stderr = "";

  constructor(file: string, env: Environment) {
    this.#file = file;
    this.#child = launch(file, env);
    const child = this.#child;
    child.once("error", (cause) => {
      this.#cause = cause;
      this.#end = `it cannot be run (${describeErrno(cause)})`;
      this.failedAt = -Infinity;
    });
    child.once("exit", (code, signal) => {
      const how = code === null ? `was ended by ${signal}` : `ended with exit status ${code}`;
      // One that ends well may have left the daemon in the background.
      this.#end = code === 0 ? `it ${how}, and nobody came to listen there in time` : `it ${how}`;
      if (code !== 0) this.failedAt = performance.now();
    });
    child.stderr?.on("error", () => {});
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_BYTES);
    });
  }

  failure(socket: string): ConnectError {
    const stderr = shown(this.#stderr);
    const said = stderr === "" ? "" : `, saying "${stderr}"`;
    return new ConnectError(
      `${this.#file} was started to listen on unix:${socket}, but ${this.#end}${said}. Start it by hand to see why.`,
      { cause: this.#cause },
    );
  }

  /** Leaves it to itself, or ends it. */
  leave(alive: boolean): void {
    const { pid, stderr, exitCode, signalCode } = this.#child;
    const runs = pid !== undefined && exitCode === null && signalCode === null;
    if (runs && !alive) endGroup(pid);
    stderr?.destroy();
    this.#child.unref();
  }
}

function launch(file: string, env: Environment): ChildProcess {
  const nothing = openSync("/dev/null", "r+");
  try {
    // In a session of its own, so that a Ctrl-C of ours is not for it, and in no folder that somebody may unmount.
    return spawn(file, ["--timeout=120"], {
      cwd: "/",
      detached: true,
      env: childEnvironment(env, ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"]),
      stdio: [nothing, nothing, "pipe", ...covers(nothing)],
    });
  } finally {
    closeSync(nothing);
  }
}

/**
 * What to put over the descriptors that this process was given by its own parent and would hand on, from the fourth:
 * somebody may wait for a pipe to be closed by all who have it, and the daemon stays. Node closes none of them.
 */
function covers(nothing: number): (number | "ignore")[] {
  const open = inheritable();
  return Array.from({ length: Math.max(2, ...open) - 2 }, (_, i) =>
    open.includes(i + 3) ? nothing : "ignore",
  );
}

function inheritable(): number[] {
  try {
    return readdirSync("/proc/self/fd")
      .map(Number)
      .filter((fd) => fd > 2 && isInheritable(fd));
  } catch {
    // Another system than Linux, where nobody tells.
    return [];
  }
}

function isInheritable(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))?.[1];
    return flags !== undefined && (parseInt(flags, 8) & O_CLOEXEC) === 0;
  } catch {
    // The one that the folder itself was read with.
    return false;
  }
}

/** Ends a process and all that it started. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // It has gone by itself.
  }
}
