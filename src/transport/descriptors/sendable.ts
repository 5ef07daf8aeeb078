import { close, open, readFile } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { Socket } from "node:net";
import { promisify } from "node:util";
import { InvalidValueError } from "../../errors/index.js";
import { describeErrno, errnoCode } from "../errno.js";
import { type Handle, handleOf, KIND_SOCKET, pipeConstructor } from "./handle.js";

/**
 * Something with an open descriptor that a daemon can be given: a socket of `node:net` (TCP or unix), or a file, pipe or
 * device, as a `FileHandle` or by its number.
 */
export type Descriptor = Socket | FileHandle | number;

/** A descriptor on its way to the peer. */
export interface Sendable {
  readonly handle: Handle;
  /** To be called when it is sent, or will not be: closes what was opened for the sending. */
  readonly release: () => void;
}

// O_ACCMODE | O_APPEND | O_DIRECT: what makes an open file the same for who reads and writes it.
const KEPT_FLAGS = 0o3 | 0o2000 | 0o40000;

/**
 * Makes a descriptor ready to be sent. The caller's own stays as it is. Node has no dup(2): what is not a socket is
 * opened once more, with the same rights, at the beginning.
 *
 * @throws InvalidValueError with `name` for what cannot be sent.
 */
export async function sendable(descriptor: Descriptor, name: string): Promise<Sendable> {
  const Pipe = pipeConstructor();
  if (isSocket(descriptor)) return { handle: socketHandle(descriptor, name), release: () => {} };
  const number = typeof descriptor === "number" ? descriptor : (descriptor as Partial<FileHandle> | null)?.fd;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0) {
    throw new InvalidValueError(
      `${name} must be an open socket of node:net, a FileHandle or the number of a descriptor, got ${described(descriptor)}`,
    );
  }
  const fd = await reopen(number, name);
  const pipe = new Pipe(KIND_SOCKET);
  const code = pipe.open(fd);
  if (code === 0) return { handle: pipe, release: () => pipe.close() };
  await promisify(close)(fd);
  throw new InvalidValueError(`${name}: descriptor ${number} is of a kind that Node cannot send (${code})`);
}

function isSocket(descriptor: unknown): descriptor is Socket {
  return typeof descriptor === "object" && descriptor !== null && "_handle" in descriptor;
}

function socketHandle(socket: Socket, name: string): Handle {
  const handle = handleOf(socket);
  if ("encrypted" in socket) {
    throw new InvalidValueError(`${name} is a TLS socket, whose keys would stay here; give a plain one`);
  }
  if (handle === undefined || !(handle.fd >= 0) || handle.readStart === undefined) {
    throw new InvalidValueError(
      `${name} is not connected, or destroyed; give an open TCP or unix socket of node:net`,
    );
  }
  return handle;
}

async function reopen(number: number, name: string): Promise<number> {
  try {
    return await promisify(open)(`/dev/fd/${number}`, await flagsOf(number));
  } catch (cause) {
    const hint =
      errnoCode(cause) === "ENXIO"
        ? "if it is a socket, give it as new Socket({ fd }) of node:net; nothing else without a path can be sent"
        : "only what this process may open can be sent";
    throw new InvalidValueError(
      `${name}: descriptor ${number} cannot be opened once more (${describeErrno(cause)}); ${hint}`,
      {
        cause,
      },
    );
  }
}

async function flagsOf(number: number): Promise<number> {
  // Systems without /proc hand out the very same open file, whatever is asked for.
  if (process.platform !== "linux") return 0;
  const info = await promisify(readFile)(`/proc/self/fdinfo/${number}`, "latin1");
  return Number.parseInt(/^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? "0", 8) & KEPT_FLAGS;
}

function described(value: unknown): string {
  return typeof value === "object" && value !== null ? `a ${value.constructor?.name}` : String(value);
}
