import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import { ConnectionError } from "../../errors/index.js";
import type { DialOptions } from "../dial-options.js";
import { chooseSocket } from "../socket-path.js";
import { openUnix } from "../unix.js";
import type { ConnectionUri } from "../uri.js";
import { type DescriptorCarrier, DescriptorTransport } from "./descriptor-transport.js";
import { type Handle, handleOf, KIND_IPC, type PipeHandle, pipeConstructor } from "./handle.js";

/**
 * Connects to a daemon's unix socket so that descriptors can travel with the bytes.
 *
 * @throws ConnectionError "DESCRIPTORS_UNSUPPORTED" for other transports and runtimes; else as `dialUnix`.
 */
export async function dialDescriptors(
  uri: ConnectionUri | undefined,
  options: DialOptions,
): Promise<DescriptorCarrier> {
  if (uri !== undefined && uri.transport !== "unix") {
    throw new ConnectionError(
      "DESCRIPTORS_UNSUPPORTED",
      `Descriptors only travel through the unix socket of a daemon on this machine, and this connection uses ${uri.transport}.`,
    );
  }
  const Pipe = pipeConstructor();
  const choice = chooseSocket(uri, options);
  await checkOwner(choice.path);
  const { signal, timeoutMs } = options;
  const { path } = choice;
  const socket = await openUnix(
    { path, choice, signal, timeoutMs },
    { makeHandle: () => new Pipe(KIND_IPC) },
  );
  return new DescriptorTransport(socket, handleOf(socket) as PipeHandle, {
    peer: `unix:${path}`,
    secure: true,
    encrypted: false,
  });
}

/** A socket for a descriptor that was received. It begins to read when somebody does. */
export function socketOf(handle: Handle): Socket {
  // Whoever sent it may have left it blocking, and a read would then hold up everything.
  handle.setBlocking?.(false);
  return new Socket({ handle, manualStart: true } as object);
}

/** A peer that sends a file, which no daemon does, makes Node abort the process. So it has to be one that we trust. */
async function checkOwner(path: string): Promise<void> {
  let uid: number;
  try {
    ({ uid } = await stat(path));
  } catch {
    // Connecting tells better what is wrong.
    return;
  }
  if (uid === 0 || uid === process.getuid?.()) return;
  throw new ConnectionError(
    "DESCRIPTORS_UNSUPPORTED",
    `Descriptors are not exchanged through ${path}, which belongs to user ${uid}: only a daemon of root's, or of this process's own user, is trusted with that.`,
  );
}
