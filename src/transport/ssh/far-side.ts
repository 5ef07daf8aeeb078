import type { Duplex } from "node:stream";
import type { ClientChannel } from "ssh2";
import { ConnectError, ConnectionClosedError } from "../../errors/index.js";
import { describeErrno } from "../errno.js";
import { type ConnectionUri, describeUri } from "../uri.js";
import { abortable } from "./abortable.js";
import { ChannelProgram, type WatchedChannel, watchChannel } from "./channel-program.js";
import { type ChildEnd, ChildStream } from "./child-stream.js";
import { endError, shown } from "./child-transport.js";
import {
  chooseProxy,
  netcatProgram,
  type RemoteOptions,
  remoteCommand,
  remoteSocket,
} from "./remote-command.js";
import { sshAdvice } from "./ssh-advice.js";
import type { Ssh2Session } from "./ssh2-session.js";

/** What connects to the daemon at the far side: virt-ssh-helper, nc, or the SSH server itself. */
export type Way = "native" | "netcat" | "forward";

// How long the far side's shell may take to answer; some accounts have a program that waits for us.
const PROBE_MS = 10_000;
const MOST_OUTPUT = 4096;
const ANSWER = "libvirt-rpc:";

/**
 * The ways that may be tried, in order: only one if the URI or libvirt.conf names one, or an nc; with `socket=` not
 * virt-ssh-helper, which knows its sockets itself; and no forwarding to a session, whose socket only the far side knows.
 *
 * @throws InvalidUriError if the URI contradicts itself.
 */
export function waysToDaemon(uri: ConnectionUri, options: RemoteOptions): Way[] {
  const proxy = chooseProxy(uri, options);
  const socket = remoteSocket(uri, options);
  const asked = uri.client.proxy ?? options.remoteProxy ?? "auto";
  if (asked !== "auto") return [asked];
  if (uri.client.netcat !== undefined) return ["netcat"];
  const programs: Way[] =
    uri.client.socket !== undefined && proxy === "netcat" ? ["netcat"] : ["native", "netcat"];
  return socket === undefined ? programs : [...programs, "forward"];
}

/**
 * Connects to the daemon within an SSH connection. Where there is a choice the far side's shell is asked what it has,
 * as a daemon speaks only when spoken to: a program that waits is no proof that it is the right one.
 *
 * @throws ConnectError with what was tried, and what became of each; or the signal's reason.
 */
export async function reachDaemon(
  session: Ssh2Session,
  uri: ConnectionUri,
  options: RemoteOptions,
  signal: AbortSignal,
): Promise<Duplex> {
  const ways = waysToDaemon(uri, options);
  const tried: string[] = [];
  const way = ways.length === 1 ? ways[0] : await probe(session, ways, tried, signal);
  if (way !== undefined && way !== "forward") {
    const command = remoteCommand(uri, way, options);
    try {
      return openStream(session, await run(session, command, signal), (end) =>
        programError(uri, way, options, end),
      );
    } catch (error) {
      signal.throwIfAborted();
      tried.push(`${programOf(uri, way)}: ${shown(describeErrno(error))}`);
    }
  } else if (ways.includes("forward")) {
    const socket = remoteSocket(uri, options) ?? "";
    try {
      return openStream(session, await forward(session, socket, signal), () => forwardError(socket));
    } catch (error) {
      signal.throwIfAborted();
      tried.push(`forwarding to ${socket}: ${shown(describeErrno(error))}`);
    }
  }
  const forwarding = ways.includes("forward")
    ? ", or allow sshd to forward to the daemon's socket (AllowStreamLocalForwarding), which has to be there and open to this account"
    : "";
  throw new ConnectError(
    `${describeUri(uri)}: ${session.peer} lets us in, but there is no way from there to the daemon. ${tried.join("; ")}. Install virt-ssh-helper (it comes with libvirt's daemons) or OpenBSD's nc there${forwarding}.`,
  );
}

/** Finds out which of the programs the far side has; what it lacks goes into `tried`. */
async function probe(
  session: Ssh2Session,
  ways: readonly Way[],
  tried: string[],
  signal: AbortSignal,
): Promise<Way | undefined> {
  const helper = `if command -v virt-ssh-helper >/dev/null 2>&1; then echo ${ANSWER}native; exit; fi;`;
  // Only OpenBSD's and nmap's know unix sockets, and say so.
  const nc = `case "$(nc -h 2>&1)" in *-U*) echo ${ANSWER}netcat;; *) echo ${ANSWER}nothing;; esac`;
  const script = `${ways.includes("native") ? helper : ""}${nc}`;
  let said: Output;
  try {
    said = await outputOf(await run(session, `sh -c '${script}'`, signal), signal);
  } catch (error) {
    signal.throwIfAborted();
    tried.push(`virt-ssh-helper and nc: the server runs no programs (${shown(describeErrno(error))})`);
    return undefined;
  }
  const answer = /^libvirt-rpc:(native|netcat|nothing)\s*$/.exec(said.stdout)?.[1];
  if (answer === "native" || answer === "netcat") return answer;
  if (answer === "nothing") {
    if (ways.includes("native")) tried.push("virt-ssh-helper: not there");
    tried.push("nc: not there, or it does not know unix sockets");
  } else {
    const text = shown(`${said.stdout}\n${said.stderr}`);
    const words = text === "" ? "it says nothing" : `it says "${text}"`;
    tried.push(
      `virt-ssh-helper and nc: the account has no ordinary shell, or one that prints something (${words})`,
    );
  }
  return undefined;
}

/** Runs a command. Rejects if the server does not, or if the connection ends before it has said so. */
async function run(session: Ssh2Session, command: string, signal: AbortSignal): Promise<WatchedChannel> {
  return await opened(signal, (done) => session.client.exec(command, done));
}

async function forward(session: Ssh2Session, socket: string, signal: AbortSignal): Promise<WatchedChannel> {
  return await opened(signal, (done) => session.client.openssh_forwardOutStreamLocal(socket, done));
}

async function opened(
  signal: AbortSignal,
  open: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
): Promise<WatchedChannel> {
  signal.throwIfAborted();
  const channel = new Promise<WatchedChannel>((resolve, reject) => {
    open((error, opened) => {
      if (error === undefined || error === null) resolve(watchChannel(opened));
      else reject(error);
    });
  });
  return await abortable(signal, channel);
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command prints, within limits of size and time. */
async function outputOf({ channel }: WatchedChannel, signal: AbortSignal): Promise<Output> {
  const output = { stdout: "", stderr: "" };
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PROBE_MS);
    const take = (name: keyof Output, chunk: Buffer): void => {
      output[name] += chunk.toString("latin1", 0, MOST_OUTPUT - output[name].length);
      if (output[name].length >= MOST_OUTPUT) resolve();
    };
    channel.on("data", (chunk: Buffer) => take("stdout", chunk));
    channel.stderr.on("data", (chunk: Buffer) => take("stderr", chunk));
    channel.once("close", resolve);
    channel.end();
  });
  try {
    await abortable(signal, ended);
  } finally {
    clearTimeout(timer);
    channel.close();
  }
  return output;
}

function openStream(
  session: Ssh2Session,
  channel: WatchedChannel,
  describe: (end: ChildEnd) => Error,
): Duplex {
  const program = new ChannelProgram(session, channel);
  return new ChildStream(program, (end) => {
    if (program.loss === undefined) return describe(end);
    const message = `the SSH connection to ${session.peer} was lost (${shown(program.loss)})`;
    return end.answered ? new ConnectionClosedError("error", message) : new ConnectError(message);
  });
}

function programOf(uri: ConnectionUri, way: "native" | "netcat"): string {
  return way === "native" ? "virt-ssh-helper" : netcatProgram(uri);
}

function programError(
  uri: ConnectionUri,
  way: "native" | "netcat",
  options: RemoteOptions,
  end: ChildEnd,
): Error {
  const chosen = { ...uri, client: { ...uri.client, proxy: way } };
  return endError({ program: programOf(uri, way), advice: sshAdvice(chosen, options) }, end);
}

function forwardError(socket: string): Error {
  return new ConnectError(
    `${socket} was reached by forwarding, and closed the connection without an answer. Is it a libvirt daemon's socket, and does the daemon take so many clients (max_clients)?`,
  );
}
