import { isDeepStrictEqual } from "node:util";
import type { DiscoveredDaemon } from "./daemon.js";

/** A daemon that has come, that tells something else of itself than before, or that is gone. */
export interface DiscoveryEvent {
  readonly kind: "found" | "changed" | "lost";
  readonly daemon: DiscoveredDaemon;
}

/** The first difference between what was told and what is, which is then told. */
export function firstChange(
  told: Map<string, DiscoveredDaemon>,
  daemons: ReadonlyMap<string, DiscoveredDaemon>,
): DiscoveryEvent | undefined {
  for (const [key, daemon] of told) {
    if (daemons.has(key)) continue;
    told.delete(key);
    return { kind: "lost", daemon };
  }
  for (const [key, daemon] of daemons) {
    const before = told.get(key);
    if (isDeepStrictEqual(before, daemon)) continue;
    told.set(key, daemon);
    return { kind: before === undefined ? "found" : "changed", daemon };
  }
  return undefined;
}
