const POWERS = "KMGTPE";

/** Elements whose sizes have a unit of their own where none is written. */
const UNITS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      "memory",
      "currentMemory",
      "maxMemory",
      "hard_limit",
      "soft_limit",
      "swap_hard_limit",
      "min_guarantee",
      "cell",
      "page",
    ].map((name) => [name, "KiB"]),
  ),
  ...Object.fromEntries(["capacity", "allocation", "available", "physical"].map((name) => [name, "bytes"])),
};

/** The unit of what is in an element without the attribute; undefined where that is not known. */
export function unitWithout(name: string): string | undefined {
  return Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
}

/** Bytes of a number with a unit; undefined where either is no such thing. */
export function inBytes(value: unknown, unit: unknown): bigint | undefined {
  if (typeof value !== "bigint" || typeof unit !== "string") return undefined;
  if (/^b(ytes?)?$/i.test(unit)) return value;
  const match = /^([KMGTPE])(B|iB)?$/i.exec(unit);
  if (match === null) return undefined;
  const power = BigInt(POWERS.indexOf((match[1] ?? "").toUpperCase()) + 1);
  return value * (match[2]?.length === 1 ? 1000n : 1024n) ** power;
}
