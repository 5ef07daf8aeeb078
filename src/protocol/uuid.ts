import { type Codec, XdrError } from "./xdr-codec/index.js";

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const SHAPE = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** Formats 16 bytes, which begin at `start`, the way libvirt prints them: lower case, with dashes. */
export function formatUuid(bytes: Uint8Array, start = 0): string {
  const hex = (i: number): string => HEX[bytes[start + i] as number] as string;
  return (
    `${hex(0)}${hex(1)}${hex(2)}${hex(3)}-${hex(4)}${hex(5)}-${hex(6)}${hex(7)}-` +
    `${hex(8)}${hex(9)}-${hex(10)}${hex(11)}${hex(12)}${hex(13)}${hex(14)}${hex(15)}`
  );
}

/** Reads the text form, dashes and case being optional; throws {@link XdrError} on anything else. */
export function parseUuid(text: string): Uint8Array {
  if (typeof text !== "string" || !SHAPE.test(text)) {
    throw new XdrError(
      `expected a UUID such as "6695eb01-f6a4-8304-79aa-97f2502e193f", got ${JSON.stringify(text)}`,
    );
  }
  const digits = text.replaceAll("-", "");
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16));
}

/** A UUID: 16 bytes on the wire, text in JavaScript. */
export const uuid: Codec<string> = {
  decode: (r) => r.inPlace(16, formatUuid),
  encode: (w, v) => w.fixedOpaque(parseUuid(v), 16),
};
