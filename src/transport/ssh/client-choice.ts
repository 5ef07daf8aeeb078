import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { InvalidValueError } from "../../errors/index.js";
import type { ConnectionUri } from "../uri.js";

/** Who speaks SSH: the machine's ssh program, or the ssh2 package in this process. */
export type SshClient = "system" | "ssh2";

/** What a caller's own SSH settings say about who can speak: the program can be handed neither a secret nor a host's key. */
export interface ClientWish {
  readonly client?: SshClient | undefined;
  readonly privateKey?: unknown;
  readonly passphrase?: unknown;
  readonly password?: unknown;
  readonly agent?: unknown;
  readonly hostKey?: unknown;
  readonly knownHosts?: unknown;
  readonly knownHostsFile?: unknown;
}

const SECRETS = ["privateKey", "passphrase", "password", "agent"] as const;
const HOST_KEYS = ["hostKey", "knownHosts", "knownHostsFile"] as const;

/**
 * Chooses who speaks SSH for a `+ssh` URI: a program that the URI names; else what the caller asks for; else the
 * package if the caller hands something over; else the program, where there is one.
 *
 * @throws InvalidValueError if the program is chosen, and the caller says which host keys to trust: it would not know.
 */
export async function chooseClient(
  uri: ConnectionUri,
  wish: ClientWish,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SshClient> {
  const chosen = uri.client.command === undefined ? wish.client : "system";
  const hostKeys = HOST_KEYS.find((name) => wish[name] !== undefined);
  if (chosen === "system" && hostKeys !== undefined) {
    throw new InvalidValueError(
      `options.ssh.${hostKeys} means nothing to the ssh program, which ${wish.client === undefined ? "command=" : 'client "system"'} asks for; leave one of the two out, or put the key into the program's known_hosts.`,
    );
  }
  if (chosen !== undefined) return chosen;
  const handedOver = hostKeys !== undefined || SECRETS.some((name) => wish[name] !== undefined);
  return !handedOver && (await isInPath("ssh", env)) ? "system" : "ssh2";
}

async function isInPath(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const name = process.platform === "win32" ? `${program}.exe` : program;
  // An empty part means the folder that this process is in.
  const folders = (env.PATH ?? "/usr/bin:/bin").split(delimiter).map((folder) => folder || ".");
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      if ((await stat(path)).isFile()) return true;
    } catch {
      // Not there, or not for this user: on to the next, as execvp does.
    }
  }
  return false;
}
