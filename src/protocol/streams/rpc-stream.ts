import { ProtocolError, StreamError } from "../../errors/index.js";
import type { StreamSide } from "./stream-side.js";

/** What the owner of a stream is told. Nothing is called after `onClose`, which is called exactly once. */
export interface StreamHandlers {
  /** Bytes of the daemon's. They may be part of a larger buffer, and belong to the receiver. */
  onData(bytes: Uint8Array): void;
  /** So many zero bytes that did not travel; only on a stream that was opened as a sparse one. */
  onHole(length: bigint): void;
  /** The daemon has sent everything. The stream stays open until it is finished or aborted. */
  onEnd(): void;
  /** The way to the daemon is free again after {@link RpcStream.send} had returned false. */
  onDrain(): void;
  /** The end: `undefined` once the daemon has confirmed it, else what went wrong. */
  onClose(error: Error | undefined): void;
}

/** How a stream behaves towards an owner that does not read. */
export interface StreamLimits {
  /** Bytes that are kept for the owner before the connection is paused; 8 MiB by default. */
  readonly bufferBytes?: number | undefined;
  /**
   * Milliseconds for which the connection may stay paused before the stream is given up, 15,000 by default: the
   * daemon takes a client that is silent for half a minute for dead.
   */
  readonly stallMs?: number | undefined;
}

type Item = { readonly data: Uint8Array } | { readonly hole: bigint } | "end";

/** The most bytes of one data packet: what every daemon takes, VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX. */
export const MAX_CHUNK = 262_120;
// What an item costs besides its bytes, so that a flood of empty ones is noticed too.
const ITEM_COST = 128;

/** One stream within a connection, seen from the client: bytes and holes in both directions, then an end. */
export class RpcStream {
  readonly serial: number;
  /** The call that opened it, for messages. */
  readonly name: string;
  private readonly side: StreamSide;
  private readonly bufferBytes: number;
  private readonly stallMs: number;
  private queue: Item[] = [];
  /** How many of the queue are delivered: taking each off its front would move all the others. */
  private delivered = 0;
  private queued = 0;
  private handlers: StreamHandlers | undefined;
  private flowing = false;
  private state: "opening" | "open" | "ending" | "closed" = "opening";
  private outcome: Error | undefined;
  private stalled: ReturnType<typeof setTimeout> | undefined;
  private unwanted = false;

  constructor(serial: number, name: string, side: StreamSide, limits: StreamLimits) {
    this.serial = serial;
    this.name = name;
    this.side = side;
    this.bufferBytes = limits.bufferBytes ?? 8 * 1024 * 1024;
    this.stallMs = limits.stallMs ?? 15_000;
  }

  /** True until the end has begun. */
  get open(): boolean {
    return this.state === "open";
  }

  /** False while the connection asks to wait. */
  get writable(): boolean {
    return this.side.writable;
  }

  /** True when all that was sent has left this process, so that its memory may be used again. */
  get flushed(): boolean {
    return this.side.flushed;
  }

  /** Bytes that wait for the owner. */
  get buffered(): number {
    return this.queued;
  }

  /** Starts delivery; called once. Nothing that came before is lost. */
  start(handlers: StreamHandlers): void {
    if (this.handlers !== undefined) throw new Error("A stream can be started only once.");
    this.handlers = handlers;
    if (this.state === "closed") handlers.onClose(this.outcome);
    else this.resume();
  }

  /** Asks for no more data for the moment. */
  pause(): void {
    this.flowing = false;
  }

  resume(): void {
    if (this.flowing || this.handlers === undefined) return;
    this.flowing = true;
    this.deliver();
  }

  /**
   * Sends bytes, which must not be changed before they are {@link flushed}. Returns false when the owner should wait for `onDrain`; they are
   * taken all the same.
   */
  send(bytes: Uint8Array): boolean {
    this.checkOpen();
    // An empty packet would mean the end of the data.
    for (let at = 0; at < bytes.length; at += MAX_CHUNK) {
      this.side.sendData(this.serial, bytes.subarray(at, at + MAX_CHUNK));
    }
    this.side.flush();
    return this.side.writable;
  }

  /** Sends so many zero bytes without their travelling; only on a sparse stream. */
  sendHole(length: bigint): boolean {
    this.checkOpen();
    if (length > 0n) this.side.sendHole(this.serial, length);
    this.side.flush();
    return this.side.writable;
  }

  /** Ends the stream in good order: `onClose` follows when the daemon has confirmed that everything arrived. */
  finish(): void {
    this.checkOpen();
    this.state = "ending";
    this.side.sendFinish(this.serial);
    this.drop();
  }

  /** Breaks the stream off: `onClose` follows when the daemon has confirmed it, with this error if there is one. */
  abort(error?: Error): void {
    if (this.state === "closed") return;
    this.outcome ??= error;
    this.drop();
    if (this.state === "opening") this.unwanted = true;
    else if (this.state === "open") {
      this.state = "ending";
      this.side.sendAbort(this.serial);
    }
  }

  /** @internal The daemon has opened the stream. */
  accepted(): void {
    if (this.state !== "opening") return;
    this.state = "open";
    if (this.unwanted) this.abort();
  }

  /** @internal */
  receiveData(bytes: Uint8Array): void {
    this.receive(bytes.length === 0 ? "end" : { data: bytes }, bytes.length);
  }

  /** @internal */
  receiveHole(length: bigint): void {
    if (length > 0n) this.receive({ hole: length }, 0);
    else this.fail(new ProtocolError(`${this.side.peer} sent a hole of ${length} bytes to ${this.name}`));
  }

  /** @internal The daemon confirms the end. */
  receiveOk(): void {
    const asked = this.state === "ending";
    const what = `${this.side.peer} ended the stream of ${this.name}, which was not asked for`;
    this.close(asked ? this.outcome : new ProtocolError(what));
  }

  /** @internal The stream is dead: an error of the daemon's, or the end of the connection. */
  fail(error: Error): void {
    this.close(this.outcome ?? error);
  }

  private receive(item: Item, size: number): void {
    // The daemon's first data may overtake its reply.
    if (this.state !== "open" && this.state !== "opening") return;
    this.queue.push(item);
    this.queued += size + ITEM_COST;
    this.deliver();
    if (this.queued > this.bufferBytes) this.stall();
  }

  private deliver(): void {
    while (this.flowing && this.delivered < this.queue.length && this.state === "open") {
      const item = this.queue[this.delivered++] as Item;
      if (item === "end") {
        this.queued -= ITEM_COST;
        this.handlers?.onEnd();
      } else if ("data" in item) {
        this.queued -= item.data.length + ITEM_COST;
        this.handlers?.onData(item.data);
      } else {
        this.queued -= ITEM_COST;
        this.handlers?.onHole(item.hole);
      }
    }
    if (this.delivered === this.queue.length || this.delivered > 1000) {
      this.queue = this.queue.slice(this.delivered);
      this.delivered = 0;
    }
    if (this.queued <= this.bufferBytes / 2) this.unstall();
  }

  private stall(): void {
    if (this.stalled !== undefined) return;
    this.side.pause(this);
    this.stalled = setTimeout(() => {
      const waited = `${this.queued} bytes waited for ${this.stallMs} ms`;
      this.abort(
        new StreamError(
          "STREAM_STALLED",
          `the stream of ${this.name} was given up, since nobody read it and it held up the connection: ${waited}; ` +
            "read it faster, or give it a connection of its own",
          { procedure: this.name },
        ),
      );
    }, this.stallMs);
  }

  private unstall(): void {
    if (this.stalled === undefined) return;
    clearTimeout(this.stalled);
    this.stalled = undefined;
    this.side.resume(this);
  }

  private drop(): void {
    this.queue = [];
    this.delivered = 0;
    this.queued = 0;
    this.unstall();
  }

  private close(error: Error | undefined): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.outcome = error;
    this.drop();
    this.side.forget(this);
    this.handlers?.onClose(error);
  }

  /** @internal The way is free again. */
  drained(): void {
    if (this.state === "open") this.handlers?.onDrain();
  }

  private checkOpen(): void {
    if (this.state === "open") return;
    throw new StreamError(
      "STREAM_CLOSED",
      `the stream of ${this.name} has ended, nothing can be sent on it`,
      {
        cause: this.outcome,
        procedure: this.name,
      },
    );
  }
}
