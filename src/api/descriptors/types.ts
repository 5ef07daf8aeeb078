import type { Socket } from "node:net";

/** What QEMU's monitor answered. */
export interface MonitorReply {
  readonly result: string;
  /** Sockets that came with it, for the caller to use and to destroy. */
  readonly files: readonly Socket[];
}
