import type { XdrReader } from "./xdr-reader.js";
import type { XdrWriter } from "./xdr-writer.js";

/** How one XDR type travels: bytes to value and value to bytes. */
export interface Codec<T> {
  /** Reads one value; throws {@link XdrError} when the bytes cannot be one. */
  decode(reader: XdrReader): T;
  /** Writes one value; throws {@link XdrError} when the type cannot hold it. */
  encode(writer: XdrWriter, value: T): void;
}
