import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { ConnectError, ConnectionClosedError } from "../../errors/index.js";
import { type DeadlineOptions, withDeadline } from "../deadline.js";
import { describeErrno, errnoCode } from "../errno.js";
import { StreamTransport, type StreamTransportOptions } from "../stream-transport.js";
import type { Transport } from "../transport.js";
import { type ChildEnd, ChildStream } from "./child-stream.js";

/** A program whose standard input and output lead to a daemon. */
export interface ChildCommand {
  /** A path, or a name to look for in PATH. */
  readonly program: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What to do about a program that cannot be started: `undefined` where nothing special is known. */
  readonly startAdvice?: string;
  /** What to do about a program that ended before the daemon said anything. */
  readonly advice: (end: ChildEnd) => string;
  /** Makes what it said fit to be shown, where it may repeat a secret of the command. */
  readonly redact?: (text: string) => string;
}

const MOST_SHOWN = 1000;
const MOST_TEXT = 200;
// What libvirt lets every program have, with messages in English.
const COMMON_ENVIRONMENT = ["LD_PRELOAD", "LD_LIBRARY_PATH", "PATH", "HOME", "USER", "LOGNAME", "TMPDIR"];

/**
 * Starts a program and talks to the daemon through it. Whether it gets there shows with the first answer; if it does
 * not, the transport closes with a ConnectError that holds the program's exit status and its messages.
 *
 * @throws ConnectError if it cannot be started; CallAbortedError; CallTimeoutError.
 */
export async function openChild(
  command: ChildCommand,
  transport: StreamTransportOptions,
  options: DeadlineOptions,
): Promise<Transport> {
  return await withDeadline(options, `Connecting to ${transport.peer}`, async (signal) => {
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(command.program, command.args, { env: { ...command.env } });
      await new Promise<void>((resolve, reject) => {
        child.once("error", reject);
        child.once("spawn", resolve);
      });
    } catch (error) {
      throw cannotStart(command, error);
    }
    const stream = new ChildStream(child, (end) => endError(command, end));
    if (signal.aborted) stream.destroy();
    signal.throwIfAborted();
    return new StreamTransport(stream, transport);
  });
}

/** The variables that a program gets, of those that are set: libvirt's usual ones and `more`. */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  more: readonly string[] = [],
): Record<string, string> {
  const chosen: Record<string, string> = { LC_ALL: "C" };
  for (const name of [...COMMON_ENVIRONMENT, ...more]) {
    const value = env[name];
    if (value !== undefined) chosen[name] = value;
  }
  return chosen;
}

function cannotStart({ program, startAdvice }: ChildCommand, cause: unknown): ConnectError {
  const advice = startAdvice ?? startAdviceFor(program, errnoCode(cause));
  return new ConnectError(`Cannot run "${program}" (${describeErrno(cause)}). ${advice}`, { cause });
}

function startAdviceFor(program: string, code: string | undefined): string {
  if (code === "ENOENT") {
    return program.includes("/")
      ? "Check its path, and that the interpreter in its first line is there."
      : "It is not in PATH; install it, or give its whole path.";
  }
  if (code === "EACCES") return "Make it executable (chmod +x), for this user too.";
  return "Can this user run it from a shell?";
}

/** The error for a program that ended before its time. */
export function endError(
  { program, advice, redact }: Pick<ChildCommand, "program" | "advice" | "redact">,
  end: ChildEnd,
): Error {
  const stderr = shown(redact === undefined ? end.stderr : redact(end.stderr));
  // What comes behind a greeting may be the daemon's answer.
  const text = end.text?.slice(0, MOST_TEXT).replace(/[^\P{C}\s].*/su, "");
  const printed = text === undefined ? "" : ` printed "${shown(text)}" where a daemon's answer belongs, and`;
  const said = stderr === "" ? " without a message" : `, saying "${stderr}"`;
  const what = `${program}${printed} ${howItEnded(end)}${said}`;
  if (end.answered) return new ConnectionClosedError("error", what);
  return new ConnectError(`${what}. ${advice(end)}`);
}

function howItEnded({ code, signal }: ChildEnd): string {
  if (signal !== null) return `was ended by ${signal}`;
  return code === null ? "went no further" : `ended with exit status ${code}`;
}

/** A program's own words in one line, where they can play no tricks on a terminal; the last of them if they are many. */
export function shown(text: string): string {
  const lines = text
    .split(/[\r\n]+/)
    // ssh frames its warnings.
    .map((line) => line.replace(/^[@\s]+|[@\s]+$/g, ""))
    .filter((line) => line !== "");
  const line = lines.join(" / ").replace(/[^\P{C}]/gu, "?");
  return line.length > MOST_SHOWN ? `…${line.slice(-MOST_SHOWN)}` : line;
}
