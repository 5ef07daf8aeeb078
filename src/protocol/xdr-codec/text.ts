/** What Node's Buffer offers and plain JavaScript lacks: a decoder that costs half of a TextDecoder's call. */
interface BufferLike {
  readonly prototype: { readonly utf8Slice?: (this: Uint8Array, start: number, end: number) => string };
}

const utf8Slice = (globalThis as { Buffer?: BufferLike }).Buffer?.prototype.utf8Slice;
// A byte order mark is text like any other here; bytes that are no UTF-8 become U+FFFD.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** Below this many bytes a loop in JavaScript beats every call into the engine. */
const SHORT = 8;

/** Decodes UTF-8 leniently: names of volumes or metadata may be any bytes, and one of them must not break a list. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT) {
    let text = "";
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte > 0x7f) return decodeLong(bytes, start, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return decodeLong(bytes, start, end);
}

/** Whether the bytes at `start` are this text, and plain ASCII. */
export function isAscii(bytes: Uint8Array, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[start + i] as number;
    if (byte !== text.charCodeAt(i) || byte > 0x7f) return false;
  }
  return true;
}

function decodeLong(bytes: Uint8Array, start: number, end: number): string {
  if (utf8Slice !== undefined) return utf8Slice.call(bytes, start, end);
  return decoder.decode(bytes.subarray(start, end));
}

/** Encodes as UTF-8. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}
