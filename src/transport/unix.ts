import type { Socket } from "node:net";
import { ConnectError } from "../errors/index.js";
import { type DeadlineOptions, withDeadline } from "./deadline.js";
import { errnoCode } from "./errno.js";
import { closedIntake, type Intake, openSocket } from "./open-socket.js";
import type { SocketChoice } from "./socket-path.js";
import { StreamTransport } from "./stream-transport.js";
import type { Transport } from "./transport.js";

export interface DialUnixOptions extends DeadlineOptions {
  /** Path of the daemon's socket. */
  readonly path: string;
  /** How the path was chosen, so that an error can say what else was tried. */
  readonly choice?: SocketChoice;
}

// sizeof(sun_path) without its terminating NUL: 108 on Linux, 104 on the BSDs and macOS.
const MAX_PATH_BYTES = process.platform === "linux" ? 107 : 103;
const FULL_QUEUE_PATIENCE_MS = 5000;

/**
 * Connects to a daemon's unix socket.
 *
 * @throws ConnectError with the path, the reason and what to do; CallAbortedError; CallTimeoutError.
 */
export async function dialUnix(options: DialUnixOptions): Promise<Transport> {
  const intake = closedIntake();
  const socket = await openUnix(options, { intake });
  return new StreamTransport(socket, {
    peer: `unix:${options.path}`,
    secure: true,
    encrypted: false,
    intake,
  });
}

/** Connects as {@link dialUnix} does. `makeHandle` gives each try what Node is to use inside of the socket. */
export async function openUnix(
  options: DialUnixOptions,
  { makeHandle, intake }: { readonly makeHandle?: () => object; readonly intake?: Intake },
): Promise<Socket> {
  const { path, choice } = options;
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_PATH_BYTES) {
    throw new ConnectError(
      `Cannot connect to unix:${path}: the path has ${bytes} bytes, and a socket's path may have ${MAX_PATH_BYTES}; use a shorter one, for instance through a symbolic link.`,
    );
  }
  return await withDeadline(options, `Connecting to unix:${path}`, async (signal) => {
    const giveUp = performance.now() + FULL_QUEUE_PATIENCE_MS;
    for (let delay = 1; ; delay = Math.min(2 * delay, 20)) {
      try {
        return await openSocket({ path }, signal, { handle: makeHandle?.(), intake });
      } catch (error) {
        signal.throwIfAborted();
        // A full queue of new connections fails at once on a non-blocking socket, where the C library would wait.
        if (errnoCode(error) !== "EAGAIN" || performance.now() > giveUp) {
          const { unixErrorMessage } = await import("./unix-error.js");
          throw new ConnectError(unixErrorMessage(path, error, choice), { cause: error });
        }
      }
      await pauseFor(delay, signal);
    }
  });
}

/** Waits; rejects with the signal's reason as soon as that fires. */
export async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { setTimeout: sleep } = await import("node:timers/promises");
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}
