import { InvalidValueError, ProtocolError } from "../errors/index.js";
import { formatUuid } from "../protocol/index.js";

/** A C `int` that is used as a boolean; anything but a boolean is refused rather than guessed at. */
export function wireBoolean(name: string, value: boolean): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new InvalidValueError(`${name} must be true or false, got ${String(value)}`);
}

/** A UUID given as text or as its 16 bytes. */
export function wireUuid(uuid: string | Uint8Array): string {
  if (!(uuid instanceof Uint8Array)) return uuid;
  if (uuid.length === 16) return formatUuid(uuid);
  throw new InvalidValueError(`a UUID has 16 bytes, got ${uuid.length}`);
}

const decoder = new TextDecoder();

/** Text in a fixed C array of characters: it ends at the first NUL, or fills the array. */
export function textOfChars(chars: Uint8Array): string {
  const end = chars.indexOf(0);
  return decoder.decode(end < 0 ? chars : chars.subarray(0, end));
}

/** A reply has to be as long as what was asked for: anything else is not what the caller means to look at. */
export function checkLength(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length === size) return bytes;
  throw new ProtocolError(`${size} bytes were asked for, the daemon sent ${bytes.length}`);
}
