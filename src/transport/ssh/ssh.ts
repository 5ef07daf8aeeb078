import type { DialOptions } from "../dial-options.js";
import type { Transport } from "../transport.js";
import type { ConnectionUri } from "../uri.js";
import { dialSystemSsh } from "./system-ssh.js";

/**
 * Connects over SSH.
 *
 * @throws ConnectError; InvalidUriError; CallAbortedError; CallTimeoutError.
 */
export async function dialSsh(uri: ConnectionUri, options: DialOptions): Promise<Transport> {
  return await dialSystemSsh(uri, options);
}
