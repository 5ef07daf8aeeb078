import type { Closing } from "./closing.js";
import type { Outbox } from "./outbox.js";
import type { Packet } from "./packet.js";

/** Takes the packets of a connection's streams. It is loaded by the first stream. */
export interface StreamCarrier {
  /** Whether a stream has this number, which no call may take then. */
  has(serial: number): boolean;
  receive(packet: Packet): void;
  /** Takes an error that came as a reply, but to a stream's packet; false if there is no such stream. */
  fail(packet: Packet): boolean;
  drained(): void;
  end(closing: Closing): void;
}

/** The connection that streams are part of, seen from them. */
export interface StreamRoute {
  readonly peer: string;
  readonly outbox: Outbox;
  /** Stops reading from the daemon: replies, events and keepalive wait as well. `name` is the call that opened it. */
  pause(name: string): void;
  resume(name: string): void;
}
