import { InvalidUriError } from "../errors/index.js";
import { type SocketEnvironment, userRuntimeDir } from "./socket-path.js";
import { type ConnectionUri, describeUri } from "./uri.js";

/**
 * The admin socket of the daemon that a URI names by its program: `libvirtd:///system`, `virtqemud:///session`.
 *
 * @param uri `undefined` for the caller's own libvirtd: the system's for root, else the session's.
 * @throws InvalidUriError for another machine, which the admin interface does not reach, and for another path.
 */
export function adminSocketPath(uri: ConnectionUri | undefined, options: SocketEnvironment = {}): string {
  const root = (options.euid ?? process.geteuid?.() ?? 0) === 0;
  const program = uri?.driver ?? "libvirtd";
  const path = uri?.path ?? (root ? "/system" : "/session");
  if (uri !== undefined && (uri.transport !== "unix" || uri.host !== undefined)) {
    throw new InvalidUriError(
      `${describeUri(uri)}: the admin interface is only reachable on its own machine`,
    );
  }
  if (uri?.client.socket !== undefined) return uri.client.socket;
  // libvirtd's socket is older than the rule for the others.
  const file = program === "libvirtd" ? "libvirt-admin-sock" : `${program}-admin-sock`;
  switch (path) {
    case "/system":
      return `${options.systemDir ?? "/var/run/libvirt"}/${file}`;
    case "/session":
      return `${userRuntimeDir(options.env ?? process.env)}/${file}`;
    default:
      throw new InvalidUriError(
        `${uri === undefined ? path : describeUri(uri)}: the path must be /system or /session, as in "libvirtd:///system"`,
      );
  }
}
