import { ConnectError } from "../../errors/index.js";
import type { DialOptions } from "../dial-options.js";
import type { Transport } from "../transport.js";
import { type ConnectionUri, describeUri } from "../uri.js";
import { chooseClient } from "./client-choice.js";
import { dialSystemSsh } from "./system-ssh.js";

/**
 * Connects over SSH.
 *
 * @throws ConnectError; InvalidUriError; CallAbortedError; CallTimeoutError.
 */
export async function dialSsh(uri: ConnectionUri, options: DialOptions): Promise<Transport> {
  const client = await chooseClient(uri, {}, options.env ?? process.env);
  if (client === "system") return await dialSystemSsh(uri, options);
  throw new ConnectError(
    `${describeUri(uri)}: there is no ssh program in PATH. Install an SSH client such as OpenSSH's, or name its program with command=.`,
  );
}
