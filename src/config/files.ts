import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { InvalidConfigError } from "../errors/index.js";

/** What this process is told from outside; tests give their own. */
export interface ConfigEnvironment {
  /** Variables; `process.env` by default. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Effective user; this process's by default, and root where there is none (Windows). */
  readonly euid?: number | undefined;
  /** Where the machine's configuration lies; `/etc/libvirt` by default. */
  readonly etcDir?: string | undefined;
}

/** A variable that is set and not empty. */
export function variable({ env = process.env }: ConfigEnvironment, name: string): string | undefined {
  return env[name] === "" ? undefined : env[name];
}

export function isRoot({ euid }: ConfigEnvironment): boolean {
  return (euid ?? process.geteuid?.() ?? 0) === 0;
}

export function systemFile({ etcDir = "/etc/libvirt" }: ConfigEnvironment, name: string): string {
  return `${etcDir}/${name}`;
}

/** A file among the user's own settings of libvirt. */
export function userFile(environment: ConfigEnvironment, name: string): string {
  const base =
    variable(environment, "XDG_CONFIG_HOME") ?? `${variable(environment, "HOME") ?? homedir()}/.config`;
  return `${base}/libvirt/${name}`;
}

/**
 * Reads a file that need not exist.
 *
 * @throws InvalidConfigError if it exists and cannot be read.
 */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw unreadable(path, cause);
  }
}

/** The error for a file that was asked for and cannot be read. */
export function unreadable(path: string, cause: unknown): InvalidConfigError {
  const { code = "unknown error" } = cause as NodeJS.ErrnoException;
  return new InvalidConfigError(`${path} cannot be read (${code}); correct its permissions or its path.`, {
    cause,
  });
}
