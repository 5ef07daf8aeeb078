import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import type { KeepAlive } from "../protocol/index.js";
import { RpcServer } from "../protocol/server/index.js";
import { StreamTransport } from "../transport/index.js";
import type { SaslOptions } from "./auth/index.js";
import { FaultyTransport } from "./faulty-transport.js";
import { Hypervisor } from "./hypervisor.js";
import type { ClientSession } from "./session.js";
import { testService } from "./test-service.js";

/** The server's certificate, and who signs those of its clients, as PEM. */
export interface TestServerTls {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  /** Authorities whose clients are let in; without any, nobody is asked for a certificate. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[];
}

/** Where a test server listens, and what it serves. */
export interface TestServerOptions {
  /** Path of a unix socket. */
  readonly path?: string;
  /** TCP port instead, 0 for a free one. */
  readonly port?: number;
  /** Address for the TCP port, 127.0.0.1 by default. */
  readonly host?: string;
  /** Speaks TLS on the TCP port, as libvirtd does on port 16514. */
  readonly tls?: TestServerTls;
  /** Has clients log in. */
  readonly sasl?: SaslOptions;
  /** What it serves; one that is as `test:///default` by default. */
  readonly hypervisor?: Hypervisor;
  /** `max_client_requests` of libvirtd.conf: calls of a client that may be open before it waits; 5 by default. */
  readonly maxRequests?: number;
  /** `max_clients` of libvirtd.conf: clients at a time, 5000 by default. More are turned away. */
  readonly maxClients?: number;
  /** When a silent client is asked for a sign of life: after 5 s, 5 times, by default; `null` for never. */
  readonly keepAlive?: KeepAlive | null;
}

const MAX_CLIENTS = 5000;
/** What a server sends once it has accepted a client's certificate. */
const ACCEPTED = Uint8Array.of(1);

/** A hypervisor on a socket, for every client of libvirt. */
export class TestServer implements AsyncDisposable {
  readonly hypervisor: Hypervisor;
  private readonly options: TestServerOptions;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(options: TestServerOptions) {
    const { tls, maxClients = MAX_CLIENTS, hypervisor = new Hypervisor() } = options;
    this.options = options;
    this.hypervisor = hypervisor;
    const { sasl, keepAlive } = options;
    const service = testService(hypervisor, { sasl, keepAlive });
    const serve = (socket: Socket): void => {
      const secure = tls !== undefined || options.path !== undefined;
      const encrypted = tls !== undefined;
      const transport = new StreamTransport(socket, { peer: "a client", secure, encrypted });
      const faulty = new FaultyTransport(transport, hypervisor.faultBox);
      // It lives as long as its connection.
      return void new RpcServer<ClientSession>(faulty, service, { maxRequests: options.maxRequests });
    };
    this.server =
      tls === undefined
        ? createServer({ pauseOnConnect: true }, serve)
        : createTlsServer(tlsOptions(tls), (socket: TLSSocket) => {
            socket.write(ACCEPTED);
            serve(socket);
          });
    // What is wrong with one client's handshake is no concern of the others.
    this.server.on("tlsClientError", () => undefined);
    this.server.on("connection", (socket: Socket) => {
      if (this.sockets.size >= maxClients) {
        socket.destroy();
        return;
      }
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  /** Starts to listen, which {@link createTestServer} has done. */
  async listen(): Promise<void> {
    const { path, port = 0, host = "127.0.0.1" } = this.options;
    this.server.listen(path === undefined ? { port, host } : { path });
    await once(this.server, "listening");
  }

  /** The TCP port on which it listens; 0 if it listens at a path. */
  get port(): number {
    const address = this.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** How many clients there are at the moment. */
  get clients(): number {
    return this.sockets.size;
  }

  /** What a client on this machine opens. */
  get uri(): string {
    const { path, tls, host = "127.0.0.1" } = this.options;
    const { pathname } = new URL(this.hypervisor.uri);
    if (path !== undefined) return `test+unix://${pathname}?socket=${encodeURIComponent(path)}`;
    return `test+${tls === undefined ? "tcp" : "tls"}://${host}:${this.port}${pathname}`;
  }

  /** Ends all connections, and listens no more. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function tlsOptions({ key, cert, ca }: TestServerTls): TlsOptions {
  if (ca === undefined) return { key, cert };
  const authorities = [ca].flat() as (string | Buffer)[];
  return { key, cert, ca: authorities, requestCert: true, rejectUnauthorized: true };
}

/** Puts a test hypervisor on a socket, for our own connections, for virsh, and for every other client of libvirt. */
export async function createTestServer(options: TestServerOptions): Promise<TestServer> {
  const server = new TestServer(options);
  await server.listen();
  return server;
}
