import type { Command } from "./command.js";

/** A command, as much as is known of it without loading it. */
export interface Entry {
  readonly name: string;
  /** A keyword of `GROUPS`. */
  readonly group: string;
  readonly summary: string;
  load(): Promise<Command>;
}
