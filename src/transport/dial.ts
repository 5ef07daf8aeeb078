import { ConnectError } from "../errors/index.js";
import type { DialOptions } from "./dial-options.js";
import { chooseSocket } from "./socket-path.js";
import type { Transport } from "./transport.js";
import { dialUnix } from "./unix.js";
import { type ConnectionUri, describeUri, type TransportName } from "./uri.js";

type Dialer = (uri: ConnectionUri, options: DialOptions) => Promise<Transport>;

// One line for each transport; each imports its files when it is first needed.
const DIALERS: Readonly<Partial<Record<TransportName, Dialer>>> = {
  tls: async (uri, options) => await (await import("./tls/tls.js")).dialTls(uri, options),
  tcp: async (uri, options) => await (await import("./tcp.js")).dialTcp(uri, options),
  ssh: async (uri, options) => await (await import("./ssh/ssh.js")).dialSsh(uri, options),
  libssh: async (uri, options) => await (await import("./ssh/ssh2.js")).dialSsh2(uri, options),
  libssh2: async (uri, options) => await (await import("./ssh/ssh2.js")).dialSsh2(uri, options),
  ext: async (uri, options) => await (await import("./ssh/ext.js")).dialExt(uri, options),
};

/**
 * Opens the byte channel that a URI describes.
 *
 * @param uri `undefined` for the local daemon, whichever that is.
 * @throws ConnectError, InvalidUriError, CallAbortedError or CallTimeoutError.
 */
export async function dial(uri: ConnectionUri | undefined, options: DialOptions = {}): Promise<Transport> {
  if (uri !== undefined && uri.transport !== "unix") {
    const dialer = DIALERS[uri.transport];
    if (dialer !== undefined) return await dialer(uri, options);
    throw new ConnectError(
      `${describeUri(uri)}: transport '${uri.transport}' is not available yet in this version.`,
    );
  }
  const choice = chooseSocket(uri, options);
  const { signal, timeoutMs } = options;
  return await dialUnix({ path: choice.path, choice, signal, timeoutMs });
}
