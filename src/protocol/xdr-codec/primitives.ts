import type { Codec } from "./codec.js";

/** The type of no bytes: procedures without arguments or without a result. */
export const xdrVoid: Codec<void> = { decode: () => undefined, encode: () => undefined };
/** The halves of {@link xdrVoid}. */
export function encodeVoid(): void {}
export function decodeVoid(): void {}

export const xdrInt: Codec<number> = { decode: (r) => r.int(), encode: (w, v) => w.int(v) };
export const xdrUint: Codec<number> = { decode: (r) => r.uint(), encode: (w, v) => w.uint(v) };
export const xdrHyper: Codec<bigint> = { decode: (r) => r.hyper(), encode: (w, v) => w.hyper(v) };
export const xdrUhyper: Codec<bigint> = { decode: (r) => r.uhyper(), encode: (w, v) => w.uhyper(v) };
export const xdrFloat: Codec<number> = { decode: (r) => r.float(), encode: (w, v) => w.float(v) };
export const xdrDouble: Codec<number> = { decode: (r) => r.double(), encode: (w, v) => w.double(v) };
export const xdrBool: Codec<boolean> = { decode: (r) => r.bool(), encode: (w, v) => w.bool(v) };
export const xdrChar: Codec<number> = { decode: (r) => r.char(), encode: (w, v) => w.char(v) };
export const xdrUchar: Codec<number> = { decode: (r) => r.uchar(), encode: (w, v) => w.uchar(v) };
export const xdrShort: Codec<number> = { decode: (r) => r.short(), encode: (w, v) => w.short(v) };
export const xdrUshort: Codec<number> = { decode: (r) => r.ushort(), encode: (w, v) => w.ushort(v) };

/** Text of at most `max` bytes as UTF-8. */
export function xdrString(max: number): Codec<string> {
  return { decode: (r) => r.string(), encode: (w, v) => w.string(v, max) };
}

/** At most `max` bytes, with their number before them. */
export function xdrOpaque(max: number): Codec<Uint8Array> {
  return { decode: (r) => r.opaque(), encode: (w, v) => w.opaque(v, max) };
}

/** Exactly `size` bytes. */
export function xdrFixedOpaque(size: number): Codec<Uint8Array> {
  return { decode: (r) => r.fixedOpaque(size), encode: (w, v) => w.fixedOpaque(v, size) };
}
