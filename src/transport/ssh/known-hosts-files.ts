import { appendFile, mkdir, open } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { ConnectError } from "../../errors/index.js";
import { describeErrno, errnoCode } from "../errno.js";
import type { ConnectionUri } from "../uri.js";
import type { KnownHostsText } from "./known-hosts.js";
import type { SshOptions } from "./ssh-options.js";

/** The known host keys for a connection, and the file that a new one goes into. */
export interface KnownHosts {
  readonly texts: readonly KnownHostsText[];
  /** `undefined` if all that is known came from memory. */
  readonly file: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SYSTEM_FILES = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];
// Files of keys and of hosts are small; what is larger is something else, or without end.
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Reads the known_hosts files: those that the caller or `known_hosts=` names and no other; else the user's and the
 * machine's, and before them, for libssh and libssh2, libvirt's own.
 *
 * @throws ConnectError for a file that is there and cannot be read.
 */
export async function loadKnownHosts(
  uri: ConnectionUri,
  options: Pick<SshOptions, "knownHosts" | "knownHostsFile">,
  env: Environment,
): Promise<KnownHosts> {
  const { knownHosts, knownHostsFile } = options;
  const texts: KnownHostsText[] = [];
  if (knownHosts !== undefined) texts.push({ name: "options.ssh.knownHosts", text: knownHosts });
  const named = knownHostsFile ?? (knownHosts === undefined ? uri.client.knownHosts : undefined);
  const usual = knownHosts === undefined ? usualFiles(uri, env) : [];
  const files = named === undefined ? usual : [named];
  for (const file of files) {
    const text = await readSmallFile(file);
    if (text !== undefined) texts.push({ name: file, text: text.toString("latin1") });
  }
  return { texts, file: files[0] };
}

function usualFiles(uri: ConnectionUri, env: Environment): string[] {
  const ssh = `${homeDirectory(env)}/.ssh`;
  const own = [`${ssh}/known_hosts`, `${ssh}/known_hosts2`, ...SYSTEM_FILES];
  if (uri.transport === "ssh") return own;
  const config =
    env.XDG_CONFIG_HOME === undefined || env.XDG_CONFIG_HOME === "" ? undefined : env.XDG_CONFIG_HOME;
  return [`${config ?? `${homeDirectory(env)}/.config`}/libvirt/known_hosts`, ...own];
}

/** The user's home directory, as libvirt finds it. */
export function homeDirectory(env: Environment): string {
  return env.HOME === undefined || env.HOME === "" ? homedir() : env.HOME;
}

/**
 * Adds a line to a known_hosts file, which is made if it is not there.
 *
 * @throws ConnectError if it cannot be written.
 */
export async function addKnownHost(file: string, line: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const text = await readSmallFile(file);
    const gap = text === undefined || text.length === 0 || text.at(-1) === 10 ? "" : "\n";
    await appendFile(file, `${gap}${line}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new ConnectError(
      `The host's new key cannot be added to ${file} (${describeErrno(cause)}), as known_hosts_verify=auto asks for; make that file writable, or add the key yourself: ${line}`,
      { cause },
    );
  }
}

/**
 * Reads a file that need not exist.
 *
 * @throws ConnectError if it is there and cannot be read, or is far too large.
 */
export async function readSmallFile(path: string): Promise<Buffer | undefined> {
  try {
    await using file = await open(path);
    const chunks: Buffer[] = [];
    let bytes = 0;
    while (bytes <= MOST_BYTES) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024));
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } catch (cause) {
    const code = errnoCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new ConnectError(
      `${path} cannot be read (${describeErrno(cause)}); correct its path or its permissions.`,
      { cause },
    );
  }
  throw new ConnectError(`${path} has more than ${MOST_BYTES} bytes; it is not what it should be.`);
}
