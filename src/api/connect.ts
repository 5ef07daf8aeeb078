import type { AuthOptions } from "../auth/index.js";
import { CallTimeoutError, ConnectError, ConnectionError, isLibvirtError } from "../errors/index.js";
import { type CallOptions, closeSession, countDown, openSession, RpcClient } from "../protocol/index.js";
import {
  type ConnectionUri,
  describeUri,
  dial,
  formatUri,
  openName,
  parseUri,
  type Transport,
} from "../transport/index.js";
import { Connection } from "./connection.js";
import type { HandleFactories } from "./handle-factories.js";
import { makeHandles } from "./make-handles.js";
import { Session } from "./session.js";

/** How {@link connect} opens a connection. */
export interface ConnectOptions extends CallOptions {
  /** Opens for reading only: the daemon refuses whatever changes something. False by default. */
  readonly readOnly?: boolean | undefined;
  /** How long dialling, authentication and opening may take, in milliseconds; 60,000 by default. */
  readonly timeoutMs?: number | undefined;
  /**
   * Most calls of low priority that are open at the daemon at a time, 4 by default. Raise it only together with
   * `max_client_requests` in the daemon's configuration.
   */
  readonly maxInFlight?: number | undefined;
  /** Who to be at the daemon, or at the SSH server before it, where either asks. */
  readonly auth?: AuthOptions | undefined;
  /** False takes `uri` as it is, even if `uri_aliases` of libvirt.conf has it: VIR_CONNECT_NO_ALIASES. */
  readonly aliases?: boolean | undefined;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Opens a connection to the daemon that `uri` names, in the form that virsh takes: `qemu:///system`,
 * `qemu+ssh://user@host/system`, `qemu://host/system` for TLS, `test+unix:///default?socket=/path`, or an alias of
 * libvirt.conf. Without one it is `LIBVIRT_DEFAULT_URI`, `uri_default` of libvirt.conf, or what the local daemon
 * chooses.
 *
 * Rejects with `InvalidUriError` for a URI that cannot be used, with `InvalidConfigError` for a configuration file
 * that cannot be understood, with `ConnectError` when nobody answers, and with
 * the daemon's own `RemoteError` when it refuses to open: `AuthError`, or code `NO_CONNECT` when it has no such
 * driver.
 *
 * Stands for virConnectOpen and virConnectOpenReadOnly.
 * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectOpen
 */
export async function connect(uri?: string, options: ConnectOptions = {}): Promise<Connection> {
  const { readOnly = false, timeoutMs = DEFAULT_TIMEOUT_MS, signal, maxInFlight } = options;
  const remaining = countDown({ signal, timeoutMs });
  const { credentialSource, resolveTarget } = await import("../config/index.js");
  const target = await resolveTarget(uri, {}, options);
  const parsed = target.uri === undefined ? undefined : parseUri(target.uri);
  if (parsed !== undefined) refuseEmbedded(parsed);
  const settings = target.settings(parsed?.client ?? {});
  const credentials = credentialSource(options.auth ?? {}, {
    authfile: parsed?.client.authfile,
    user: parsed?.user,
  });
  const ways = { readOnly, ...settings, credentials };
  const transport = await dial(parsed, { ...ways, ...remaining() });
  const rpc = new RpcClient(transport, { maxInFlight });
  try {
    await openSession(rpc, { name: parsed === undefined ? "" : openName(parsed), readOnly }, remaining);
  } catch (error) {
    rpc.close();
    throw explain(
      error,
      parsed === undefined ? "the local daemon" : describeUri(parsed),
      transport,
      timeoutMs,
    );
  }
  const session = new Session(rpc, {
    factories: (own): HandleFactories => makeHandles(own, () => connection),
    leave: closeSession,
  });
  const connection = new Connection(session, { readOnly, uri: parsed && formatUri(parsed), transport });
  return connection;
}

/** `test:///` is a hypervisor inside the calling process, for every client; it must not end up at a daemon. */
function refuseEmbedded(uri: ConnectionUri): void {
  if (uri.driver !== "test" || uri.transportNamed || uri.host !== undefined) return;
  throw new ConnectError(
    `${describeUri(uri)} runs inside the process, which this version cannot do yet; ` +
      "for the test driver of a daemon use test+unix:///default",
  );
}

/** Errors of the connection's own steps say what was being opened; the daemon's refusals speak for themselves. */
function explain(error: unknown, what: string, { peer }: Transport, timeoutMs: number): unknown {
  if (error instanceof CallTimeoutError) {
    const message = `opening ${what} was not done within ${timeoutMs} ms: ${peer} did not answer ${error.procedure}`;
    return new CallTimeoutError(message, { cause: error, procedure: error.procedure });
  }
  if (error instanceof ConnectionError && !(error instanceof ConnectError)) {
    return new ConnectError(`cannot open ${what}: ${error.message}`, { cause: error });
  }
  return isLibvirtError(error) ? error : new ConnectError(`cannot open ${what}`, { cause: error });
}
