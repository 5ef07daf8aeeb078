import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createServer, type TLSSocket, type TlsOptions } from "node:tls";
import { type DialOptions, dial, parseUri, type Transport } from "../../src/transport/index.js";
import type { Pair, TestPki } from "../support/pki.js";

/** A server on a port of 127.0.0.1 that does with each connection what a test wants. */
export class FakeServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets: Set<Socket> = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
    });
  }

  /** Speaks TLS with a server's certificate; what `talk` gets has its handshake behind it. */
  static async tls(
    { certificate, key }: Pair,
    talk: (socket: TLSSocket) => void,
    options: TlsOptions = {},
  ): Promise<FakeServer> {
    const server = createServer({ cert: certificate, key, ...options }, (socket) => {
      socket.on("error", () => {});
      talk(socket);
    });
    server.on("tlsClientError", () => {});
    return await FakeServer.#listen(server);
  }

  static async plain(talk: (socket: Socket) => void): Promise<FakeServer> {
    const server = createPlainServer((socket) => {
      talk(socket);
      // Who does not read does not see the end either.
      socket.resume();
    });
    return await FakeServer.#listen(server);
  }

  static async #listen(server: Server): Promise<FakeServer> {
    const fake = new FakeServer(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  uri(host = "127.0.0.1", query = ""): string {
    return `test+tls://${host}:${this.port}/default${query}`;
  }

  /** Waits until no connection is open; the test's own time limit is the limit. */
  async left(): Promise<void> {
    while (this.#sockets.size > 0) await sleep(5);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** What the real server sends when it accepts a client. */
export const ACCEPTED: Uint8Array = Uint8Array.of(1);

/** Our side as a program has it that knows its certificates, on a machine without any of libvirt's files. */
export function fromMemory({ ca, client }: TestPki): DialOptions {
  return {
    tls: { ca: ca.certificate, cert: client.certificate, key: client.key },
    pkiDir: "/nonexistent",
    euid: 0,
    timeoutMs: 60_000,
  };
}

export async function open(uri: string, options: DialOptions): Promise<Transport> {
  return await dial(parseUri(uri), options);
}

/** Why a connection does not come about. */
export async function refusal(uri: string, options: DialOptions): Promise<Error> {
  let transport: Transport;
  try {
    transport = await open(uri, options);
  } catch (error) {
    return error as Error;
  }
  await close(transport);
  throw new Error(`${uri} can be connected to`);
}

/** Ends a transport that nothing is expected of any more. */
export async function close(transport: Transport): Promise<void> {
  await new Promise<void>((resolve) => {
    transport.start({ onData: () => {}, onDrain: () => {}, onClose: () => resolve() });
    transport.destroy();
  });
}
