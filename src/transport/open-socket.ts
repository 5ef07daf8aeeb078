import type { NetConnectOpts, Socket } from "node:net";
import type { DuplexOptions } from "node:stream";

// Writes of a bulk upload are 256 KiB; with less room every one of them would wait for a drain.
const HIGH_WATER_MARK = 512 * 1024;
// More than what a unix socket holds at a time.
const READ_SIZE = 256 * 1024;

/** Where a socket's bytes go. They are read into the same memory again and again, for all sockets of the process. */
export interface Intake {
  take: (chunk: Uint8Array) => void;
}

/** For a socket that is not to be read yet. */
export function closedIntake(): Intake {
  return { take: () => undefined };
}

let shared: Uint8Array | undefined;

/**
 * Node's option for {@link Intake}: without it each read, however small, allocates 64 KiB, and goes through a queue. On
 * Windows, where a read that is under way owns its memory, each socket has its own.
 */
function onread(intake: Intake): object {
  const own = process.platform === "win32" ? new Uint8Array(READ_SIZE / 4) : undefined;
  shared ??= own ?? new Uint8Array(READ_SIZE);
  const callback = (size: number, buffer: Uint8Array): boolean => {
    intake.take(buffer.subarray(0, size));
    return true;
  };
  return { buffer: own ?? shared, callback };
}

/**
 * Connects a socket, which is paused: reading starts with the transport. Rejects with Node's error, or the signal's.
 *
 * @param handle what Node is to use inside, if not what it would make itself.
 * @param intake takes what is read, which then does not go through the socket's own queue.
 */
export async function openSocket(
  where: NetConnectOpts,
  signal: AbortSignal,
  { handle, intake }: { readonly handle?: object | undefined; readonly intake?: Intake | undefined } = {},
): Promise<Socket> {
  // Not before: it takes a tenth of the time that the whole package takes to import.
  const { Socket: NodeSocket } = await import("node:net");
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const room: DuplexOptions = { writableHighWaterMark: HIGH_WATER_MARK };
    const inside = { handle, manualStart: true, ...(intake === undefined ? {} : { onread: onread(intake) }) };
    const socket = new NodeSocket({ ...room, ...inside });
    const settle = (): void => {
      signal.removeEventListener("abort", onAbort);
      socket.off("error", onError);
      socket.off("connect", onConnect);
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    const onAbort = (): void => {
      settle();
      // A connect that fails after all has nobody left to tell.
      socket.on("error", () => {});
      socket.destroy();
      reject(signal.reason);
    };
    const onConnect = (): void => {
      settle();
      resolve(socket);
    };
    signal.addEventListener("abort", onAbort);
    socket.on("error", onError);
    socket.on("connect", onConnect);
    socket.pause();
    socket.connect(where);
  });
}
