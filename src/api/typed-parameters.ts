import type { RemoteTypedParam } from "../protocol/generated/remote/index.js";
import {
  type TypedParameters,
  type TypedParameterValue,
  type TypedParameterValues,
  WIRE_TYPES,
} from "./parameter-values.js";

export type {
  ExplicitParameter,
  TypedParameters,
  TypedParameterValue,
  TypedParameterValues,
} from "./parameter-values.js";

/** Turns what the daemon sent into a plain object. */
export function decodeParameters(params: readonly RemoteTypedParam[]): TypedParameters {
  const result: Record<string, TypedParameterValue | TypedParameterValue[]> = {};
  for (const { field, value } of params) {
    const one = value.type === WIRE_TYPES.boolean ? value.value !== 0 : value.value;
    const before = Object.hasOwn(result, field) ? result[field] : undefined;
    // Own properties only, or a daemon could reach into Object.prototype by a name.
    const all = before === undefined ? one : Array.isArray(before) ? [...before, one] : [before, one];
    Object.defineProperty(result, field, {
      value: all,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return result;
}

/**
 * Gives every value the type that libvirt's headers say its name has. The table of names is large, and loaded by the
 * first call that needs it.
 *
 * Rejects with an `InvalidValueError` for a name that is not known, or a value that its type cannot hold.
 */
export async function encodeParameters(values: TypedParameterValues): Promise<RemoteTypedParam[]> {
  return (await import("./parameter-encoder.js")).encodeParameters(values);
}
