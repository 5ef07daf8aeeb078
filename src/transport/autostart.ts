import { constants } from "node:fs";
import { access, mkdir, open, rm, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { ConnectError } from "../errors/index.js";
import { withDeadline } from "./deadline.js";
import type { DialOptions } from "./dial-options.js";
import { describeErrno, errnoCode } from "./errno.js";
import type { SocketChoice } from "./socket-path.js";
import { StartingDaemon } from "./starting-daemon.js";
import type { Transport } from "./transport.js";
import { dialUnix, pauseFor } from "./unix.js";
import { daemonOf } from "./unix-error.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** How long a daemon may take until it listens, and how often it is tried: the C library's figures. */
const START_MS = 5000;
const RETRY_MS = 10;
// A daemon that finds another one starting ends with an error; the other one is then about to listen.
const OTHER_MS = 1000;

/** Where a daemon can be started: its program and the socket that it makes. */
interface Candidate {
  readonly program: string;
  readonly file: string;
  readonly socket: string;
}

/**
 * Connects to the user's own daemon, which did not answer, and starts it first: virt…d for direct mode, otherwise
 * libvirtd, from the folder that VIRTD_PATH or LIBVIRTD_PATH names, from /usr/sbin, or from PATH. It ends by itself
 * when nobody has used it for two minutes. Of one that does not come to listen nothing is left.
 *
 * @param first why the socket could not be reached; thrown as it is where nothing may be started: for root, who has no
 * session, with `LIBVIRT_AUTOSTART=0`, and where a daemon would not help.
 * @throws ConnectError with the daemon's own words; CallAbortedError; CallTimeoutError.
 */
export async function dialStarted(
  choice: SocketChoice,
  options: DialOptions,
  first: unknown,
): Promise<Transport> {
  const env = options.env ?? process.env;
  // Whatever `options.euid` says: a daemon of root's own would be the system's.
  if (!choice.session || !isNobodyThere(first) || (process.geteuid?.() ?? 0) === 0) throw first;
  if (env.LIBVIRT_AUTOSTART === "0") {
    throw new ConnectError(`${first.message} LIBVIRT_AUTOSTART=0 keeps it from being started for you.`, {
      cause: first.cause,
    });
  }
  return await withDeadline(options, `Starting a daemon for unix:${choice.path}`, async (signal) => {
    const found = await findDaemon(choice, env, first);
    const dial = async (): Promise<Transport | undefined> => await dialIfThere(found.socket, choice, signal);
    return await alone(found, signal, dial, () => start(found, env, signal, dial));
  });
}

function isNobodyThere(error: unknown): error is ConnectError {
  const code = error instanceof ConnectError ? errnoCode(error.cause) : undefined;
  return code === "ENOENT" || code === "ECONNREFUSED";
}

async function dialIfThere(
  path: string,
  choice: SocketChoice,
  signal: AbortSignal,
): Promise<Transport | undefined> {
  try {
    return await dialUnix({ path, choice, signal });
  } catch (error) {
    if (isNobodyThere(error)) return undefined;
    throw error;
  }
}

/** The daemon of the chosen socket; where auto mode found neither socket, the other one's if only that is installed. */
async function findDaemon(choice: SocketChoice, env: Environment, first: ConnectError): Promise<Candidate> {
  const sockets = new Set([choice.path, ...choice.missing.map(({ path }) => path)]);
  // VIRTD_PATH takes precedence as soon as it is set, even to nothing.
  const named = env.VIRTD_PATH ?? env.LIBVIRTD_PATH ?? "";
  const folders = named === "" ? ["/usr/sbin", ...(env.PATH ?? "").split(delimiter)] : [named];
  const programs: string[] = [];
  for (const socket of sockets) {
    const program = daemonOf(socket)?.program;
    if (program === undefined) continue;
    programs.push(program);
    for (const folder of folders) {
      const file = join(folder, program);
      if (folder !== "" && (await isProgram(file))) return { program, file, socket };
    }
  }
  const where = named === "" ? "/usr/sbin and PATH have no" : `${named} has no`;
  throw new ConnectError(
    `Cannot start a daemon for unix:${choice.path} (${describeErrno(first.cause)}): ${where} ${programs.join(" or ")}. Install libvirt's daemon, or let VIRTD_PATH name the folder that has it.`,
    { cause: first.cause },
  );
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/**
 * Starts the daemon unless somebody else is at it, who is waited for. The C library's clients lock the same file while
 * they start one, in a way that Node cannot, and remove it then: for us it is locked while it is there. Where that goes
 * wrong two daemons are started, of which libvirt lets one live.
 */
async function alone(
  { program, socket }: Candidate,
  signal: AbortSignal,
  dial: () => Promise<Transport | undefined>,
  work: () => Promise<Transport>,
): Promise<Transport> {
  const lock = join(dirname(socket), `${program}.lock`);
  const giveUp = performance.now() + START_MS;
  while (!(await take(lock))) {
    const transport = await dial();
    if (transport !== undefined) return transport;
    // Nobody takes longer, but several may fail one after the other.
    if (performance.now() > giveUp) break;
    await pauseFor(RETRY_MS, signal);
  }
  try {
    return (await dial()) ?? (await work());
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await makeFolder(dirname(lock));
    await (await open(lock, "wx", 0o600)).close();
    return true;
  } catch (cause) {
    if (errnoCode(cause) === "EEXIST") return await isLeftOver(lock);
    throw new ConnectError(
      `Cannot make ${lock} to start a daemon (${describeErrno(cause)}). Check who owns the folders above it, and XDG_RUNTIME_DIR.`,
      { cause },
    );
  }
}

// Not mkdir's own `recursive`, which never ends where a file system, such as /proc, takes no folders.
async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if (errnoCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (errnoCode(error) !== "EEXIST") throw error;
  }
}

/** Whether a lock is of somebody who was ended before it could be removed. */
async function isLeftOver(lock: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(lock)).mtimeMs > START_MS;
  } catch {
    return false;
  }
}

async function start(
  { file, socket }: Candidate,
  env: Environment,
  signal: AbortSignal,
  dial: () => Promise<Transport | undefined>,
): Promise<Transport> {
  const daemon = new StartingDaemon(file, env);
  const giveUp = performance.now() + START_MS;
  let transport: Transport | undefined;
  try {
    while (performance.now() < Math.min(giveUp, daemon.failedAt + OTHER_MS)) {
      await pauseFor(RETRY_MS, signal);
      transport = await dial();
      if (transport !== undefined) return transport;
    }
    throw daemon.failure(socket);
  } finally {
    daemon.leave(transport !== undefined);
  }
}
