import type { Domain } from "../index.js";
import type { Context } from "./context.js";

/** The character that leaves the console: `^]` as a control character, or a plain one. */
function escapeCode(key: string): number {
  const [, letter] = /^\^([@-_a-z])$/.exec(key) ?? [];
  return letter === undefined ? key.charCodeAt(0) : letter.toUpperCase().charCodeAt(0) & 0x1f;
}

interface RawInput {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/**
 * Connects the terminal to a domain's console until the escape character, the end of the input, or a signal.
 *
 * With `--json` gives what the guest wrote instead of showing it.
 */
export async function attach(
  { terminal, options }: Context,
  domain: Domain,
  device: string | undefined,
  flags: number,
): Promise<string | undefined> {
  const { stdin, stdout, stderr, signal } = terminal;
  const stream = await domain.openConsole(device, { flags });
  const raw = stdin as unknown as RawInput;
  const code = escapeCode(options.escape);
  const collected: Buffer[] = [];
  // First of all: what is typed once the user has been told is the guest's.
  raw.setRawMode?.(true);
  if (!options.quiet && !options.json) {
    stderr.write(
      `Connected to domain '${domain.name}'\nEscape character is ${options.escape} (Ctrl + ${options.escape.slice(-1)})\n`,
    );
  }
  try {
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => resolve();
      signal.addEventListener("abort", leave, { once: true });
      if (signal.aborted) leave();
      stdin.on("data", (chunk: Buffer | string) => {
        const bytes = Buffer.from(chunk);
        const at = bytes.indexOf(code);
        if (at >= 0) {
          if (at > 0) stream.write(bytes.subarray(0, at));
          resolve();
          return;
        }
        if (!stream.write(bytes)) {
          stdin.pause();
          stream.once("drain", () => stdin.resume());
        }
      });
      stdin.once("end", leave);
      stream.on("data", (chunk: Buffer) => {
        if (options.json) collected.push(chunk);
        else if (!stdout.write(chunk)) {
          stream.pause();
          stdout.once("drain", () => stream.resume());
        }
      });
      stream.once("end", leave);
      stream.once("error", reject);
    });
  } finally {
    stdin.removeAllListeners("data");
    stdin.pause();
    raw.setRawMode?.(false);
    stream.destroy();
  }
  return options.json ? Buffer.concat(collected).toString() : undefined;
}
