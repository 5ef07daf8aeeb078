import type { DeclarationModel, Size, TypeModel } from "../../codegen/model.js";

/** A value as the generated interfaces want it, and the bytes that stand for it. */
export interface Sample {
  readonly value: unknown;
  readonly bytes: readonly number[];
}

/** Small numbers that look random and are the same in each run (mulberry32). */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function word(value: number): readonly number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff].map((byte) => byte & 0xff);
}

function long(value: bigint): readonly number[] {
  return Array.from({ length: 8 }, (_, index) =>
    Number((BigInt.asUintN(64, value) >> BigInt(56 - index * 8)) & 0xffn),
  );
}

function padded(bytes: readonly number[]): readonly number[] {
  return [...bytes, ...Array.from({ length: (4 - (bytes.length % 4)) % 4 }, () => 0)];
}

const TEXTS = ["", "a", "domain", "näme", "日本", "longer than one word 🙂", "x".repeat(40)];

/**
 * Makes values from the model alone, together with what RFC 4506 says of their bytes: a second implementation of what
 * the emitter and the runtime do, written to be simple.
 */
export class Sampler {
  private readonly types: ReadonlyMap<string, TypeModel>;
  private readonly constants: ReadonlyMap<string, number>;
  private readonly below: (limit: number) => number;

  constructor(
    types: ReadonlyMap<string, TypeModel>,
    constants: ReadonlyMap<string, number>,
    below: (limit: number) => number,
  ) {
    this.types = types;
    this.constants = constants;
    this.below = below;
  }

  /** A value of the type that has this name. */
  named(name: string): Sample {
    const scalar = this.scalar(name);
    if (scalar !== undefined) return scalar;
    const type = this.types.get(name);
    switch (type?.kind) {
      case "typedef":
        return /uuid$/i.test(name) ? this.uuid() : this.declared(type.type);
      case "enum":
        return this.pick(type.members.map(({ value }) => ({ value, bytes: word(value) })));
      case "struct": {
        const fields = type.fields.map((field) => ({ name: field.name, ...this.declared(field) }));
        return {
          value: Object.fromEntries(fields.map((field) => [camel(field.name), field.value])),
          bytes: fields.flatMap(({ bytes }) => bytes),
        };
      }
      case "union": {
        const arm = this.pick(type.arms);
        const { value } = this.pick(arm.cases);
        const body = arm.field === undefined ? undefined : this.declared(arm.field);
        return {
          value: { [type.discriminant.name]: value, ...(body === undefined ? {} : { value: body.value }) },
          bytes: [...word(value), ...(body?.bytes ?? [])],
        };
      }
      case undefined:
        throw new Error(`unknown type ${name}`);
    }
  }

  private declared({ type, optional, size, max }: DeclarationModel): Sample {
    if (optional !== undefined) {
      if (this.below(2) === 0) return { value: undefined, bytes: word(0) };
      const { value, bytes } = this.named(type);
      return { value, bytes: [...word(1), ...bytes] };
    }
    if (size !== undefined) return this.several(type, this.number(size), false);
    if (max === undefined) return this.named(type);
    const limit = max === null ? 4 : this.number(max);
    if (type === "string") {
      const text = this.pick(TEXTS);
      const encoded = [...Buffer.from(text)];
      return { value: text, bytes: [...word(encoded.length), ...padded(encoded)] };
    }
    return this.several(type, this.below(Math.min(limit, 9) + 1), true);
  }

  private several(type: string, count: number, counted: boolean): Sample {
    const prefix = counted ? word(count) : [];
    if (type === "opaque" || type === "char") {
      const bytes = Array.from({ length: count }, () => this.below(256));
      const body = type === "opaque" ? padded(bytes) : bytes.flatMap((byte) => word((byte << 24) >> 24));
      return { value: Uint8Array.from(bytes), bytes: [...prefix, ...body] };
    }
    const items = Array.from({ length: count }, () => this.named(type));
    return {
      value: items.map(({ value }) => value),
      bytes: [...prefix, ...items.flatMap(({ bytes }) => bytes)],
    };
  }

  private scalar(name: string): Sample | undefined {
    const whole = (...values: readonly number[]): Sample =>
      this.pick(values.map((value) => ({ value, bytes: word(value) })));
    const large = (...values: readonly bigint[]): Sample =>
      this.pick(values.map((value) => ({ value, bytes: long(value) })));
    switch (name) {
      case "int":
        return whole(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), this.below(1000));
      case "unsigned int":
        return whole(0, 1, 2 ** 32 - 1, this.below(1000));
      case "char":
        return whole(0, 127, -128);
      case "unsigned char":
        return whole(0, 255, this.below(256));
      case "short":
        return whole(0, 2 ** 15 - 1, -(2 ** 15));
      case "unsigned short":
        return whole(0, 2 ** 16 - 1, this.below(1000));
      case "hyper":
        return large(0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(this.below(1000)));
      case "unsigned hyper":
        return large(0n, 2n ** 64n - 1n, 2n ** 53n + 1n, BigInt(this.below(1000)));
      case "double": {
        const value = this.pick([0, -0.5, 1.7976931348623157e308, this.below(1000) / 8]);
        const buffer = Buffer.alloc(8);
        buffer.writeDoubleBE(value);
        return { value, bytes: [...buffer] };
      }
      default:
        return undefined;
    }
  }

  private uuid(): Sample {
    const bytes = Array.from({ length: 16 }, () => this.below(256));
    const hex = Buffer.from(bytes).toString("hex");
    return { value: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"), bytes };
  }

  private number(size: Size): number {
    const number = typeof size === "number" ? size : this.constants.get(size);
    if (number === undefined) throw new Error(`unknown constant ${size}`);
    return number;
  }

  private pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }
}

function camel(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
