import { XmlError } from "../errors.js";
import type { ScaledSize } from "../generated/common.js";
import { show } from "../typed/messages.js";

/** A size: bytes, or text with a unit as in "20 GiB". A unit with an i, or of one letter, is a power of 1,024. */
export type Size = bigint | string;

const SIZE = /^(\d+)\s*(b|bytes|[KMGTPE](?:i?B)?)$/i;

/** The size as documents have it. */
export function createSize(size: Size): ScaledSize {
  if (typeof size === "bigint") return { unit: "bytes", value: size };
  const match = typeof size === "string" ? SIZE.exec(size.trim()) : null;
  if (match === null) {
    throw new XmlError("VALUE", `${show(size)} is no size; write bytes as a bigint, or text like "20 GiB"`);
  }
  return { unit: match[2], value: BigInt(match[1] ?? "0") };
}
