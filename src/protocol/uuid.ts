import { type Codec, decodeText, XdrError } from "./xdr-codec/index.js";

const SHAPE = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const DASH = 0x2d;
/** The codes of hexadecimal digits. */
const DIGITS: Uint8Array = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
/** Where each byte's digits go in the text. */
const PLACES: Uint8Array = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34);
const written: Uint8Array = new Uint8Array(36).fill(DASH);

/** Formats 16 bytes, which begin at `start`, the way libvirt prints them: lower case, with dashes. */
export function formatUuid(bytes: Uint8Array, start = 0): string {
  // At once: a text that is put together of pieces takes several times as much, of time, and of memory while it lives.
  for (let i = 0; i < 16; i++) {
    const byte = bytes[start + i] as number;
    const at = PLACES[i] as number;
    written[at] = DIGITS[byte >> 4] as number;
    written[at + 1] = DIGITS[byte & 15] as number;
  }
  return decodeText(written, 0, written.length);
}

/** Reads the text form, dashes and case being optional; throws {@link XdrError} on anything else. */
export function parseUuid(text: string): Uint8Array {
  if (typeof text !== "string" || !SHAPE.test(text)) {
    throw new XdrError(
      `expected a UUID such as "6695eb01-f6a4-8304-79aa-97f2502e193f", got ${JSON.stringify(text)}`,
    );
  }
  const bytes = new Uint8Array(16);
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DASH) continue;
    const digit = code < 0x40 ? code & 15 : (code & 7) + 9;
    bytes[digits >> 1] = ((bytes[digits >> 1] as number) << 4) | digit;
    digits++;
  }
  return bytes;
}

/** A UUID: 16 bytes on the wire, text in JavaScript. */
export const uuid: Codec<string> = {
  decode: (r) => r.inPlace(16, formatUuid),
  encode: (w, v) => w.fixedOpaque(parseUuid(v), 16),
};
