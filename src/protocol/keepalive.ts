import { KEEPALIVE_PROGRAM, KEEPALIVE_PROTOCOL_VERSION } from "./generated/keepalive/index.js";
import { VirNetMessageStatus, VirNetMessageType } from "./generated/net/index.js";
import type { Outbox } from "./outbox.js";
import { writePacket } from "./packet.js";
import { XdrWriter } from "./xdr-codec/index.js";

/** `keepalive_procedure`: the two messages of the keepalive program. */
const PING = 1;
const PONG = 2;

function keepalivePacket(proc: number): Uint8Array {
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
