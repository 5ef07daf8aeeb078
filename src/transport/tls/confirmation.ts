import type { TLSSocket } from "node:tls";

/** What came instead of the server's consent. */
export type Refusal = { readonly ended: true } | { readonly byte: number };

/** What the server sends when it has accepted our certificate, before anything else. */
const ACCEPTED = 1;

/**
 * Waits for the byte with which libvirt's server accepts our certificate. With TLS 1.3 the handshake is over before
 * the server has looked at it. What follows the byte stays in the socket, which is paused.
 *
 * @returns `undefined` if it came. Rejects with the socket's error, or the signal's reason.
 */
export async function confirmation(socket: TLSSocket, signal: AbortSignal): Promise<Refusal | undefined> {
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.pause();
      socket.off("data", onData).off("end", onEnd).off("close", onEnd).off("error", onError);
      signal.removeEventListener("abort", onAbort);
    };
    const onData = (chunk: Buffer): void => {
      settle();
      if (chunk.length > 1) socket.unshift(chunk.subarray(1));
      const byte = chunk[0] ?? 0;
      resolve(byte === ACCEPTED ? undefined : { byte });
    };
    const onEnd = (): void => {
      settle();
      resolve({ ended: true });
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    const onAbort = (): void => {
      settle();
      reject(signal.reason);
    };
    if (socket.destroyed) return socket.errored === null ? onEnd() : onError(socket.errored);
    socket.on("data", onData).on("end", onEnd).on("close", onEnd).on("error", onError);
    signal.addEventListener("abort", onAbort);
    socket.resume();
  });
}
