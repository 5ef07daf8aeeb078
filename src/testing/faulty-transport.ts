import type { Transport, TransportHandlers } from "../transport/index.js";
import type { FaultBox } from "./faults.js";

/** A server's side of a connection on which things go wrong. */
export class FaultyTransport implements Transport {
  readonly peer: string;
  readonly secure: boolean;
  readonly encrypted: boolean;
  private readonly bare: Transport;
  private readonly box: FaultBox;
  private generation: number;
  private sent = 0;
  private received = 0;
  /** What waits to be joined with what follows. */
  private held: Uint8Array[] = [];
  private scheduled = false;

  constructor(bare: Transport, box: FaultBox) {
    this.bare = bare;
    this.box = box;
    this.generation = box.generation;
    this.peer = bare.peer;
    this.secure = bare.secure;
    this.encrypted = bare.encrypted;
  }

  get separate(): boolean {
    return this.bare.separate ?? false;
  }

  start(handlers: TransportHandlers): void {
    this.bare.start({
      onData: (chunk) => {
        const { dropAfter, silent } = this.look();
        this.received += chunk.length;
        if (dropAfter?.received !== undefined && this.received > dropAfter.received) this.bare.destroy();
        else if (silent !== true) handlers.onData(chunk);
      },
      onDrain: () => handlers.onDrain(),
      onClose: (error) => handlers.onClose(error),
    });
  }

  write(chunk: Uint8Array): boolean {
    const { pieces, silent } = this.look();
    if (silent === true) return true;
    if (pieces === undefined && this.held.length === 0) return this.send(chunk);
    this.held.push(chunk);
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => this.release());
    }
    return true;
  }

  pause(): void {
    this.bare.pause();
  }

  resume(): void {
    this.bare.resume();
  }

  end(): void {
    this.release();
    this.bare.end();
  }

  destroy(error?: Error): void {
    this.held = [];
    this.bare.destroy(error);
  }

  /** Sends what was held, in pieces as they are asked for. */
  private release(): void {
    this.scheduled = false;
    const bytes = Buffer.concat(this.held);
    this.held = [];
    const { pieces = bytes.length } = this.look();
    for (let at = 0; at < bytes.length; at += pieces) this.send(bytes.subarray(at, at + pieces));
  }

  private send(chunk: Uint8Array): boolean {
    const most = this.look().dropAfter?.sent;
    const room = most === undefined ? chunk.length : most - this.sent;
    this.sent += chunk.length;
    if (room >= chunk.length) return this.bare.write(chunk);
    if (room > 0) this.bare.write(chunk.subarray(0, room));
    // An orderly end, so that what was sent before arrives: the client sees a packet that is cut off.
    this.bare.end();
    return true;
  }

  /** The faults of the moment; whenever they are changed, counting begins anew. */
  private look(): FaultBox["faults"] {
    const { faults, generation } = this.box;
    if (generation !== this.generation) {
      this.generation = generation;
      this.sent = 0;
      this.received = 0;
    }
    return faults;
  }
}
