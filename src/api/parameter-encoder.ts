import { InvalidValueError } from "../errors/index.js";
import type { RemoteTypedParam, RemoteTypedParamValue } from "../protocol/generated/remote/index.js";
import { PARAMETER_TYPES } from "./generated/parameter-types.js";
import type { ParameterTypeName } from "./parameter-type-name.js";
import {
  type InputValue,
  type TypedParameterValue,
  type TypedParameterValues,
  WIRE_TYPES,
} from "./parameter-values.js";

/** Every type's range, in the words of an error. */
const RANGES: Readonly<Record<ParameterTypeName, string>> = {
  int: "a whole number from -2147483648 to 2147483647",
  uint: "a whole number from 0 to 4294967295",
  llong: "a whole number or bigint from -2^63 to 2^63 - 1",
  ullong: "a whole number or bigint from 0 to 2^64 - 1",
  double: "a number",
  boolean: "true or false",
  string: "a string",
};

/** Gives every value the type that libvirt's headers say its name has; a list of values repeats the name. */
export function encodeParameters(values: TypedParameterValues): RemoteTypedParam[] {
  if (typeof values !== "object" || values === null) {
    throw new InvalidValueError(
      `parameters must be an object such as { cpu_shares: 2048 }, got ${String(values)}`,
    );
  }
  return Object.entries(values).flatMap(([field, value]) => {
    if (value === undefined) return [];
    const all: readonly InputValue[] = Array.isArray(value)
      ? (value as readonly InputValue[])
      : [value as InputValue];
    return all.map((one) => ({ field, value: encodeValue(field, one) }));
  });
}

function encodeValue(field: string, input: InputValue): RemoteTypedParamValue {
  const explicit = typeof input === "object" ? input : undefined;
  const types = explicit === undefined ? typesOf(field) : [explicit.type];
  const value = explicit === undefined ? (input as TypedParameterValue) : explicit.value;
  for (const type of types) {
    const encoded = encodeAs(type, value);
    if (encoded !== undefined) return encoded;
  }
  const expected = types.map((type) => `${RANGES[type]} (${type})`).join(", or ");
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new InvalidValueError(`parameter ${field} must be ${expected}, got ${shown}`);
}

function typesOf(field: string): readonly ParameterTypeName[] {
  const types = PARAMETER_TYPES.get(field);
  if (types !== undefined) return types;
  throw new InvalidValueError(
    `parameter ${JSON.stringify(field)} is not in libvirt's headers, so its type is not known: ` +
      'give it as { type: "uint", value: 5 }',
  );
}

/** The value as this type, or undefined when the type cannot hold it. */
function encodeAs(type: ParameterTypeName, value: TypedParameterValue): RemoteTypedParamValue | undefined {
  switch (type) {
    case "int":
      return isWhole(value, -(2n ** 31n), 2n ** 31n - 1n) ? { type: 1, value: Number(value) } : undefined;
    case "uint":
      return isWhole(value, 0n, 2n ** 32n - 1n) ? { type: 2, value: Number(value) } : undefined;
    case "llong":
      return isWhole(value, -(2n ** 63n), 2n ** 63n - 1n) ? { type: 3, value: BigInt(value) } : undefined;
    case "ullong":
      return isWhole(value, 0n, 2n ** 64n - 1n) ? { type: 4, value: BigInt(value) } : undefined;
    case "double":
      return typeof value === "number" ? { type: 5, value } : undefined;
    case "boolean":
      return typeof value === "boolean" ? { type: 6, value: value ? 1 : 0 } : undefined;
    case "string":
      return typeof value === "string" ? { type: 7, value } : undefined;
    default:
      throw new InvalidValueError(
        `a parameter's type must be one of ${Object.keys(WIRE_TYPES).join(", ")}, got ${String(type)}`,
      );
  }
}

function isWhole(value: TypedParameterValue, low: bigint, high: bigint): value is number | bigint {
  if (typeof value === "number" ? !Number.isSafeInteger(value) : typeof value !== "bigint") return false;
  const number = BigInt(value);
  return number >= low && number <= high;
}
