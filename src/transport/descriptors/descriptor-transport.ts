import type { Socket } from "node:net";
import { StreamTransport, type StreamTransportOptions } from "../stream-transport.js";
import type { Transport, TransportHandlers } from "../transport.js";
import type { Handle, PipeHandle, WriteRequest } from "./handle.js";
import type { Sendable } from "./sendable.js";

/** A transport with descriptors among the bytes, each of them on a zero byte of its own. */
export interface DescriptorCarrier extends Transport {
  /** Gets each descriptor, before the chunk that has its byte is delivered. */
  onDescriptor: (descriptor: Handle) => void;
  /** Sends a zero byte with a descriptor, behind what was written before, and then releases it. */
  send(descriptor: Sendable): void;
}

/** A transport over a socket that was opened with a handle of kind IPC. */
export class DescriptorTransport extends StreamTransport implements DescriptorCarrier {
  onDescriptor: (descriptor: Handle) => void = (descriptor) => descriptor.close();
  readonly #socket: Socket;
  readonly #arrived: { readonly handle: Handle; readonly behind: number }[] = [];
  readonly #outgoing: Handle[] = [];
  #delivered = 0;

  constructor(socket: Socket, handle: PipeHandle, options: StreamTransportOptions) {
    super(socket, { ...options, separate: true });
    this.#socket = socket;
    // Writes that wait must not be joined: each descriptor goes with a byte of its own.
    (socket as { _writev: unknown })._writev = undefined;
    Object.defineProperty(handle, "pendingHandle", {
      get: () => undefined,
      set: (arrived: Handle | null | undefined) => {
        this.#take(arrived);
      },
    });
    const write = handle.writeLatin1String.bind(handle);
    handle.writeLatin1String = (request: WriteRequest, text: string): number => {
      // Nothing else is written as text.
      const result = write(request, text, this.#outgoing.shift());
      // Node notes what it sends here, and would then look there for the socket that it has written to.
      request.handle = handle;
      return result;
    };
    socket.once("close", () => {
      for (const { handle: left } of this.#arrived.splice(0)) left.close();
    });
  }

  override start(handlers: TransportHandlers): void {
    super.start({
      onData: (chunk) => {
        this.#delivered += chunk.length;
        this.#handOut();
        handlers.onData(chunk);
      },
      onDrain: () => handlers.onDrain(),
      onClose: (error) => handlers.onClose(error),
    });
  }

  send({ handle, release }: Sendable): void {
    if (!this.#socket.writable) {
      release();
      return;
    }
    this.#outgoing.push(handle);
    this.#socket.write("\0", "latin1", release);
  }

  #take(handle: Handle | null | undefined): void {
    if (handle === null || handle === undefined) return;
    if (this.#socket.destroyed || handle.readStart === undefined) handle.close();
    else this.#arrived.push({ handle, behind: this.#socket.bytesRead });
  }

  /** What was read may wait in the socket for a while, and descriptors must not overtake it. */
  #handOut(): void {
    for (let next = this.#arrived[0]; next !== undefined; next = this.#arrived[0]) {
      if (next.behind >= this.#delivered) return;
      this.#arrived.shift();
      this.onDescriptor(next.handle);
    }
  }
}
