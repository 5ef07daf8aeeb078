import type { Socket } from "node:net";
import { ConnectError } from "../errors/index.js";
import { withDeadline } from "./deadline.js";
import type { DialOptions } from "./dial-options.js";
import { describeErrno, errnoCode } from "./errno.js";
import { closedIntake, type Intake, openSocket } from "./open-socket.js";
import { StreamTransport } from "./stream-transport.js";
import type { Transport } from "./transport.js";
import { type ConnectionUri, defaultPort } from "./uri.js";

/** Where a URI with a host leads. */
export interface TcpEndpoint {
  readonly host: string;
  readonly port: number;
  /** As messages show it: `tcp:host:port`. */
  readonly peer: string;
}

/** Host and port of a URI, which may leave both out. */
export function tcpEndpoint(uri: ConnectionUri): TcpEndpoint {
  const host = uri.host ?? "localhost";
  const port = uri.port ?? defaultPort(uri.transport) ?? 0;
  const shown = host.includes(":") ? `[${host}]` : host;
  return { host, port, peer: `${uri.transport}:${shown}:${port}` };
}

/**
 * Connects over plain TCP, which anybody on the way can read and change.
 *
 * @throws ConnectError with the address, the reason and what to do; CallAbortedError; CallTimeoutError.
 */
export async function dialTcp(uri: ConnectionUri, options: DialOptions): Promise<Transport> {
  const endpoint = tcpEndpoint(uri);
  return await withDeadline(options, `Connecting to ${endpoint.peer}`, async (signal) => {
    const intake = closedIntake();
    const socket = await openTcp(endpoint, signal, "listen_tcp = 1 (or virtproxyd-tcp.socket)", intake);
    return new StreamTransport(socket, { peer: endpoint.peer, secure: false, encrypted: false, intake });
  });
}

/**
 * Opens the TCP connection under a transport; `listenKey` tells what makes a daemon listen there.
 *
 * @throws ConnectError, or the signal's reason.
 */
export async function openTcp(
  { host, port, peer }: TcpEndpoint,
  signal: AbortSignal,
  listenKey: string,
  intake?: Intake,
): Promise<Socket> {
  try {
    const socket = await openSocket({ host, port }, signal, { intake });
    // A call is a small packet whose answer is waited for.
    socket.setNoDelay(true);
    return socket;
  } catch (error) {
    signal.throwIfAborted();
    throw new ConnectError(`Cannot connect to ${peer} (${reasons(error)}). ${advice(error, listenKey)}`, {
      cause: error,
    });
  }
}

/** A name with several addresses fails with one error for each. */
function reasons(error: unknown): string {
  const all =
    typeof error === "object" && error !== null && "errors" in error && Array.isArray(error.errors)
      ? (error.errors as readonly (Error & { address?: string })[])
      : [];
  if (all.length < 2) return describeErrno(all[0] ?? error);
  return all.map((each) => `${each.address ?? "?"}: ${describeErrno(each)}`).join("; ");
}

function advice(error: unknown, listenKey: string): string {
  switch (errnoCode(error)) {
    case "ECONNREFUSED":
      return `Nobody listens there; does the daemon run with ${listenKey}, and is the port right?`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "Check the host's name and this machine's name service.";
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "Check the address, the route to it and the firewalls between.";
    default:
      return "Does the daemon run, and does it listen on that address?";
  }
}
