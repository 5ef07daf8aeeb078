import { spawn } from "node:child_process";

/** What a program wrote and how it ended. */
export interface Output {
  readonly status: number | null;
  readonly text: string;
}

/**
 * Runs a program with a time limit and gives its output, both streams in one.
 *
 * @throws if the program is not there, or did not end in time.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; timeoutMs?: number } = {},
): Promise<Output> {
  const timeoutMs = options.timeoutMs ?? 60_000;
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: options.env ?? process.env,
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    let text = "";
    const take = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (cause) => {
      reject(
        new Error(`${program} is needed by this test and could not be run (.ci/run installs it)`, { cause }),
      );
    });
    child.on("close", (status, signal) => {
      if (signal === null) resolve({ status, text });
      else
        reject(new Error(`${program} ${args.join(" ")} ended by ${signal}, limit ${timeoutMs} ms\n${text}`));
    });
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}

/** The environment for a virsh whose answers this machine's settings do not change, and that starts no daemon. */
export function virshEnv(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LC_ALL: "C",
    LIBVIRT_AUTOSTART: "0",
    XDG_CONFIG_HOME: "/nonexistent",
    HOME: "/nonexistent",
    ...extra,
  };
}
