import { randomBytes } from "node:crypto";
import { formatUuid } from "../protocol/index.js";

/** A random UUID of version 4, as libvirt gives one to what comes without. */
export function randomUuid(): string {
  const bytes = randomBytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(bytes);
}

/** A random hardware address with a prefix of three bytes, such as "52:54:00". */
export function randomMac(prefix: string): string {
  return [prefix, ...Array.from(randomBytes(3), (byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
