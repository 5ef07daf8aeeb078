import { createServer, type Server, type Socket } from "node:net";
import { TempDir } from "./temp-dir.js";

/** A server on a unix socket in a folder of its own. Its connections are paused until something reads them. */
export class UnixServer implements AsyncDisposable {
  readonly #dir: TempDir = new TempDir();
  readonly path: string = this.#dir.join("s");
  readonly sockets: Socket[] = [];
  readonly #server: Server;
  readonly #waiting: ((socket: Socket) => void)[] = [];
  #handedOut = 0;

  constructor() {
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
      socket.on("error", () => {});
      this.sockets.push(socket);
      const waiter = this.#waiting.shift();
      if (waiter === undefined) return;
      this.#handedOut++;
      waiter(socket);
    });
  }

  static async listen(backlog = 511): Promise<UnixServer> {
    const server = new UnixServer();
    await new Promise<void>((resolve) => server.#server.listen({ path: server.path, backlog }, resolve));
    return server;
  }

  /** The next connection, in order of arrival. */
  async accepted(): Promise<Socket> {
    const socket = this.sockets[this.#handedOut];
    if (socket !== undefined) {
      this.#handedOut++;
      return socket;
    }
    return await new Promise((resolve) => this.#waiting.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    this.#dir[Symbol.dispose]();
  }
}
