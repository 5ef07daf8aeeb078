import type { ConnectionClosedError } from "../errors/index.js";
import { checkKeepAlive, closeSession, type KeepAlive } from "../protocol/index.js";
import { formatUri } from "../transport/index.js";
import { Connection } from "./connection.js";
import { publishState } from "./diagnostics.js";
import type { HandleFactories } from "./handle-factories.js";
import { watchLeak } from "./leak-watch.js";
import { makeHandles } from "./make-handles.js";
import { findWay, type OpenOptions, openRpc } from "./open-rpc.js";
import type { ReconnectOptions, reconnector } from "./reconnect.js";
import { type Again, Session } from "./session.js";

/** How {@link connect} opens a connection. */
export interface ConnectOptions extends OpenOptions {
  /** Opens for reading only: the daemon refuses whatever changes something. False by default. */
  readonly readOnly?: boolean;
  /** How long dialling, authentication and opening may take, in milliseconds; 60,000 by default. */
  readonly timeoutMs?: number | undefined;
  /**
   * Most calls of low priority that are open at the daemon at a time, 4 by default. Raise it only together with
   * `max_client_requests` in the daemon's configuration.
   */
  readonly maxInFlight?: number | undefined;
  /** Who to be at the daemon, or at the SSH server before it, where either asks. */
  readonly auth?: OpenOptions["auth"];
  /** Certificates and checks of TLS; by default libvirt's files, and those that the URI names. */
  readonly tls?: OpenOptions["tls"];
  /** Keys and checks of SSH; by default those of the ssh program, and those that the URI names. */
  readonly ssh?: OpenOptions["ssh"];
  /** False takes `uri` as it is, even if `uri_aliases` of libvirt.conf has it: VIR_CONNECT_NO_ALIASES. */
  readonly aliases?: boolean | undefined;
  /**
   * How a daemon that is gone without a word is noticed: after `interval` seconds of silence it is asked for a sign of
   * life, `count` times at the most. 5 seconds and 5 times by default; false for not at all.
   */
  readonly keepAlive?: KeepAlive | false | undefined;
  /**
   * Replaces the connection when it is lost, instead of failing: calls wait, events are registered anew, and a
   * `connection.reconnected` event tells. False by default.
   */
  readonly reconnect?: ReconnectOptions | boolean | undefined;
}

const KEEPALIVE: KeepAlive = { interval: 5, count: 5 };

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
 * Stands for virConnectOpen, virConnectOpenReadOnly and virConnectOpenAuth.
 * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectOpen
 */
export async function connect(uri?: string, options: ConnectOptions = {}): Promise<Connection> {
  const { readOnly = false, keepAlive = KEEPALIVE, reconnect = false } = options;
  const pings = keepAlive === false ? undefined : checkKeepAlive(keepAlive);
  const keep = reconnect === false ? undefined : await reconnecting(reconnect === true ? {} : reconnect);
  const opened = await openRpc(uri, options);
  const { rpc, transport } = opened;
  if (opened.keepalive) rpc.keepAlive(pings);
  const again = wayAgain(uri, options, pings);
  const keeper = keep?.(rpc, again.open);
  const session = new Session<HandleFactories>(rpc, {
    factories: (own) => makeHandles(own, () => connection),
    leave: closeSession,
    keepalive: opened.keepalive,
    keeper,
    again,
  });
  const connection = new Connection(session, {
    readOnly,
    uri: opened.uri && formatUri(opened.uri),
    transport,
  });
  announce(rpc.peer, session.closed);
  watchLeak(connection, { rpc, keeper });
  return connection;
}

// Functions of their own: closures within connect() would all hold what any of them holds, the connection among it,
// which then could never be found to be dropped.

function wayAgain(uri: string | undefined, options: ConnectOptions, pings: KeepAlive | undefined): Again {
  return {
    open: async (dialer) => {
      const { rpc, keepalive } = await openRpc(uri, { ...options, signal: undefined }, dialer);
      if (keepalive) rpc.keepAlive(pings);
      return rpc;
    },
    way: () => findWay(uri, options),
  };
}

function announce(peer: string, closed: Promise<ConnectionClosedError>): void {
  publishState({ state: "open", peer });
  void closed.then((error) => publishState({ state: "closed", peer, error }));
}

async function reconnecting(options: ReconnectOptions): Promise<ReturnType<typeof reconnector>> {
  return (await import("./reconnect.js")).reconnector(options);
}
