import { RemoteError } from "../index.js";
import { CommandError } from "./command-error.js";

/** The lines that virsh would print for an error: what failed, then why. */
export function errorLines(error: unknown): string[] {
  if (error instanceof CommandError) {
    return [error.message, ...(error.reason === undefined ? [] : errorLines(error.reason))];
  }
  if (error instanceof RemoteError) return [error.message];
  return [error instanceof Error ? error.message : String(error)];
}
