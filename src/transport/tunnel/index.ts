import { once } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { ConnectError } from "../../errors/index.js";
import { withDeadline } from "../deadline.js";
import type { DialOptions } from "../dial-options.js";
import { describeErrno } from "../errno.js";
import { type ConnectionUri, describeUri } from "../uri.js";
import { describeTarget, isLoopback, isWildcard, type TunnelTarget } from "./target.js";

export type { TunnelTarget } from "./target.js";

/**
 * Connects to something else than the daemon on the daemon's host: through SSH where that is the way to the daemon,
 * else straight to where it listens, which with TCP and TLS everybody on the way can read.
 *
 * @throws ConnectError with the target, the reason and what to do; CallAbortedError; CallTimeoutError.
 */
export async function dialTunnel(
  uri: ConnectionUri | undefined,
  target: TunnelTarget,
  options: DialOptions,
): Promise<Duplex> {
  switch (uri?.transport) {
    case undefined:
    case "unix":
      return await connectTo(localTarget(target), options);
    case "tcp":
    case "tls":
      return await connectTo(remoteTarget(uri, target), options);
    case "ssh":
    case "libssh":
    case "libssh2":
      return await (await import("../ssh/tunnel.js")).tunnelSsh(uri, localTarget(target), options);
    case "ext":
      throw new ConnectError(
        `${describeUri(uri)}: there is no way to ${describeTarget(target)} on the daemon's host, as the program of the URI only leads to the daemon.`,
      );
  }
}

/** The target for somebody on its host. */
function localTarget(target: TunnelTarget): TunnelTarget {
  if ("path" in target || !isWildcard(target.host)) return target;
  return { host: target.host === "::" ? "::1" : "127.0.0.1", port: target.port };
}

function remoteTarget(uri: ConnectionUri, target: TunnelTarget): TunnelTarget {
  const host = uri.host ?? "localhost";
  if (isLoopback(host)) return localTarget(target);
  if ("host" in target && !isLoopback(target.host)) {
    return isWildcard(target.host) ? { host, port: target.port } : target;
  }
  throw new ConnectError(
    `${describeTarget(target)} can only be reached on ${host} itself; connect with +ssh, or have it listen on an address of that host (<listen type="address" address="…"/>).`,
  );
}

async function connectTo(target: TunnelTarget, options: DialOptions): Promise<Duplex> {
  const name = describeTarget(target);
  return await withDeadline(options, `Connecting to ${name}`, async (signal) => {
    const socket = connect("path" in target ? { path: target.path } : { ...target, noDelay: true });
    try {
      await once(socket, "connect", { signal });
      return socket;
    } catch (cause) {
      socket.destroy();
      signal.throwIfAborted();
      throw new ConnectError(
        `Cannot connect to ${name} (${describeErrno(cause)}). Does something listen there, and may this user connect to it?`,
        { cause },
      );
    }
  });
}
