const POWERS = "KMGTPE";

/** Bytes of a number with a unit; undefined where either is no such thing. */
export function inBytes(value: unknown, unit: unknown): bigint | undefined {
  if (typeof value !== "bigint" || typeof unit !== "string") return undefined;
  if (unit === "b" || unit === "bytes") return value;
  const match = /^([KMGTPE])(B|iB)?$/i.exec(unit);
  if (match === null) return undefined;
  const power = BigInt(POWERS.indexOf((match[1] ?? "").toUpperCase()) + 1);
  return value * (match[2] === "B" ? 1000n : 1024n) ** power;
}
