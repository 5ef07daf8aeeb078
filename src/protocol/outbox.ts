import type { Transport } from "../transport/transport.js";

/** Packets up to this size are joined into one write; larger ones are not worth the copy. */
const JOINED = 64 * 1024;
const NOW = Promise.resolve();

/**
 * Packets on their way out. Those of one turn of the event loop leave in one write, and while the transport is
 * congested they wait here, in order.
 */
export class Outbox {
  /** Where packets go; another one once a security layer is between. */
  transport: Transport;
  private waiting: Uint8Array[] = [];
  private scheduled = false;
  private blocked = false;
  private readonly flushSoon = (): void => {
    this.scheduled = false;
    this.flush();
  };

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** True while the transport asks to wait. */
  get congested(): boolean {
    return this.blocked;
  }

  /** True when all that was pushed has left, so that its memory is free. */
  get flushed(): boolean {
    return this.waiting.length === 0 && this.transport.flushed === true;
  }

  /** Takes a packet, or a piece of one whose others follow in the same turn. */
  push(packet: Uint8Array): void {
    this.waiting.push(packet);
    if (this.scheduled || this.blocked) return;
    this.scheduled = true;
    // Cheaper than queueMicrotask, for which Node makes an object each time.
    void NOW.then(this.flushSoon);
  }

  /** The transport takes bytes again. */
  drained(): void {
    this.blocked = false;
    this.flush();
  }

  /** Drops what waits: nobody will read it. */
  clear(): void {
    this.waiting = [];
  }

  /** Hands everything to the transport now; only what it refuses to take for the moment stays. */
  flush(): void {
    const packets = this.waiting;
    if (packets.length === 0 || this.blocked) return;
    const { transport } = this;
    let at = this.endOfBatch(packets, 0);
    const whole = at === packets.length;
    if (!whole) transport.cork?.();
    this.blocked = !transport.write(join(packets, 0, at));
    while (at < packets.length && !this.blocked) {
      const end = this.endOfBatch(packets, at);
      this.blocked = !transport.write(join(packets, at, end));
      at = end;
    }
    if (!whole) transport.uncork?.();
    this.waiting = at === packets.length ? [] : packets.slice(at);
  }

  private endOfBatch(packets: readonly Uint8Array[], start: number): number {
    if (this.transport.separate === true) return start + 1;
    let size = 0;
    let end = start;
    while (end < packets.length) {
      size += (packets[end] as Uint8Array).length;
      if (size > JOINED && end > start) break;
      end++;
    }
    return end;
  }
}

function join(packets: readonly Uint8Array[], start: number, end: number): Uint8Array {
  if (end - start === 1) return packets[start] as Uint8Array;
  let size = 0;
  for (let i = start; i < end; i++) size += (packets[i] as Uint8Array).length;
  const joined = new Uint8Array(size);
  let at = 0;
  for (let i = start; i < end; i++) {
    const packet = packets[i] as Uint8Array;
    joined.set(packet, at);
    at += packet.length;
  }
  return joined;
}
