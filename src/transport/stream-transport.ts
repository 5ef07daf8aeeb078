import type { Duplex } from "node:stream";
import type { Intake } from "./open-socket.js";
import type { Transport, TransportHandlers } from "./transport.js";

/** What a stream cannot say of itself. */
export interface StreamTransportOptions {
  readonly peer: string;
  readonly secure: boolean;
  readonly encrypted: boolean;
  readonly separate?: boolean;
  /** Of a socket that was opened with it: then the bytes come from there. */
  readonly intake?: Intake;
}

// How long `end` waits for the peer to close as well, after everything is sent.
const LINGER_MS = 2000;

/**
 * A transport over a connected Node stream: a socket, a TLS socket, an SSH channel or a child's pipes. It owns the
 * stream from here on. The stream must be paused or not be flowing yet, so that nothing is lost before `start`.
 */
export class StreamTransport implements Transport {
  readonly peer: string;
  readonly secure: boolean;
  readonly encrypted: boolean;
  readonly separate: boolean;
  readonly #stream: Duplex;
  readonly #intake: Intake | undefined;
  #handlers: TransportHandlers | undefined;
  #closed = false;
  #gone = false;
  #dropping = false;
  #ending = false;
  #paused = false;
  #failure: Error | undefined;
  #linger: NodeJS.Timeout | undefined;

  constructor(stream: Duplex, options: StreamTransportOptions) {
    this.peer = options.peer;
    this.secure = options.secure;
    this.encrypted = options.encrypted;
    this.separate = options.separate ?? false;
    this.#stream = stream;
    this.#intake = options.intake;
    // From the start, since an "error" that nobody listens to ends the process.
    stream.on("error", (error: Error) => {
      this.#failure ??= error;
    });
    stream.on("close", this.#onClose);
    stream.on("end", this.#onEnd);
    stream.on("drain", () => {
      if (!this.#dropping) this.#handlers?.onDrain();
    });
  }

  start(handlers: TransportHandlers): void {
    const first = this.#handlers === undefined;
    this.#handlers = handlers;
    if (!first) return;
    if (this.#gone) {
      // Its "close" is over; the owner must hear of it all the same, and not before this call has returned.
      process.nextTick(this.#onClose);
      return;
    }
    const take = (chunk: Uint8Array): void => {
      // A destroyed stream still hands out what it had buffered.
      if (!this.#dropping) this.#handlers?.onData(chunk);
    };
    if (this.#intake === undefined) this.#stream.on("data", take);
    else this.#intake.take = take;
    if (this.#paused) this.#stream.pause();
    else this.#stream.resume();
  }

  write(chunk: Uint8Array): boolean {
    // True, since no onDrain will come that the owner could wait for.
    if (this.#ending || this.#stream.destroyed) return true;
    return this.#stream.write(chunk);
  }

  get flushed(): boolean {
    return this.#stream.writableLength === 0;
  }

  cork(): void {
    if (!this.separate) this.#stream.cork();
  }

  uncork(): void {
    if (!this.separate) this.#stream.uncork();
  }

  pause(): void {
    this.#paused = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#handlers !== undefined) this.#stream.resume();
  }

  end(): void {
    if (this.#ending || this.#stream.destroyed) return;
    this.#ending = true;
    // Closing at once would reset the connection, under the peer's eyes, if something of the peer's is still unread.
    this.#stream.end(() => {
      if (this.#stream.destroyed) return;
      this.#linger = setTimeout(() => this.#stream.destroy(), LINGER_MS);
    });
  }

  destroy(error?: Error): void {
    if (this.#dropping) return;
    this.#dropping = true;
    this.#failure ??= error;
    this.#stream.destroy();
  }

  // libvirt has no half-open connections: what is still unsent when the peer has closed nobody will ever read.
  readonly #onEnd = (): void => {
    this.#stream.destroy();
  };

  readonly #onClose = (): void => {
    this.#gone = true;
    this.#dropping = true;
    clearTimeout(this.#linger);
    if (this.#closed || this.#handlers === undefined) return;
    this.#closed = true;
    this.#handlers.onClose(this.#failure);
  };
}
