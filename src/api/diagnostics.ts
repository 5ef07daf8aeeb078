import { channel, tracingChannel } from "node:diagnostics_channel";
import type { ConnectionClosedError } from "../errors/index.js";

/** What is published on `libvirt-rpc:connection`. */
export interface ConnectionState {
  /**
   * `open` and `closed` frame a connection; `lost`, `reconnecting` and `reconnected` tell of a replacement; `paused`
   * and `resumed` of a stream that nobody reads and that holds everything up.
   */
  readonly state: "open" | "closed" | "lost" | "reconnecting" | "reconnected" | "paused" | "resumed";
  /** The other side, such as `unix:/run/libvirt/libvirt-sock`. */
  readonly peer: string;
  readonly error?: ConnectionClosedError | undefined;
  readonly attempts?: number | undefined;
  /** The call that opened the stream. */
  readonly stream?: string | undefined;
}

/** What the channels `tracing:libvirt-rpc:call:…` get. Arguments and results are not among it: they may be secret. */
export interface CallTrace {
  /** Such as "REMOTE_PROC_DOMAIN_GET_INFO". */
  readonly procedure: string;
  readonly peer: string;
}

const connections = channel("libvirt-rpc:connection");
const events = channel("libvirt-rpc:event");
const calls = tracingChannel<CallTrace>("libvirt-rpc:call");

export function publishState(state: ConnectionState): void {
  if (connections.hasSubscribers) connections.publish(state);
}

export function publishEvent(event: unknown): void {
  if (events.hasSubscribers) events.publish(event);
}

/** Whether anybody watches calls: if not, {@link traced} need not be gone through. */
export function callsAreWatched(): boolean {
  const { start, end, asyncStart, asyncEnd, error } = calls;
  return (
    start.hasSubscribers ||
    end.hasSubscribers ||
    asyncStart.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    error.hasSubscribers
  );
}

/** Makes a call under the eyes of whoever watches. */
export async function traced<Ret>(procedure: string, peer: string, call: () => Promise<Ret>): Promise<Ret> {
  let result: Ret | undefined;
  await calls.tracePromise(
    async () => {
      result = await call();
    },
    { procedure, peer },
  );
  return result as Ret;
}
