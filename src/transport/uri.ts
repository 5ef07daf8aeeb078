import { type ClientParameters, readParameters, type UriParameter } from "./uri-parameters.js";
import { splitUri, uriError } from "./uri-syntax.js";

/** The ways to a daemon that a URI can name. */
export const TRANSPORT_NAMES = ["unix", "tls", "tcp", "ssh", "libssh", "libssh2", "ext"] as const;
export type TransportName = (typeof TRANSPORT_NAMES)[number];

/** What a connection URI says: `driver[+transport]://[user@][host][:port]/path[?parameters][#fragment]`. */
export interface ConnectionUri {
  /** Driver and transport as they were written. */
  readonly scheme: string;
  /** The hypervisor driver, such as `qemu`, as it was written. `remote` lets the daemon choose. */
  readonly driver: string;
  readonly transport: TransportName;
  /** False if the transport is the default: tls with a host, else unix. */
  readonly transportNamed: boolean;
  /** Who to log in as; the C library gives a password after a colon to ssh as part of it. */
  readonly user: string | undefined;
  /** Name or address, IPv6 without brackets; `undefined` means this machine. */
  readonly host: string | undefined;
  /** What the URI says; see {@link defaultPort} for what it means if it says nothing. */
  readonly port: number | undefined;
  /** Decoded, with its leading slash if it has one. */
  readonly path: string;
  /** What stood behind the question mark, as it was written. */
  readonly query: string | undefined;
  readonly fragment: string | undefined;
  /** What this side has to do. */
  readonly client: ClientParameters;
  /** What is left, which the daemon gets, in order. */
  readonly parameters: readonly UriParameter[];
}

// Only these drivers always need a path, so only there is "//system" surely a slip and not a host.
const PATH_DRIVERS: readonly string[] = ["qemu", "vbox", "vz"];

/**
 * Reads a connection URI as virsh does, for every transport and whether or not this version can dial it.
 *
 * @throws InvalidUriError with the part at fault and how to write it. Its message never contains a password.
 */
export function parseUri(text: string): ConnectionUri {
  if (text === "") throw uriError(text, "it is empty; leave it out to let the daemon choose the driver.");
  // The one driver that could once be named without a path.
  const parts = splitUri(text === "xen" || text === "xen://" ? "xen:///system" : text);
  const plus = parts.scheme.indexOf("+");
  const driver = plus < 0 ? parts.scheme : parts.scheme.slice(0, plus);
  const transport =
    plus < 0 ? defaultTransport(parts.host) : transportByName(text, parts.scheme.slice(plus + 1));
  if (parts.path === "/embed") {
    throw uriError(text, `"/embed" runs a driver within a program in C; write "/system" or "/session".`);
  }
  const { host } = parts;
  if (plus < 0 && (host === "system" || host === "session")) {
    if (PATH_DRIVERS.includes(driver)) {
      throw uriError(text, `"${host}" stands where a host belongs; write "${driver}:///${host}".`);
    }
  }
  if (transport === "unix" && host !== undefined) {
    throw uriError(
      text,
      `the unix transport reaches this machine only, not "${host}"; for another machine use "${driver}+ssh" or "${driver}+tls".`,
    );
  }
  const libssh = transport === "libssh" || transport === "libssh2";
  const { client, daemon } = readParameters(text, parts.query ?? "", libssh);
  if (transport === "ext" && client.command === undefined) {
    throw uriError(text, "the ext transport needs a program to run; add ?command=/path/of/program.");
  }
  return {
    scheme: parts.scheme,
    driver,
    transport,
    transportNamed: plus >= 0,
    user: parts.user,
    host,
    port: parts.port,
    path: parts.path,
    query: parts.query,
    fragment: parts.fragment,
    client,
    parameters: daemon,
  };
}

/** The port of a transport that a URI need not name; `undefined` where there is none, or where ssh decides. */
export function defaultPort(transport: TransportName): number | undefined {
  switch (transport) {
    case "tls":
      return 16514;
    case "tcp":
      return 16509;
    case "libssh":
    case "libssh2":
      return 22;
    default:
      return undefined;
  }
}

/** A URI as messages should show it: where it leads, without parameters and without a password. */
export function describeUri(uri: ConnectionUri): string {
  const scheme = uri.transportNamed ? `${uri.driver}+${uri.transport}` : uri.driver;
  const user = uri.user === undefined ? "" : `${uri.user.replace(/:.*/s, ":***")}@`;
  const host = uri.host?.includes(":") === true ? `[${uri.host}]` : (uri.host ?? "");
  const port = uri.port === undefined ? "" : `:${uri.port}`;
  return `${scheme}://${user}${host}${port}${uri.path}`;
}

function defaultTransport(host: string | undefined): TransportName {
  return host === undefined ? "unix" : "tls";
}

function transportByName(text: string, name: string): TransportName {
  const lower = name.toLowerCase();
  const found = TRANSPORT_NAMES.find((known) => known === lower);
  if (found === undefined) {
    throw uriError(text, `"${name}" is not a transport; known are ${TRANSPORT_NAMES.join(", ")}.`);
  }
  return found;
}
