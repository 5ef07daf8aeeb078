import { CommandError } from "./command-error.js";

/** How fast a network card may be: as numbers, in KiB/s but for `burst`, which is in KiB. */
export interface BandwidthRate {
  readonly average: string | undefined;
  readonly peak: string | undefined;
  readonly burst: string | undefined;
  readonly floor: string | undefined;
}
const FIELDS = ["average", "peak", "burst", "floor"];

/** Reads `average,peak,burst,floor`, of which each may be left out; all of them where they are `optional`. @throws CommandError in virsh's words. */
export function parseRate(text: string, direction: string, optional = false): BandwidthRate {
  const parts = text.split(",");
  for (const [i, part] of parts.entries()) {
    const number = /^\d*$/.test(part) && Number(part) < 2 ** 32;
    if (!number) throw new CommandError(`field '${FIELDS[i] ?? ""}' is malformed`);
  }
  const [average, peak, burst, floor] = parts.map((part) => (part === "" ? undefined : part));
  if (direction === "outbound" && floor !== undefined) {
    throw new CommandError("outbound floor is unsupported yet");
  }
  const bare = optional && peak === undefined && burst === undefined;
  if (average === undefined && floor === undefined && !bare) {
    throw new CommandError(
      direction === "inbound"
        ? "either inbound average or floor is mandatory"
        : "outbound average is mandatory",
    );
  }
  return { average, peak, burst, floor };
}
