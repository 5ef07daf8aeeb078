import { spawn } from "node:child_process";

/** What a program wrote, and how it ended. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Added to an environment that this machine's settings do not change. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;

/** Runs a program to its end; rejects when it is not there, is killed, or does not end in time. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  const { env = {}, input = "", timeoutMs = TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      // No configuration of a user's, no translated messages, and no daemon started on the quiet.
      env: {
        PATH: process.env.PATH,
        LC_ALL: "C",
        HOME: "/nonexistent",
        XDG_CONFIG_HOME: "/nonexistent",
        LIBVIRT_AUTOSTART: "0",
        ...env,
      },
    });
    // Not spawn's own `timeout`: for a program that is not there its timer stays.
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", (cause) => {
      clearTimeout(timer);
      reject(new Error(`${program} could not be run`, { cause }));
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (code !== null) return resolve({ code, stdout, stderr });
      const command = [program, ...args].join(" ");
      reject(new Error(`${command}: ended by ${signal}, limit ${timeoutMs} ms\n${stdout}${stderr}`));
    });
    // It may end without reading what it is given.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** Asks virsh: `virsh(uri, "list", "--all")`. */
export function virsh(uri: string, ...args: readonly string[]): Promise<Output> {
  return run("virsh", ["-c", uri, ...args]);
}
