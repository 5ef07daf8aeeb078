import type { Position } from "./source-error.js";

/** What the parser makes of a `.x` file: the file as written, no name looked up yet. */
export interface SourceFile {
  readonly file: string;
  /** `%` lines, without the sign. */
  readonly passthrough: readonly string[];
  readonly definitions: readonly Definition[];
}

export type Definition = ConstDefinition | TypedefDefinition | TypeDefinition | ProgramDefinition;

interface Named {
  readonly name: string;
  readonly at: Position;
}

/** A number as written, or the name of a constant. */
export type Value =
  | { readonly kind: "number"; readonly value: number; readonly radix: 8 | 10 | 16; readonly at: Position }
  | { readonly kind: "name"; readonly name: string; readonly at: Position };

export interface ConstDefinition extends Named {
  readonly kind: "const";
  readonly value: Value;
}

export interface TypedefDefinition extends Named {
  readonly kind: "typedef";
  readonly declaration: Declaration;
}

/** `enum NAME …`, `struct NAME …` or `union NAME …`. */
export interface TypeDefinition extends Named {
  readonly kind: "type";
  readonly type: EnumType | StructType | UnionType;
}

export interface ProgramDefinition extends Named {
  readonly kind: "program";
  readonly number: Value;
  readonly versions: readonly VersionDefinition[];
}

export interface VersionDefinition extends Named {
  readonly number: Value;
  readonly procedures: readonly ProcedureDefinition[];
}

export interface ProcedureDefinition extends Named {
  readonly number: Value;
  readonly result: TypeSpecifier;
  readonly parameters: readonly TypeSpecifier[];
}

/** The types that the language itself has, in one spelling. */
export const BUILTIN_TYPES = [
  "int",
  "unsigned int",
  "hyper",
  "unsigned hyper",
  "char",
  "unsigned char",
  "short",
  "unsigned short",
  "float",
  "double",
  "bool",
  "string",
  "opaque",
  "void",
] as const;
export type BuiltinType = (typeof BUILTIN_TYPES)[number];

export type TypeSpecifier =
  | { readonly kind: "builtin"; readonly name: BuiltinType; readonly at: Position }
  | { readonly kind: "named"; readonly name: string; readonly at: Position }
  | EnumType
  | StructType
  | UnionType;

export interface EnumType {
  readonly kind: "enum";
  readonly at: Position;
  readonly members: readonly EnumMember[];
}

export interface EnumMember extends Named {
  readonly value: Value;
  /** Comments before the member. */
  readonly comments: readonly string[];
}

export interface StructType {
  readonly kind: "struct";
  readonly at: Position;
  readonly fields: readonly Declaration[];
  /** Comments behind the opening brace. */
  readonly comments: readonly string[];
}

export interface UnionType {
  readonly kind: "union";
  readonly at: Position;
  readonly discriminant: Declaration;
  readonly arms: readonly UnionArm[];
  readonly defaultArm?: Declaration | "void" | undefined;
}

export interface UnionArm {
  readonly cases: readonly Value[];
  readonly body: Declaration | "void";
}

/**
 * How many of the type there are. `fixed` has exactly `size` of them, `variable` at most `size`, or any number when
 * the brackets are empty.
 */
export type Shape =
  | { readonly kind: "one" }
  | { readonly kind: "optional" }
  | { readonly kind: "fixed"; readonly size: Value }
  | { readonly kind: "variable"; readonly size?: Value | undefined };

export interface Declaration extends Named {
  readonly type: TypeSpecifier;
  readonly shape: Shape;
  /** Comments behind the declaration, on its line. */
  readonly comments: readonly string[];
}
