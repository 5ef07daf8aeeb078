export type { Codec } from "./codec.js";
export { type StructOf, xdrArray, xdrFixedArray, xdrOptional, xdrStruct } from "./combinators.js";
export { locateRefusal } from "./locate.js";
export {
  decodeVoid,
  encodeVoid,
  xdrBool,
  xdrChar,
  xdrDouble,
  xdrFixedOpaque,
  xdrFloat,
  xdrHyper,
  xdrInt,
  xdrOpaque,
  xdrShort,
  xdrString,
  xdrUchar,
  xdrUhyper,
  xdrUint,
  xdrUshort,
  xdrVoid,
} from "./primitives.js";
export { decodeText } from "./text.js";
export { XdrError } from "./xdr-error.js";
export { type Decoder, XdrReader } from "./xdr-reader.js";
export { type Encoder, XdrWriter } from "./xdr-writer.js";
