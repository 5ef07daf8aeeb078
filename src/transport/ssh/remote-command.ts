import { InvalidUriError } from "../../errors/index.js";
import { openName } from "../open-name.js";
import { chooseSocket, type SocketEnvironment } from "../socket-path.js";
import { type ConnectionUri, describeUri } from "../uri.js";
import type { RemoteProxy } from "../uri-parameters.js";

/** What the far side's part depends on besides the URI. */
export interface RemoteOptions extends Pick<SocketEnvironment, "readOnly" | "euid" | "remoteMode"> {
  /** `remote_proxy` of libvirt.conf, for URIs without `proxy=`. */
  readonly remoteProxy?: RemoteProxy | undefined;
}

/**
 * Chooses what connects an SSH session to the daemon on the far side, as virsh does: virt-ssh-helper ("native"), nc
 * ("netcat"), or the first if it is there and else the second ("auto").
 *
 * @throws InvalidUriError if the URI names both an nc and virt-ssh-helper, or direct mode without a socket.
 */
export function chooseProxy(uri: ConnectionUri, options: RemoteOptions = {}): RemoteProxy {
  const { socket, netcat } = uri.client;
  const { session } = chooseSocket(uri, options);
  const byDefault = socket !== undefined ? "netcat" : session ? "native" : "auto";
  const proxy = uri.client.proxy ?? options.remoteProxy ?? byDefault;
  if (netcat === undefined || proxy === "netcat") return proxy;
  if (proxy === "auto") return "netcat";
  const why =
    uri.client.proxy === "native"
      ? "proxy=native"
      : options.remoteProxy === "native"
        ? "remote_proxy of libvirt.conf"
        : "the session";
  throw new InvalidUriError(
    `${describeUri(uri)}: netcat= names a program that is not used, since ${why} means virt-ssh-helper; add proxy=netcat, or leave netcat= out.`,
  );
}

/**
 * The daemon's socket on the far side, for nc and for forwarded sockets: what `socket=` says, or libvirt's fixed place.
 * `undefined` for a session: only the far side knows where its user's sockets are.
 *
 * @throws InvalidUriError for direct mode without a socket.
 */
export function remoteSocket(uri: ConnectionUri, options: RemoteOptions = {}): string | undefined {
  const { readOnly = false, euid, remoteMode } = options;
  const choice = chooseSocket(uri, { readOnly, remoteMode, ...(euid === undefined ? {} : { euid }) });
  return choice.session ? undefined : choice.path;
}

/** The program that a URI has as nc on the far side. */
export function netcatProgram(uri: ConnectionUri): string {
  return uri.client.netcat ?? "nc";
}

/**
 * The command for the far side's shell, whatever shell that is: it has `sh` connect its standard input and output with
 * the daemon. To the letter what virsh sends, but for a socket's path that needs quoting and a session's socket.
 *
 * @throws InvalidUriError for direct mode without a socket.
 */
export function remoteCommand(uri: ConnectionUri, proxy: RemoteProxy, options: RemoteOptions = {}): string {
  return `sh -c '${remoteScript(uri, proxy, options)}'`;
}

/** What {@link remoteCommand} has `sh` do, quoted for a place between single quotes. */
export function remoteScript(uri: ConnectionUri, proxy: RemoteProxy, options: RemoteOptions = {}): string {
  const helper = `virt-ssh-helper ${options.readOnly === true ? "-r " : ""}${quoted(openName(uri))}`;
  if (proxy === "native") return helper;
  const netcat = netcatScript(uri, options);
  if (proxy === "netcat") return netcat;
  // The spaces are virsh's as well: whoever permits nothing but its command in authorized_keys permits ours.
  const found = "which virt-ssh-helper 1>/dev/null 2>&1; if test $? = 0; then     ";
  return `${found}${helper}; else    ${netcat}; fi`;
}

/** Some nc end when their input does only if told so, and others do not know the option. */
function netcatScript(uri: ConnectionUri, options: RemoteOptions): string {
  const nc = quoted(netcatProgram(uri));
  const ask = `if ${nc} -q 2>&1 | grep "requires an argument" >/dev/null 2>&1`;
  return `${ask}; then ARG=-q0;else ARG=;fi;${nc} $ARG -U ${socketWord(uri, options)}`;
}

// The place that libvirt gives a user's sockets, as the far side's environment has it.
const SESSION_SOCKET = `"\${XDG_RUNTIME_DIR:-\${XDG_CACHE_HOME:-$HOME/.cache}}"/libvirt/libvirt-sock`;

function socketWord(uri: ConnectionUri, options: RemoteOptions): string {
  const socket = remoteSocket(uri, options);
  if (socket === undefined) return SESSION_SOCKET;
  return isPlain(socket) ? socket : quoted(socket);
}

/** A word inside the single quotes of `sh -c '…'`: it leaves them, is read once by each of two shells, and goes back. */
function quoted(word: string): string {
  return `'${shellWord(shellWord(word))}'`;
}

/** Text as one word for a POSIX shell. */
export function shellWord(text: string): string {
  return isPlain(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function isPlain(text: string): boolean {
  return text !== "" && !/[\t\n\r !"#$&'()*;<>?[\\\]^`{|}~]/.test(text);
}
