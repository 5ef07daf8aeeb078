import type { Decoder } from "./xdr-reader.js";
import type { Encoder } from "./xdr-writer.js";

/** How one XDR type travels: bytes to value and value to bytes. */
export interface Codec<T> extends Decoder<T>, Encoder<T> {}
