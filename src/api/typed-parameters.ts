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
  const result: Parameters = {};
  for (const { field, value } of params) {
    addParameter(result, field, value.type === WIRE_TYPES.boolean ? value.value !== 0 : value.value);
  }
  return result;
}

type Parameters = Record<string, TypedParameterValue | TypedParameterValue[]>;

/** @internal Adds a value to those that the name has. */
export function addParameter(result: Parameters, name: string, value: TypedParameterValue): void {
  if (result[name] === undefined) result[name] = value;
  else addSlowly(result, name, value);
}

/** For a name that is there already, or that only Object.prototype has, into which no daemon may reach. */
function addSlowly(result: Parameters, name: string, one: TypedParameterValue): void {
  const before = Object.hasOwn(result, name) ? result[name] : undefined;
  const value = before === undefined ? one : Array.isArray(before) ? [...before, one] : [before, one];
  Object.defineProperty(result, name, { value, writable: true, enumerable: true, configurable: true });
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
