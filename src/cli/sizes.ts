import { UsageError } from "./usage-error.js";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** Bytes for people to read: "1.50 GiB". */
export function prettySize(bytes: bigint, digits = 2): string {
  let unit = 0;
  let size = Number(bytes);
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size.toFixed(digits)} ${UNITS[unit] ?? ""}`;
}

/** Reads a size with an optional suffix such as `M`, `MiB` or `MB`; `scale` is what a bare number counts. */
export function parseSize(text: string, option: string, scale = 1n): bigint {
  const [, digits = "", prefix = "", kind = ""] =
    /^\+?(\d+)(?:([kmgtpe])(b|ib)?|b|bytes)?$/i.exec(text) ?? [];
  if (digits === "") {
    throw new UsageError(
      `Scaled numeric value '${text}' for <${option}> option is malformed or out of range`,
    );
  }
  if (/[a-z]/i.test(text) && prefix === "") return BigInt(digits);
  if (prefix === "") return BigInt(digits) * scale;
  const power = BigInt("kmgtpe".indexOf(prefix.toLowerCase()) + 1);
  return BigInt(digits) * (kind.toLowerCase() === "b" ? 1000n : 1024n) ** power;
}
