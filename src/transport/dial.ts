import { ConnectError } from "../errors/index.js";
import type { DeadlineOptions } from "./deadline.js";
import { chooseSocket, type SocketEnvironment } from "./socket-path.js";
import type { Transport } from "./transport.js";
import { dialUnix } from "./unix.js";
import { type ConnectionUri, describeUri, type TransportName } from "./uri.js";

/** Everything besides the URI that decides where a connection goes. */
export interface DialOptions extends SocketEnvironment, DeadlineOptions {}

type Dialer = (uri: ConnectionUri | undefined, options: DialOptions) => Promise<Transport>;

// One line for each transport; a heavy one imports its file when it is first needed.
const DIALERS: ReadonlyMap<TransportName, Dialer> = new Map<TransportName, Dialer>([["unix", dialLocal]]);

/**
 * Opens the byte channel that a URI describes.
 *
 * @param uri `undefined` for the local daemon, whichever that is.
 * @throws ConnectError, InvalidUriError, CallAbortedError or CallTimeoutError.
 */
export async function dial(uri: ConnectionUri | undefined, options: DialOptions = {}): Promise<Transport> {
  const transport = uri?.transport ?? "unix";
  const dialer = DIALERS.get(transport);
  if (dialer !== undefined) return await dialer(uri, options);
  const what = uri === undefined ? "" : `${describeUri(uri)}: `;
  const known = [...DIALERS.keys()].join(", ");
  throw new ConnectError(
    `${what}transport '${transport}' is not available yet in this version; use ${known}.`,
  );
}

async function dialLocal(uri: ConnectionUri | undefined, options: DialOptions): Promise<Transport> {
  const choice = chooseSocket(uri, options);
  const { signal, timeoutMs } = options;
  return await dialUnix({ path: choice.path, choice, signal, timeoutMs });
}
