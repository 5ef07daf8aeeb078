import type { CloseReason } from "../errors/index.js";

/** Why and how a connection ended; written once. */
export interface Closing {
  readonly reason: CloseReason;
  /** A clause that can stand before ", before … was answered". */
  readonly message: string;
  readonly cause: Error | undefined;
}
