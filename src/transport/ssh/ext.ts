import type { DialOptions } from "../dial-options.js";
import type { Transport } from "../transport.js";
import type { ConnectionUri } from "../uri.js";
import { childEnvironment, openChild } from "./child-transport.js";

/**
 * Connects through the program that `command=` names, which runs without arguments and has to join its standard input
 * and output with a daemon's socket. What becomes of the bytes behind it nobody knows, so nothing secret is sent.
 *
 * @throws ConnectError if it cannot be started; CallAbortedError; CallTimeoutError.
 */
export async function dialExt(uri: ConnectionUri, options: DialOptions): Promise<Transport> {
  const program = uri.client.command ?? "";
  const command = {
    program,
    args: [],
    env: childEnvironment(options.env ?? process.env),
    advice: () => "It has to join its standard input and output with the daemon, and to print nothing else.",
  };
  return await openChild(command, { peer: `ext:${program}`, secure: false, encrypted: false }, options);
}
