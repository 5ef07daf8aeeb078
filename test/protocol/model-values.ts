import fc from "fast-check";
import { camelCase } from "../../codegen/emit/names.js";
import type { DeclarationModel, FieldModel, ProtocolModel, Size, TypeModel } from "../../codegen/model.js";

type Fields = Readonly<Record<string, unknown>>;

/** The edges of each type of number, and ordinary values between them. */
const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  int: fc.oneof(fc.integer(), fc.constantFrom(0, -1, 2 ** 31 - 1, -(2 ** 31))),
  "unsigned int": fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1)),
  hyper: fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n),
  ),
  "unsigned hyper": fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.constantFrom(0n, 2n ** 53n + 1n, 2n ** 64n - 1n),
  ),
  double: fc.double(),
  char: fc.integer({ min: -128, max: 127 }),
  "unsigned char": fc.integer({ min: 0, max: 255 }),
  short: fc.integer({ min: -32768, max: 32767 }),
  "unsigned short": fc.integer({ min: 0, max: 65535 }),
};

const BEYOND: Readonly<Record<string, readonly unknown[]>> = {
  int: [2 ** 31, -(2 ** 31) - 1, 0.5, "1", 1n],
  "unsigned int": [-1, 2 ** 32, Number.NaN, null],
  hyper: [2n ** 63n, -(2n ** 63n) - 1n, 1],
  "unsigned hyper": [-1n, 2n ** 64n, 1],
  double: ["1.5", 1n],
  char: [128, -129],
  "unsigned char": [-1, 256],
  short: [32768, -32769],
  "unsigned short": [-1, 65536],
};

/** Lengths around the borders between the ways in which text is written and read, and beyond ASCII. */
const text: fc.Arbitrary<string> = fc
  .oneof(fc.string({ unit: "grapheme", maxLength: 12 }), fc.string({ maxLength: 50 }), fc.constant("\ufeff"))
  .filter((s) => !s.includes("\0") && s.isWellFormed());

/** A place inside a struct or union where a limit applies to a length. */
export interface Limit {
  readonly field: string;
  readonly max: number;
  /** The whole value, with this field of that length. */
  readonly make: (length: number) => Fields;
}

interface Variant {
  readonly field: FieldModel;
  readonly key: string;
  readonly base: Fields;
}

/** Makes values of the types of the models, from the models alone: it knows nothing of the generated code. */
export class ModelValues {
  readonly #types: ReadonlyMap<string, TypeModel>;
  readonly #constants: ReadonlyMap<string, number>;
  readonly #arbitraries = new Map<string, fc.Arbitrary<unknown>>();
  readonly #seed: number;

  /** The seed decides about the values that are drawn here; arbitraries have their own. */
  constructor(models: Iterable<ProtocolModel>, seed: number) {
    const all = [...models];
    this.#seed = seed;
    this.#types = new Map(all.flatMap(({ types }) => types.map((type) => [type.name, type] as const)));
    this.#constants = new Map(
      all.flatMap(({ constants }) => constants.map((c) => [c.name, c.value] as const)),
    );
  }

  /** All values of a named type whose strings and lists are short. */
  arbitrary(name: string): fc.Arbitrary<unknown> {
    let known = SCALARS[name] ?? this.#arbitraries.get(name);
    if (known === undefined) {
      known = name === "string" ? text : this.#ofType(this.#type(name));
      this.#arbitraries.set(name, known);
    }
    return known;
  }

  /** Some values of a named type. */
  sample(name: string, count: number): unknown[] {
    return fc.sample(this.arbitrary(name), { seed: this.#seed, numRuns: count });
  }

  /** The fields whose length is limited. */
  limits(name: string): Limit[] {
    return this.#variants(name).flatMap(({ field, key, base }) => {
      const limit = this.#limitOf(field);
      if (limit === undefined) return [];
      return [{ field: key, max: limit.max, make: (length) => ({ ...base, [key]: limit.make(length) }) }];
    });
  }

  /** Whole values in which one number is of the wrong type or out of its range, with the field that it stands in. */
  outOfRange(name: string): { readonly field: string; readonly value: Fields }[] {
    return this.#variants(name).flatMap(({ field: { type, optional, size, max }, key, base }) => {
      if (optional || size !== undefined || max !== undefined) return [];
      return (BEYOND[type] ?? []).map((value) => ({ field: key, value: { ...base, [key]: value } }));
    });
  }

  #ofType(type: TypeModel): fc.Arbitrary<unknown> {
    switch (type.kind) {
      case "typedef":
        return this.#isUuid(type.type) ? fc.uuid() : this.#declared(type.type);
      case "enum":
        return fc.constantFrom(...type.members.map(({ value }) => value));
      case "struct":
        return fc.record(
          Object.fromEntries(type.fields.map((field) => [camelCase(field.name), this.#declared(field)])),
          { noNullPrototype: true },
        );
      case "union": {
        const discriminant = camelCase(type.discriminant.name);
        const arms = type.arms.map(({ cases, field }) =>
          fc.record(
            {
              [discriminant]: fc.constantFrom(...cases.map(({ value }) => value)),
              value: field === undefined ? fc.constant(undefined) : this.#declared(field),
            },
            { noNullPrototype: true },
          ),
        );
        return fc.oneof(...arms);
      }
    }
  }

  #declared({ type, optional, size, max }: DeclarationModel): fc.Arbitrary<unknown> {
    if (optional) return fc.option(this.arbitrary(type), { nil: undefined });
    if (size !== undefined) return this.#sequence(type, this.#size(size), this.#size(size));
    if (max === undefined || type === "string") return this.arbitrary(type);
    return this.#sequence(type, 0, Math.min(4, this.#size(max)));
  }

  #sequence(type: string, minLength: number, maxLength: number): fc.Arbitrary<unknown> {
    if (type === "opaque" || type === "char") return fc.uint8Array({ minLength, maxLength });
    return fc.array(this.arbitrary(type), { minLength, maxLength });
  }

  /** Each field, with a value of the type around it that has this field. */
  #variants(name: string): Variant[] {
    const type = this.#type(name);
    if (type.kind === "struct") {
      const [base] = this.sample(name, 1) as [Fields];
      return type.fields.map((field) => ({ field, key: camelCase(field.name), base }));
    }
    if (type.kind !== "union") return [];
    const discriminant = camelCase(type.discriminant.name);
    return type.arms.flatMap(({ cases, field }) =>
      field === undefined ? [] : [{ field, key: "value", base: { [discriminant]: cases[0]?.value } }],
    );
  }

  #limitOf({
    type,
    max,
    size,
  }: DeclarationModel): { readonly max: number; readonly make: (length: number) => unknown } | undefined {
    if (max !== undefined) return { max: this.#size(max), make: this.#ofLength(type) };
    if (size !== undefined || type in SCALARS) return undefined;
    const named = this.#type(type);
    return named.kind === "typedef" ? this.#limitOf(named.type) : undefined;
  }

  #ofLength(type: string): (length: number) => unknown {
    if (type === "string") return (length) => "x".repeat(length);
    if (type === "opaque" || type === "char") return (length) => new Uint8Array(length).fill(0xa5);
    // One element many times over: what counts here is their number.
    const [element] = this.sample(type, 1);
    return (length) => Array.from({ length }, () => element);
  }

  #isUuid({ type, size }: DeclarationModel): boolean {
    return type === "opaque" && size !== undefined && this.#size(size) === 16;
  }

  #size(size: Size | null): number {
    if (size === null) return 2 ** 32 - 1;
    const value = typeof size === "number" ? size : this.#constants.get(size);
    if (value === undefined) throw new Error(`unknown constant ${size}`);
    return value;
  }

  #type(name: string): TypeModel {
    const type = this.#types.get(name);
    if (type === undefined) throw new Error(`unknown type ${name}`);
    return type;
  }
}
