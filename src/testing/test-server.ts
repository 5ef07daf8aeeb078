import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { RpcServer } from "../protocol/server/index.js";
import { StreamTransport } from "../transport/index.js";
import { Hypervisor } from "./hypervisor.js";
import type { ClientSession } from "./session.js";
import { testService } from "./test-service.js";

/** Where a test server listens, and what it serves. */
export interface TestServerOptions {
  /** Path of a unix socket. */
  readonly path?: string;
  /** TCP port, 0 for a free one. */
  readonly port?: number;
  /** Address for the TCP port, 127.0.0.1 by default. */
  readonly host?: string;
  /** What it serves; one that is as `test:///default` by default. */
  readonly hypervisor?: Hypervisor;
}

/** A hypervisor on a socket, for every client of libvirt. */
export class TestServer implements AsyncDisposable {
  readonly hypervisor: Hypervisor;
  private readonly path: string | undefined;
  private readonly server: Server;
  private readonly connections = new Set<RpcServer<ClientSession>>();
  private readonly sockets = new Set<Socket>();

  constructor(options: TestServerOptions) {
    this.hypervisor = options.hypervisor ?? new Hypervisor();
    this.path = options.path;
    const service = testService(this.hypervisor);
    this.server = createServer({ pauseOnConnect: true }, (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
      const secure = options.path !== undefined;
      const transport = new StreamTransport(socket, { peer: "a client", secure, encrypted: false });
      const connection = new RpcServer(transport, service);
      this.connections.add(connection);
      connection.closed.addEventListener("abort", () => this.connections.delete(connection));
    });
  }

  /** The TCP port on which it listens; 0 if it listens at a path. */
  get port(): number {
    const address = this.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** What a client on this machine opens. */
  get uri(): string {
    if (this.path === undefined) return `test+tcp://127.0.0.1:${this.port}/default`;
    return `test+unix:///default?socket=${encodeURIComponent(this.path)}`;
  }

  /** @internal */
  async listen({ path, port, host = "127.0.0.1" }: TestServerOptions): Promise<void> {
    this.server.listen(path === undefined ? { port, host } : { path });
    await once(this.server, "listening");
  }

  /** Ends all connections, and listens no more. */
  async close(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Puts a test hypervisor on a socket. */
export async function createTestServer(options: TestServerOptions): Promise<TestServer> {
  const server = new TestServer(options);
  await server.listen(options);
  return server;
}
