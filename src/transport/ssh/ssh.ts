import type { DialOptions } from "../dial-options.js";
import type { Transport } from "../transport.js";
import type { ConnectionUri } from "../uri.js";
import { chooseClient } from "./client-choice.js";

/**
 * Connects over SSH, through the machine's ssh program or the ssh2 package.
 *
 * @throws ConnectError; InvalidUriError; InvalidValueError; CallAbortedError; CallTimeoutError.
 */
export async function dialSsh(uri: ConnectionUri, options: DialOptions): Promise<Transport> {
  const { ssh = {}, env = process.env } = options;
  if ((await chooseClient(uri, ssh, env)) === "system") {
    const { dialSystemSsh } = await import("./system-ssh.js");
    return await dialSystemSsh({ ...uri, user: uri.user ?? ssh.username }, options);
  }
  return await (await import("./ssh2.js")).dialSsh2(uri, options);
}
