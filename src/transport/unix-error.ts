import { basename } from "node:path";
import { describeErrno, errnoCode } from "./errno.js";
import type { SocketChoice } from "./socket-path.js";

/** Why a unix socket could not be reached, everything that was tried, and what to do about it. */
export function unixErrorMessage(path: string, error: unknown, choice: SocketChoice | undefined): string {
  const others = (choice?.missing ?? []).filter((missing) => missing.path !== path);
  const tried = others.map((missing) => `${missing.path} (${describeErrno(missing.code)})`);
  const also = tried.length === 0 ? "" : ` Also looked for ${tried.join(" and ")}.`;
  const fix = advice(
    errnoCode(error),
    [path, ...others.map((other) => other.path)],
    choice?.session === true,
  );
  return `Cannot connect to unix:${path} (${describeErrno(error)}).${also} ${fix}`;
}

function advice(code: string | undefined, paths: readonly string[], session: boolean): string {
  const daemons = paths.map(daemonOf).filter((daemon) => daemon !== undefined);
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return daemons.length === 0
        ? "Is the path right, and does the daemon run?"
        : `No daemon has a socket there; ${startAdvice(daemons, session)}.`;
    case "ECONNREFUSED":
      return daemons.length === 0
        ? "Nobody listens on it; start the daemon, or name the right socket."
        : `The socket is there but nobody listens on it; ${startAdvice(daemons, session)}, or remove the stale file.`;
    case "EACCES":
    case "EPERM":
      return session
        ? "Check who owns the socket and the folders above it."
        : 'This user may not use the socket; add it to the group "libvirt" and log in again, connect read-only, or use a session URI such as "qemu:///session".';
    case "EAGAIN":
      return "The daemon does not accept connections fast enough; look at its log, and at max_queued_clients and max_clients in its configuration.";
    case "EMFILE":
    case "ENFILE":
      return "Close connections and files that are no longer used, or raise the limit (ulimit -n).";
    case "EPROTOTYPE":
    case "ENOTSOCK":
      return "Name a stream socket that a libvirt daemon listens on.";
    default:
      return "Does the daemon run?";
  }
}

/** A daemon: what to run, and what systemd calls its socket. */
export interface Daemon {
  readonly program: string;
  readonly unit: string;
}

function startAdvice(daemons: readonly Daemon[], session: boolean): string {
  return session
    ? `start ${daemons.map(({ program }) => `"${program} --daemon"`).join(" or ")} as this user`
    : `start one with ${daemons.map(({ unit }) => `"systemctl start ${unit}"`).join(" or ")}`;
}

/** Whose socket a path is, by its name. */
export function daemonOf(path: string): Daemon | undefined {
  const match = /^(libvirt|virt[^-]+d)-sock(-ro)?$/.exec(basename(path));
  if (match === null) return undefined;
  const program = match[1] === "libvirt" ? "libvirtd" : String(match[1]);
  return { program, unit: `${program}${match[2] ?? ""}.socket` };
}
