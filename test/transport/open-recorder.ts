import { createServer, type Server, type Socket } from "node:net";

const PROGRAM = 0x20008086;
const CONNECT_OPEN = 1;
const CONNECT_SUPPORTS_FEATURE = 60;
const AUTH_LIST = 66;
const HEADER = 28;

/** What a client asked for in CONNECT_OPEN. */
export interface RecordedOpen {
  /** The name's bytes as UTF-8; `undefined` if the client sent none. */
  readonly name: string | undefined;
  readonly flags: number;
}

/**
 * The least of a daemon: it lets anybody in, has no features, notes the first CONNECT_OPEN and hangs up. Listens on a
 * unix socket and on a TCP port of the loopback.
 */
export class OpenRecorder {
  readonly socketPath: string;
  readonly #servers: Server[] = [];
  readonly #sockets: Set<Socket> = new Set();
  #opens: RecordedOpen[] = [];

  private constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  static async listen(socketPath: string): Promise<OpenRecorder> {
    const recorder = new OpenRecorder(socketPath);
    await recorder.#listen({ path: socketPath });
    await recorder.#listen({ port: 0, host: "127.0.0.1" });
    return recorder;
  }

  get port(): number {
    const address = this.#servers[1]?.address();
    if (typeof address !== "object" || address === null) throw new Error("The recorder does not listen.");
    return address.port;
  }

  /** Everything that was noted since the last call. */
  take(): RecordedOpen[] {
    const opens = this.#opens;
    this.#opens = [];
    return opens;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      this.#servers.map(async (server) => {
        await new Promise((resolve) => server.close(resolve));
      }),
    );
  }

  async #listen(where: { path: string } | { port: number; host: string }): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(where, resolve);
    });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let pending = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4 && pending.length >= pending.readUInt32BE(0)) {
        const packet = pending.subarray(0, pending.readUInt32BE(0));
        pending = pending.subarray(packet.length);
        this.#answer(socket, packet);
      }
    });
  }

  #answer(socket: Socket, packet: Buffer): void {
    const procedure = packet.readUInt32BE(12);
    if (packet.length >= HEADER && packet.readUInt32BE(4) === PROGRAM) {
      if (procedure === AUTH_LIST || procedure === CONNECT_SUPPORTS_FEATURE) {
        const reply = Buffer.alloc(HEADER + 4);
        packet.copy(reply, 4, 4, HEADER);
        reply.writeUInt32BE(reply.length, 0);
        reply.writeUInt32BE(1, 16);
        socket.write(reply);
        return;
      }
      if (procedure === CONNECT_OPEN) this.#opens.push(readOpen(packet.subarray(HEADER)));
    }
    socket.destroy();
  }
}

function readOpen(args: Buffer): RecordedOpen {
  const flags = args.readUInt32BE(args.length - 4);
  if (args.readUInt32BE(0) === 0) return { name: undefined, flags };
  const length = args.readUInt32BE(4);
  return { name: args.toString("utf8", 8, 8 + length), flags };
}
