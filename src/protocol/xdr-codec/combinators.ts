import type { Codec } from "./codec.js";

/** At most `max` elements, with their number before them. */
export function xdrArray<T>(element: Codec<T>, max: number): Codec<readonly T[]> {
  return { decode: (r) => r.array(element), encode: (w, v) => w.array(v, max, element) };
}

/** Exactly `size` elements. */
export function xdrFixedArray<T>(element: Codec<T>, size: number): Codec<readonly T[]> {
  return { decode: (r) => r.fixedArray(element, size), encode: (w, v) => w.fixedArray(v, size, element) };
}

/** A value that may be absent. */
export function xdrOptional<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    decode: (r) => (r.present() ? codec.decode(r) : undefined),
    encode(w, v) {
      if (w.present(v)) codec.encode(w, v);
    },
  };
}

type Fields = Readonly<Record<string, Codec<unknown>>>;
/** The value that a {@link xdrStruct} of these fields describes. */
export type StructOf<F> = { readonly [K in keyof F]: F[K] extends Codec<infer T> ? T : never };

/**
 * Fields one after the other, in the order in which they are written down. Made for protocols written by hand; code
 * that must be fast writes its reads out one by one, as the generated codecs do.
 */
export function xdrStruct<F extends Fields>(fields: F): Codec<StructOf<F>> {
  const entries = Object.entries(fields);
  return {
    decode(r) {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of entries) value[name] = codec.decode(r);
      return value as StructOf<F>;
    },
    encode(w, v) {
      for (const [name, codec] of entries) codec.encode(w, v[name]);
    },
  };
}
