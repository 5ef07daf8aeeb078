import type { DialOptions } from "./dial-options.js";
import { chooseSocket } from "./socket-path.js";
import type { Transport } from "./transport.js";
import { dialUnix } from "./unix.js";
import type { ConnectionUri, TransportName } from "./uri.js";

type Dialer = (uri: ConnectionUri, options: DialOptions) => Promise<Transport>;

// One line for each transport; each imports its files when it is first needed.
const DIALERS: Readonly<Record<Exclude<TransportName, "unix">, Dialer>> = {
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
  if (uri !== undefined && uri.transport !== "unix") return await DIALERS[uri.transport](uri, options);
  const choice = chooseSocket(uri, options);
  const { signal, timeoutMs } = options;
  try {
    return await dialUnix({ path: choice.path, choice, signal, timeoutMs });
  } catch (error) {
    if (!choice.session) throw error;
    return await (await import("./autostart.js")).dialStarted(choice, options, error);
  }
}
