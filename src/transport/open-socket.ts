import { type NetConnectOpts, Socket } from "node:net";
import type { DuplexOptions } from "node:stream";

// Writes of a bulk upload are 256 KiB; with less room every one of them would wait for a drain.
const HIGH_WATER_MARK = 512 * 1024;

/**
 * Connects a socket, which is paused: reading starts with the transport. Rejects with Node's error, or the signal's.
 *
 * @param handle what Node is to use inside, if not what it would make itself.
 */
export async function openSocket(
  where: NetConnectOpts,
  signal: AbortSignal,
  handle?: object,
): Promise<Socket> {
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const room: DuplexOptions = { writableHighWaterMark: HIGH_WATER_MARK };
    const inside = { handle, manualStart: true };
    const socket = new Socket({ ...room, ...inside });
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
