import { XdrError } from "./xdr-error.js";
import { type Encoder, XdrWriter } from "./xdr-writer.js";

/**
 * Finds the field that made `encoder` refuse `value`, as a path such as `dom.name` or `params[3].value`. Encoding
 * itself keeps no track of where it is; this does it over, watching which property was read last.
 */
export function locateRefusal<T>(encoder: Encoder<T>, value: T): string | undefined {
  let path = "";
  const watch = (target: unknown, here: string): unknown => {
    if (typeof target !== "object" || target === null || target instanceof Uint8Array) return target;
    return new Proxy(target, {
      get(object, key) {
        const inner: unknown = Reflect.get(object, key);
        if (typeof key === "symbol" || (Array.isArray(object) && key === "length")) return inner;
        path = Array.isArray(object) ? `${here}[${key}]` : here === "" ? key : `${here}.${key}`;
        return watch(inner, path);
      },
    });
  };
  try {
    encoder.encode(new XdrWriter(), watch(value, "") as T);
  } catch (error) {
    if (error instanceof XdrError) return path;
  }
  return undefined;
}
