import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { ConnectionUri } from "../uri.js";

/** Who speaks SSH: the machine's ssh program, or the ssh2 package in this process. */
export type SshClient = "system" | "ssh2";

/** What a caller's own SSH settings say about who can speak: the program cannot be handed a secret. */
export interface ClientWish {
  readonly client?: SshClient | undefined;
  readonly privateKey?: unknown;
  readonly password?: unknown;
  readonly agent?: unknown;
}

/**
 * Chooses who speaks SSH for a `+ssh` URI: a program that the URI names; else what the caller asks for; else the
 * package if the caller hands over a key, a password or an agent; else the program, where there is one.
 */
export async function chooseClient(
  uri: ConnectionUri,
  wish: ClientWish,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SshClient> {
  if (uri.client.command !== undefined) return "system";
  if (wish.client !== undefined) return wish.client;
  const handedOver = [wish.privateKey, wish.password, wish.agent].some((value) => value !== undefined);
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
