import { accessSync } from "node:fs";
import { homedir } from "node:os";
import { InvalidUriError } from "../errors/index.js";
import { errnoCode } from "./errno.js";
import { type ConnectionUri, describeUri } from "./uri.js";
import type { RemoteMode } from "./uri-parameters.js";

/** What the choice of a socket depends on besides the URI; everything defaults to this process and this machine. */
export interface SocketEnvironment {
  readonly readOnly?: boolean;
  /** Whose session a session socket belongs to; 0 never has one. */
  readonly euid?: number;
  /** Read for XDG_RUNTIME_DIR, XDG_CACHE_HOME and HOME. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the system's daemons have their sockets. */
  readonly systemDir?: string;
  /** `remote_mode` of libvirt.conf: the mode for URIs without `mode=`. */
  readonly remoteMode?: RemoteMode | undefined;
  /** What auto mode falls back to when no socket exists. libvirt decides it when it is built; Debian's takes legacy. */
  readonly defaultMode?: "legacy" | "direct";
  /** Looks for a path; returns the errno code if it is not there, such as "ENOENT". */
  readonly probe?: (path: string) => string | undefined;
}

/** A socket path and how it was found. */
export interface SocketChoice {
  readonly path: string;
  /** Whose socket it is: a driver's daemon (direct) or libvirtd's or virtproxyd's (legacy); absent for `socket=`. */
  readonly mode: "legacy" | "direct" | undefined;
  /** True for the socket of a user's own daemon, which may have to be started first. */
  readonly session: boolean;
  /** The paths that were looked for in vain, with their errno codes. */
  readonly missing: readonly MissingSocket[];
  /** Why this path, for messages. */
  readonly why: string;
}

export interface MissingSocket {
  readonly path: string;
  readonly code: string;
}

/**
 * Chooses the daemon's socket as libvirt does. A file that exists is taken; whether anybody listens is not asked.
 * With an SSH transport it is the path on the far side, where nothing can be looked for.
 *
 * @param uri `undefined` if the caller has none and lets the daemon choose.
 * @throws InvalidUriError if direct mode is asked for where no driver's daemon can be meant.
 */
export function chooseSocket(uri: ConnectionUri | undefined, options: SocketEnvironment = {}): SocketChoice {
  if (uri?.client.socket !== undefined) {
    const why = "the URI names it with socket=";
    return { path: uri.client.socket, mode: undefined, session: false, missing: [], why };
  }
  const session = isSession(uri, options.euid ?? process.geteuid?.() ?? 0);
  const dir = session
    ? userRuntimeDir(options.env ?? process.env)
    : (options.systemDir ?? "/var/run/libvirt");
  // A session daemon has no read-only socket.
  const suffix = options.readOnly === true && !session ? "-sock-ro" : "-sock";
  const legacy = `${dir}/libvirt${suffix}`;
  const direct = uri === undefined ? undefined : `${dir}/virt${uri.driver}d${suffix}`;

  const asked = uri?.client.mode ?? options.remoteMode ?? "auto";
  const source = uri?.client.mode === undefined ? "remote_mode of libvirt.conf is" : "the URI says mode=";
  if (asked === "legacy") {
    return { path: legacy, mode: "legacy", session, missing: [], why: `${source} legacy` };
  }
  if (asked === "direct") {
    const path = directOnly(uri, direct);
    return { path, mode: "direct", session, missing: [], why: `${source} direct` };
  }
  if (uri !== undefined && uri.transport !== "unix") {
    return { path: legacy, mode: "legacy", session, missing: [], why: "other machines have it in any case" };
  }
  return chooseExisting(legacy, direct, session, options);
}

function chooseExisting(
  legacy: string,
  direct: string | undefined,
  session: boolean,
  options: SocketEnvironment,
): SocketChoice {
  const probe = options.probe ?? probeFile;
  const missing: MissingSocket[] = [];
  const found = (path: string): boolean => {
    const code = probe(path);
    if (code !== undefined) missing.push({ path, code });
    return code === undefined;
  };
  if (direct !== undefined && found(direct)) {
    return { path: direct, mode: "direct", session, missing, why: "the driver's daemon has a socket" };
  }
  if (found(legacy)) return { path: legacy, mode: "legacy", session, missing, why: "it exists" };
  const mode = direct === undefined ? "legacy" : (options.defaultMode ?? "legacy");
  const path = mode === "direct" ? (direct ?? legacy) : legacy;
  return { path, mode, session, missing, why: "no socket exists, and it is the default" };
}

/** Whether a URI means the user's own daemon. Never for root, whose session is the system. */
function isSession(uri: ConnectionUri | undefined, euid: number): boolean {
  if (euid === 0) return false;
  if (uri === undefined) return true;
  return uri.path === "/session" || (uri.driver === "test" && uri.transportNamed);
}

/** `$XDG_RUNTIME_DIR/libvirt`, or a folder in the user's cache where no session manager has set that. */
export function userRuntimeDir(env: Readonly<Record<string, string | undefined>>): string {
  const set = (name: string): string | undefined => (env[name] === "" ? undefined : env[name]);
  const base = set("XDG_RUNTIME_DIR") ?? set("XDG_CACHE_HOME") ?? `${set("HOME") ?? homedir()}/.cache`;
  return `${base}/libvirt`;
}

function directOnly(uri: ConnectionUri | undefined, path: string | undefined): string {
  if (uri === undefined || path === undefined) {
    throw new InvalidUriError(
      'Direct mode connects to one driver\'s daemon, and without a URI no driver is known; give one such as "qemu:///system".',
    );
  }
  if (uri.transport === "unix") return path;
  throw new InvalidUriError(
    `${describeUri(uri)}: direct mode is for the unix transport only, not ${uri.transport}; leave mode= out, or name the far side's socket with socket=.`,
  );
}

function probeFile(path: string): string | undefined {
  try {
    accessSync(path);
    return undefined;
  } catch (error) {
    return errnoCode(error) ?? "EIO";
  }
}
