import type { ParameterTypeName } from "./parameter-type-name.js";

/** A parameter's value as JavaScript has it. */
export type TypedParameterValue = number | bigint | boolean | string;

/** Parameters by name, as the daemon gives them; a name that it gives more than once has all its values, in order. */
export type TypedParameters = Readonly<Record<string, TypedParameterValue | readonly TypedParameterValue[]>>;

/** A value together with the type that it has on the wire, for names that libvirt's headers do not list. */
export interface ExplicitParameter {
  readonly type: ParameterTypeName;
  readonly value: TypedParameterValue;
}

/** What a caller may give for one value of a parameter. */
export type InputValue = TypedParameterValue | ExplicitParameter;

/** Parameters by name, as a caller gives them. */
export type TypedParameterValues = Readonly<Record<string, InputValue | readonly InputValue[] | undefined>>;

/** The numbers of the types on the wire: virTypedParameterType. */
export const WIRE_TYPES = { int: 1, uint: 2, llong: 3, ullong: 4, double: 5, boolean: 6, string: 7 } as const;
