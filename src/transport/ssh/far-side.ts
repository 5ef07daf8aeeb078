import type { Duplex } from "node:stream";
import type { ClientChannel } from "ssh2";
import { ConnectError, ConnectionClosedError } from "../../errors/index.js";
import { describeErrno } from "../errno.js";
import { type ConnectionUri, describeUri } from "../uri.js";
import { abortable } from "./abortable.js";
import { ChannelProgram, type WatchedChannel, watchChannel } from "./channel-program.js";
import { ChildStream } from "./child-stream.js";
import { endError, shown } from "./child-transport.js";
import {
  chooseProxy,
  netcatProgram,
  type RemoteOptions,
  remoteCommand,
  remoteScript,
  remoteSocket,
} from "./remote-command.js";
import { sshAdvice } from "./ssh-advice.js";
import type { Ssh2Session } from "./ssh2-session.js";

/** What connects to the daemon at the far side: virt-ssh-helper, nc, or the SSH server itself. */
export type Way = "native" | "netcat" | "forward";

// How long the far side's shell may take to answer; some accounts have a program that waits for us.
const PROBE_MS = 5000;
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
 * Connects to the daemon within an SSH connection. Where there is a choice the far side's shell says what it has found
 * and runs it, as a daemon speaks only when spoken to: a program that waits is no proof that it is the right one.
 *
 * @throws ConnectError with what was tried, and what became of each; or the signal's reason.
 */
export async function reachDaemon(
  session: Ssh2Session,
  uri: ConnectionUri,
  options: RemoteOptions,
  signal: AbortSignal,
): Promise<Duplex> {
  const far: FarSide = { session, uri, options };
  const ways = waysToDaemon(uri, options);
  const tried: string[] = [];
  const attempt = async (
    what: string,
    work: () => Promise<Duplex | undefined>,
  ): Promise<Duplex | undefined> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      tried.push(`${what}: ${shown(describeErrno(error))}`);
      return undefined;
    }
  };
  const [first] = ways;
  const stream =
    ways.length === 1 && first !== undefined && first !== "forward"
      ? await attempt(programOf(uri, first), () => runOne(far, first, signal))
      : await attempt("programs", () => runAny(far, ways, tried, signal));
  if (stream !== undefined) return stream;
  const socket = ways.includes("forward") ? remoteSocket(uri, options) : undefined;
  if (socket !== undefined) {
    const forwarded = await attempt(`forwarding to ${socket}`, () => forward(far, socket, signal));
    if (forwarded !== undefined) return forwarded;
  }
  const forwarding =
    socket === undefined
      ? ""
      : ", or allow sshd to forward to the daemon's socket (AllowStreamLocalForwarding), which has to be there and open to this account";
  throw new ConnectError(
    `${describeUri(uri)}: ${session.peer} lets us in, but there is no way from there to the daemon. ${tried.join("; ")}. Install virt-ssh-helper (it comes with libvirt's daemons) or OpenBSD's nc there${forwarding}.`,
  );
}

/** Where everything is tried. */
interface FarSide {
  readonly session: Ssh2Session;
  readonly uri: ConnectionUri;
  readonly options: RemoteOptions;
}

type Program = Exclude<Way, "forward">;

async function runOne(far: FarSide, way: Program, signal: AbortSignal): Promise<Duplex> {
  const command = remoteCommand(far.uri, way, far.options);
  const channel = await opened(signal, (done) => far.session.client.exec(command, done));
  return openStream(far, channel, way);
}

/** Runs the first of the programs that the far side has; what it lacks goes into `tried`. */
async function runAny(
  far: FarSide,
  ways: readonly Way[],
  tried: string[],
  signal: AbortSignal,
): Promise<Duplex | undefined> {
  const { session, uri, options } = far;
  const run = (way: Program): string => `echo ${ANSWER}${way}; ${remoteScript(uri, way, options)}`;
  const helper = ways.includes("native")
    ? `if command -v virt-ssh-helper >/dev/null 2>&1; then ${run("native")}; exit; fi; `
    : "";
  // Only OpenBSD's and nmap's know unix sockets, and say so.
  const nc = `case "$(nc -h 2>&1)" in *-U*) ${run("netcat")};; *) echo ${ANSWER}nothing;; esac`;
  const channel = await opened(signal, (done) => session.client.exec(`sh -c '${helper}${nc}'`, done));
  const answer = await firstLine(channel, signal, (line) => {
    const found = /^libvirt-rpc:(native|netcat|nothing)$/.exec(line)?.[1] as Program | "nothing" | undefined;
    return found === undefined || found === "nothing" ? found : openStream(far, channel, found);
  });
  if (answer.used !== undefined && answer.used !== "nothing") return answer.used;
  channel.channel.resume().close();
  if (answer.used === "nothing") {
    if (helper !== "") tried.push("virt-ssh-helper: not there");
    tried.push("nc: not there, or it does not know unix sockets");
    return undefined;
  }
  const said = shown(answer.said);
  const words = said === "" ? "it says nothing" : `it says "${said}"`;
  tried.push(
    `programs: the account has no ordinary shell, or one that prints something (${words}); if it runs virt-ssh-helper or nc and nothing else, say which with proxy=native or proxy=netcat`,
  );
  return undefined;
}

async function forward(far: FarSide, socket: string, signal: AbortSignal): Promise<Duplex> {
  const { client } = far.session;
  const channel = await opened(signal, (done) => client.openssh_forwardOutStreamLocal(socket, done));
  return openStream(far, channel, "forward");
}

/** Opens a channel. Rejects if the server does not, or if the connection ends before it has said so. */
export async function opened(
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

/** What came of what a program printed first. */
interface Answer<T> {
  readonly used: T | undefined;
  readonly said: string;
}

/** Lets `use` have the first line that a program prints, if it can; what follows the line is left in the channel. */
async function firstLine<T>(
  { channel }: WatchedChannel,
  signal: AbortSignal,
  use: (line: string) => T | undefined,
): Promise<Answer<T>> {
  let stdout = "";
  let stderr = "";
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  const answered = new Promise<Answer<T>>((resolve) => {
    const give = (used?: T): void => resolve({ used, said: `${stdout}\n${stderr}` });
    const giveUp = (): void => give();
    timer = setTimeout(giveUp, PROBE_MS);
    const takeError = (chunk: Buffer): void => {
      stderr = `${stderr}${chunk.toString("latin1")}`.slice(0, MOST_OUTPUT);
    };
    const take = (chunk: Buffer): void => {
      if (over) return;
      const before = stdout.length;
      stdout += chunk.toString("latin1", 0, MOST_OUTPUT - before);
      const end = stdout.indexOf("\n");
      if (end < 0) {
        if (stdout.length >= MOST_OUTPUT) give();
        return;
      }
      channel.off("data", take).off("close", giveUp).pause();
      channel.stderr.off("data", takeError);
      const rest = chunk.subarray(end + 1 - before);
      if (rest.length > 0) channel.unshift(rest);
      // At once, so that nothing is lost of what comes with the same packet.
      give(use(stdout.slice(0, end)));
    };
    channel.on("data", take);
    channel.stderr.on("data", takeError);
    channel.once("close", giveUp);
  });
  try {
    return await abortable(signal, answered);
  } finally {
    over = true;
    clearTimeout(timer);
  }
}

function openStream({ session, uri, options }: FarSide, channel: WatchedChannel, way: Way): Duplex {
  const program = new ChannelProgram(session, channel);
  return new ChildStream(program, (end) => {
    if (program.loss !== undefined) {
      const message = `the SSH connection to ${session.peer} was lost (${shown(program.loss)})`;
      return end.answered ? new ConnectionClosedError("error", message) : new ConnectError(message);
    }
    if (way === "forward") return forwardError(remoteSocket(uri, options) ?? "");
    const chosen = { ...uri, client: { ...uri.client, proxy: way } };
    return endError({ program: programOf(uri, way), advice: sshAdvice(chosen, options) }, end);
  });
}

function programOf(uri: ConnectionUri, way: Program): string {
  return way === "native" ? "virt-ssh-helper" : netcatProgram(uri);
}

function forwardError(socket: string): Error {
  return new ConnectError(
    `${socket} was reached by forwarding, and closed the connection without an answer. Is it a libvirt daemon's socket, and does the daemon take so many clients (max_clients)?`,
  );
}
