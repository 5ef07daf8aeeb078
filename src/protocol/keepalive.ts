import { InvalidValueError } from "../errors/index.js";
import { KEEPALIVE_PROGRAM, KEEPALIVE_PROTOCOL_VERSION } from "./generated/keepalive/index.js";
import { VirNetMessageStatus, VirNetMessageType } from "./generated/net/index.js";
import type { Outbox } from "./outbox.js";
import { writePacket } from "./packet.js";
import { XdrWriter } from "./xdr-codec/index.js";

/** `keepalive_procedure`: the two messages of the keepalive program. */
const PING = 1;
const PONG = 2;

/** How the other side's silence is noticed. */
export interface KeepAlive {
  /** Seconds of silence after which it is asked for a sign of life. */
  readonly interval: number;
  /** How often it is asked, an interval apart, before it counts as dead. */
  readonly count: number;
}

/** Throws unless the numbers make sense. */
export function checkKeepAlive({ interval, count }: KeepAlive): KeepAlive {
  if (typeof interval === "number" && interval > 0 && Number.isSafeInteger(count) && count >= 0) {
    return { interval, count };
  }
  throw new InvalidValueError(
    `keepalive takes an interval of seconds above 0 and a count of at least 0, got ${String(interval)} and ${String(count)}`,
  );
}

// Made once, as every connection has them.
const packets = new Map<number, Uint8Array>();

function keepalivePacket(proc: number): Uint8Array {
  const packet = packets.get(proc) ?? makePacket(proc);
  packets.set(proc, packet);
  return packet;
}

function makePacket(proc: number): Uint8Array {
  const writer = new XdrWriter();
  writePacket(writer, {
    prog: KEEPALIVE_PROGRAM,
    vers: KEEPALIVE_PROTOCOL_VERSION,
    proc,
    type: VirNetMessageType.MESSAGE,
    serial: 0,
    status: VirNetMessageStatus.OK,
  });
  return writer.finish();
}

/**
 * Answers the daemon's pings. While the transport is congested one answer is owed at the most: a peer that pings and
 * never reads cannot fill our memory, and for one that reads again a single sign of life is enough.
 */
export class KeepaliveResponder {
  private readonly outbox: Outbox;
  private readonly pong = keepalivePacket(PONG);
  private owed = false;

  constructor(outbox: Outbox) {
    this.outbox = outbox;
  }

  /** Takes a message of the keepalive program. Unknown ones are none of our business. */
  receive(proc: number): void {
    if (proc !== PING) return;
    if (this.outbox.congested) this.owed = true;
    else this.outbox.push(this.pong);
  }

  drained(): void {
    if (!this.owed || this.outbox.congested) return;
    this.owed = false;
    this.outbox.push(this.pong);
  }
}

/**
 * Notices a peer that is gone without a word, as virKeepAlive of the C client does: after an interval without any
 * packet it sends a ping, `count` of them at the most, and gives up an interval after the last.
 */
export class KeepaliveWatch {
  private readonly interval: number;
  private readonly count: number;
  private readonly ping: () => void;
  private readonly dead: () => void;
  private left: number;
  private timer: ReturnType<typeof setTimeout>;
  private lastHeard = performance.now();
  private deaf = false;

  constructor({ interval, count }: KeepAlive, outbox: Outbox, dead: () => void) {
    this.interval = interval * 1000;
    this.count = count;
    this.left = count;
    const packet = keepalivePacket(PING);
    this.ping = () => {
      // What waits to be written is as good as a ping, and a peer that does not read takes neither.
      if (!outbox.congested) outbox.push(packet);
    };
    this.dead = dead;
    this.timer = this.wait(this.interval);
  }

  /** Something has arrived. */
  heard(): void {
    this.lastHeard = performance.now();
    this.left = this.count;
  }

  /** Nothing can be heard for a while, or from now on again. */
  hold(deaf: boolean): void {
    this.deaf = deaf;
    this.heard();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private wait(milliseconds: number): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => this.look(), milliseconds);
    // In Node it is the socket that keeps a program running.
    (timer as { unref?: () => void }).unref?.();
    return timer;
  }

  private look(): void {
    const silence = this.deaf ? 0 : performance.now() - this.lastHeard;
    if (silence < this.interval) this.timer = this.wait(this.interval - silence);
    else if (this.left === 0) this.dead();
    else {
      this.left--;
      this.ping();
      this.timer = this.wait(this.interval);
    }
  }
}
