import { Socket } from "node:net";
import { ConnectionError } from "../../errors/index.js";

/** What Node keeps an open descriptor in, inside of its sockets. */
export interface Handle {
  /** -1 once it is closed. */
  readonly fd: number;
  close(): void;
  /** Only what sends and receives streams has it. */
  readonly readStart?: () => number;
  readonly setBlocking?: (blocking: boolean) => number;
}

/** Node's handle of a unix socket; with a {@link KIND_IPC}, descriptors travel with the bytes. */
export interface PipeHandle extends Handle {
  /** Takes a descriptor of any kind over; returns 0, or a negative errno. */
  open(fd: number): number;
  writeLatin1String(request: WriteRequest, text: string, sent?: Handle): number;
  /** Set by Node, before it hands out the bytes that the descriptor came with. */
  pendingHandle?: Handle | null;
}

export interface WriteRequest {
  handle: Handle;
}

export type PipeConstructor = new (kind: number) => PipeHandle;

export const KIND_SOCKET = 0;
export const KIND_IPC = 2;

/** The handle inside a socket; `undefined` once that is destroyed, or where sockets have none. */
export function handleOf(socket: object): Handle | undefined {
  const { _handle: handle } = socket as { readonly _handle?: Handle | null };
  return handle ?? undefined;
}

let known: PipeConstructor | undefined;

/**
 * The class of Node's pipe handles, which child processes get their sockets through. Node hands it out with any socket
 * on a path; asking for it by name (`process.binding`) is deprecated.
 *
 * @throws ConnectionError "DESCRIPTORS_UNSUPPORTED" where the runtime has no such thing.
 */
export function pipeConstructor(): PipeConstructor {
  known ??= findPipe();
  return known;
}

function findPipe(): PipeConstructor {
  const { bun, deno } = process.versions as { readonly bun?: string; readonly deno?: string };
  const socket = new Socket();
  // Nobody listens on a folder. The handle is made at once, and nothing leaves this process.
  socket.on("error", () => {});
  socket.connect({ path: "/" });
  const found = handleOf(socket)?.constructor as PipeConstructor | undefined;
  socket.destroy();
  const methods = found?.prototype as Partial<PipeHandle> | undefined;
  const complete = typeof methods?.open === "function" && typeof methods.writeLatin1String === "function";
  if (found === undefined || !complete || bun !== undefined || deno !== undefined) {
    throw new ConnectionError(
      "DESCRIPTORS_UNSUPPORTED",
      "This runtime cannot pass descriptors over a unix socket; Node.js can, from version 20.19 on.",
    );
  }
  return found;
}
