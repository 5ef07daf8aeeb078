import { ErrorDomain, ErrorNumber } from "../generated/constants/index.js";
import { refusal } from "./refusal.js";
import type { ServedStream, StreamHole } from "./served-stream.js";

/** What a stream needs of the connection that it is part of. */
export interface StreamOutlet {
  /** Sends bytes; none at all tells the client that there are no more. */
  sendData(bytes: Uint8Array): void;
  sendHole(length: bigint): void;
  /** Confirms to the client that it has ended the stream. */
  sendOk(): void;
  sendError(error: unknown): void;
  /** Resolves when the transport takes bytes again, or when the connection has ended. */
  writable(): Promise<void>;
  /** The stream has ended. */
  forget(): void;
}

/** One stream within a connection, seen from the server. */
export class ServerStream {
  private readonly served: ServedStream;
  private readonly outlet: StreamOutlet;
  private over = false;
  /** What the client has sent is dealt with one after the other. */
  private incoming: Promise<void> = Promise.resolve();

  constructor(served: ServedStream, outlet: StreamOutlet) {
    this.served = served;
    this.outlet = outlet;
  }

  /** Begins with what the client gets. */
  start(): void {
    const { source } = this.served;
    if (source !== undefined) void this.pump(source);
  }

  /** True if the client may send holes. */
  get sparse(): boolean {
    return this.served.sink?.hole !== undefined;
  }

  /** Resolves when the bytes have been dealt with. */
  receiveData(bytes: Uint8Array): Promise<void> {
    return this.take(() => {
      const { sink } = this.served;
      if (sink === undefined) {
        throw refusal(ErrorNumber.NO_SUPPORT, ErrorDomain.STREAMS, "nothing can be written to this stream");
      }
      return sink.write(bytes);
    });
  }

  receiveHole(length: bigint): Promise<void> {
    return this.take(() => this.served.sink?.hole?.(length));
  }

  /** The client has sent everything, and asks whether it arrived. */
  receiveFinish(): Promise<void> {
    return this.take(async () => {
      await this.served.sink?.finish();
      if (!this.over) this.outlet.sendOk();
      this.end(true);
    });
  }

  /** The client gives the stream up. */
  receiveAbort(): void {
    if (this.over) return;
    this.outlet.sendOk();
    this.end(false);
  }

  /** The connection has ended. */
  drop(): void {
    this.end(false);
  }

  private take(step: () => void | Promise<void>): Promise<void> {
    this.incoming = this.incoming.then(async () => {
      if (this.over) return;
      try {
        await step();
      } catch (error) {
        this.fail(error);
      }
    });
    return this.incoming;
  }

  private async pump(source: AsyncIterable<Uint8Array | StreamHole>): Promise<void> {
    try {
      for await (const item of source) {
        if (this.over) return;
        if (item instanceof Uint8Array) this.outlet.sendData(item);
        else this.outlet.sendHole(item.hole);
        await this.outlet.writable();
        if (this.over) return;
      }
      if (!this.over) this.outlet.sendData(new Uint8Array());
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (this.over) return;
    this.outlet.sendError(error);
    this.end(false);
  }

  private end(finished: boolean): void {
    if (this.over) return;
    this.over = true;
    this.outlet.forget();
    this.served.ended?.(finished);
  }
}
