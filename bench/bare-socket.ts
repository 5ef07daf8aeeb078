import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  REMOTE_PROC_AUTH_LIST,
  REMOTE_PROC_CONNECT_GET_LIB_VERSION,
  REMOTE_PROC_CONNECT_OPEN,
} from "../src/protocol/generated/remote/index.js";
import { type Procedure, writePacket } from "../src/protocol/index.js";
import { XdrWriter } from "../src/protocol/xdr-codec/index.js";

/**
 * The floor: a socket that sends bytes which were made before and counts the bytes that come back, as plain as Node
 * offers it.
 */
export class BareSocket {
  readonly #socket: Socket;
  #arrived = 0;
  #wanted = 0;
  #first: Buffer | undefined;
  #enough: ((chunk: Buffer) => boolean) | undefined;
  #done: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#first ??= chunk;
      this.#arrived += chunk.length;
      if (this.#arrived >= this.#wanted || this.#enough?.(chunk) === true) this.#done();
    });
  }

  /** Opens a connection to `name` on a unix socket. */
  static async open(path: string, name: string): Promise<BareSocket> {
    const socket = connect(path);
    await once(socket, "connect");
    const bare = new BareSocket(socket);
    await bare.question(REMOTE_PROC_AUTH_LIST, undefined);
    await bare.question(REMOTE_PROC_CONNECT_OPEN, { name, flags: 0 });
    return bare;
  }

  /** Opens one, asks for the library's version, and closes. */
  static async visit(path: string, name: string): Promise<void> {
    const bare = await BareSocket.open(path, name);
    await bare.question(REMOTE_PROC_CONNECT_GET_LIB_VERSION, undefined);
    bare.close();
  }

  /** Asks once, to learn how long the answer is; returns what asks the same again, with so many questions at a time. */
  async question<Args>(
    procedure: Procedure<Args, unknown>,
    args: Args,
  ): Promise<(inFlight?: number) => Promise<void>> {
    const bytes = callBytes(procedure, args);
    this.#first = undefined;
    await this.send(bytes, 4);
    const length = (this.#first as unknown as Buffer).readUInt32BE(0);
    if (this.#arrived < length) await this.#until(length);
    const batches = new Map<number, Uint8Array>();
    return async (inFlight = 1) => {
      let batch = batches.get(inFlight);
      if (batch === undefined) {
        batch = Buffer.concat(Array.from({ length: inFlight }, () => bytes));
        batches.set(inFlight, batch);
      }
      await this.send(batch, length * inFlight);
    };
  }

  /** Sends bytes, and waits until so many have come in return, or until `enough` says so. */
  async send(bytes: Uint8Array, answer: number, enough?: (chunk: Buffer) => boolean): Promise<void> {
    this.#arrived = 0;
    this.#enough = enough;
    const done = this.#until(answer);
    this.#socket.write(bytes);
    await done;
  }

  /** Sends without an answer; resolves when the socket takes more. */
  async push(...pieces: readonly Uint8Array[]): Promise<void> {
    this.#socket.cork();
    let free = true;
    for (const piece of pieces) free = this.#socket.write(piece);
    this.#socket.uncork();
    if (!free) await once(this.#socket, "drain");
  }

  close(): void {
    this.#socket.destroy();
  }

  #until(answer: number): Promise<void> {
    this.#wanted = answer;
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }
}

/** A whole packet that makes a call. */
export function callBytes<Args>(procedure: Procedure<Args, unknown>, args: Args, serial = 1): Uint8Array {
  const { program, number: proc } = procedure;
  const header = { prog: program.id, vers: program.version, proc, type: 0, serial, status: 0 };
  return packetBytes(header, (writer) => procedure.encodeArgs(writer, args));
}

type Header = Parameters<typeof writePacket>[1];

/** A whole packet, in memory of its own. */
export function packetBytes(header: Header, payload?: (writer: XdrWriter) => void): Uint8Array {
  const writer = new XdrWriter();
  writePacket(writer, header, payload);
  return writer.finish().slice();
}
