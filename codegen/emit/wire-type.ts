import type { DeclarationModel, Size } from "../model.js";
import { CUSTOM_CODECS } from "./exceptions.js";
import { GeneratedFile } from "./generated-file.js";
import { pascalCase } from "./names.js";
import type { Scope } from "./scope.js";

/** What the generated code says about one type. */
export interface WireType {
  /** The TypeScript type. */
  readonly type: string;
  /** An expression that reads it from `r`. */
  readonly read: string;
  /** A statement, without its semicolon, that writes `value` to `w`. */
  readonly write: (value: string) => string;
  readonly optional?: true;
}

const XDR_CODEC = "../xdr-codec/index";
/** No limit but that of a count's 32 bits. */
const UNLIMITED = "0xffffffff";

/** The numbers: method of the reader and the writer, TypeScript type. */
const SCALARS: Readonly<Record<string, readonly [string, string]>> = {
  int: ["int", "number"],
  "unsigned int": ["uint", "number"],
  hyper: ["hyper", "bigint"],
  "unsigned hyper": ["uhyper", "bigint"],
  char: ["char", "number"],
  "unsigned char": ["uchar", "number"],
  short: ["short", "number"],
  "unsigned short": ["ushort", "number"],
  float: ["float", "number"],
  double: ["double", "number"],
  bool: ["bool", "boolean"],
};

/** Sequences of bytes: methods when the length is fixed, and when it is not. */
const BYTES: Readonly<Record<string, readonly [string, string]>> = {
  opaque: ["fixedOpaque", "opaque"],
  char: ["fixedChars", "chars"],
};

/** Turns types of a model into code for `file`. */
export class WireTypes {
  private readonly scope: Scope;
  private readonly file: GeneratedFile;

  constructor(scope: Scope, file: GeneratedFile) {
    this.scope = scope;
    this.file = file;
  }

  /** A type where it is used. */
  of({ type, optional, size, max }: DeclarationModel): WireType {
    if (optional !== undefined) return this.optional(this.named(type));
    if (size !== undefined) return this.fixed(type, size);
    if (max !== undefined) return this.variable(type, max);
    return this.named(type);
  }

  private optional(inner: WireType): WireType {
    if (inner.optional) throw new Error("an optional type cannot be optional once more");
    return {
      type: `${inner.type} | undefined`,
      read: `r.present() ? ${inner.read} : undefined`,
      write: (value) => `if (w.present(${value})) ${inner.write(value)}`,
      optional: true,
    };
  }

  private fixed(type: string, size: Size): WireType {
    const count = this.size(size);
    const method = BYTES[type]?.[0];
    if (method !== undefined) {
      return {
        type: "Uint8Array",
        read: `r.${method}(${count})`,
        write: (value) => `w.${method}(${value}, ${count})`,
      };
    }
    const codec = this.codec(type);
    return {
      type: `readonly ${this.elementType(type)}[]`,
      read: `r.fixedArray(${codec}, ${count})`,
      write: (value) => `w.fixedArray(${value}, ${count}, ${codec})`,
    };
  }

  private variable(type: string, max: Size | null): WireType {
    const limit = max === null ? UNLIMITED : this.size(max);
    if (type === "string") {
      return { type: "string", read: "r.string()", write: (value) => `w.string(${value}, ${limit})` };
    }
    const method = BYTES[type]?.[1];
    if (method !== undefined) {
      return {
        type: "Uint8Array",
        read: `r.${method}()`,
        write: (value) => `w.${method}(${value}, ${limit})`,
      };
    }
    const codec = this.codec(type);
    return {
      type: `readonly ${this.elementType(type)}[]`,
      read: `r.array(${codec})`,
      write: (value) => `w.array(${value}, ${limit}, ${codec})`,
    };
  }

  private size(size: Size): string {
    return typeof size === "number" ? String(size) : this.file.use(size, this.scope.constant(size).file);
  }

  /** One of the type that has this name. */
  private named(name: string): WireType {
    const scalar = SCALARS[name];
    if (scalar !== undefined) {
      const [method, type] = scalar;
      return { type, read: `r.${method}()`, write: (value) => `w.${method}(${value})` };
    }
    const custom = this.custom(name);
    if (custom !== undefined) return call(custom.type, custom.codec);
    const { type, file } = this.find(name);
    if (type.kind === "typedef") return this.of(type.type);
    // Daemons may use numbers that were added later.
    if (type.kind === "enum") return this.named("int");
    const codec = this.file.use(pascalCase(name), file);
    return call(codec, codec);
  }

  /** An expression for the codec of an array's elements. */
  private codec(name: string): string {
    const scalar = SCALARS[name];
    if (scalar !== undefined) return this.file.use(`xdr${pascalCase(scalar[0])}`, XDR_CODEC);
    const custom = this.custom(name);
    if (custom !== undefined) return custom.codec;
    const { type, file } = this.find(name);
    return type.kind === "enum" ? this.codec("int") : this.file.use(pascalCase(name), file);
  }

  /** Only the type: what it takes to read and write an element is the business of its own codec. */
  private elementType(name: string): string {
    const { type } = new WireTypes(this.scope, new GeneratedFile("", "")).named(name);
    return type.includes(" ") ? `(${type})` : type;
  }

  private custom(name: string): { readonly codec: string; readonly type: string } | undefined {
    const custom = CUSTOM_CODECS[name];
    if (custom !== undefined) this.file.use(custom.codec, `../${custom.module}`);
    return custom;
  }

  private find(name: string): NonNullable<ReturnType<Scope["type"]>> {
    const found = this.scope.type(name);
    if (found === undefined) throw new Error(`unknown type '${name}' in a model`);
    return found;
  }
}

function call(type: string, codec: string): WireType {
  return { type, read: `${codec}.decode(r)`, write: (value) => `${codec}.encode(w, ${value})` };
}
