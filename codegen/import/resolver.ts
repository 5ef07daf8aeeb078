import type {
  ConstantModel,
  DeclarationModel,
  EnumModel,
  FieldModel,
  ProtocolModel,
  StructModel,
  TypeModel,
  UnionArmModel,
  UnionModel,
} from "../model.js";
import { fieldAnnotations, structAnnotation } from "./annotations.js";
import { findProgram } from "./procedures.js";
import { type Position, SourceError } from "./source-error.js";
import { Symbols } from "./symbols.js";
import type {
  ConstDefinition,
  Declaration,
  EnumType,
  SourceFile,
  StructType,
  TypeSpecifier,
  UnionType,
} from "./syntax.js";
import { checkRecursion } from "./type-recursion.js";

/** Looks up every name in `files`, which may refer to each other, and yields one model for each, in their order. */
export function resolve(files: readonly SourceFile[], libvirtVersion: string): readonly ProtocolModel[] {
  const symbols = new Symbols(files);
  const resolved = files.map((file) => ({ file, ...new FileResolver(file, symbols).resolve() }));
  const positions = new Map(resolved.flatMap(({ positions }) => [...positions]));
  checkRecursion(
    resolved.flatMap(({ types }) => types),
    positions,
  );
  return resolved.map(({ file, constants, types }) => {
    const { program, procedures } = findProgram(file, types, symbols);
    const listed = types.filter(({ name }) => name !== program?.enumName);
    return {
      libvirtVersion,
      source: file.file,
      ...(program === undefined ? {} : { program: program.model }),
      constants,
      types: listed,
      procedures,
    };
  });
}

interface Resolved {
  readonly constants: readonly ConstantModel[];
  readonly types: readonly TypeModel[];
  readonly positions: ReadonlyMap<string, Position>;
}

class FileResolver {
  private readonly file: SourceFile;
  private readonly symbols: Symbols;
  private readonly types: TypeModel[] = [];
  private readonly positions = new Map<string, Position>();

  constructor(file: SourceFile, symbols: Symbols) {
    this.file = file;
    this.symbols = symbols;
  }

  resolve(): Resolved {
    const constants: ConstantModel[] = [];
    for (const definition of this.file.definitions) {
      if (definition.kind === "const") constants.push(this.constant(definition));
      else if (definition.kind === "type") this.define(definition.name, definition.type, definition.at);
      else if (definition.kind === "typedef") this.typedef(definition.name, definition.declaration);
    }
    return { constants, types: this.types, positions: this.positions };
  }

  private constant({ name, value }: ConstDefinition): ConstantModel {
    return {
      name,
      value: this.symbols.evaluate(value),
      ...(value.kind === "number" && value.radix !== 10 ? { radix: value.radix } : {}),
      ...(value.kind === "name" ? { from: value.name } : {}),
    };
  }

  private typedef(name: string, declaration: Declaration): void {
    const { type, shape } = declaration;
    if (type.kind !== "named" && type.kind !== "builtin" && shape.kind === "one") {
      this.define(name, type, declaration.at);
    } else this.add({ kind: "typedef", name, type: this.declare(declaration, name) }, declaration.at);
  }

  private add(type: TypeModel, at: Position): void {
    this.types.push(type);
    this.positions.set(type.name, at);
  }

  /** Anonymous types inside come first, so that a type stands behind what it is made of. */
  private define(name: string, type: EnumType | StructType | UnionType, at: Position): void {
    if (type.kind === "enum") this.add(this.enum(name, type), at);
    else if (type.kind === "struct") this.add(this.struct(name, type), at);
    else this.add(this.union(name, type), at);
  }

  private enum(name: string, type: EnumType): EnumModel {
    const members = type.members.map((member) => ({
      name: member.name,
      value: this.symbols.evaluate(member.value),
    }));
    return { kind: "enum", name, members };
  }

  private struct(name: string, type: StructType): StructModel {
    const insertAt = structAnnotation(type.comments, type.at);
    const fields = type.fields.map((field) => this.field(field, name));
    checkUnique(type.fields, `struct '${name}'`);
    return { kind: "struct", name, ...(insertAt === undefined ? {} : { insertAt }), fields };
  }

  private union(name: string, type: UnionType): UnionModel {
    const { discriminant, arms, defaultArm } = type;
    const model: UnionModel = {
      kind: "union",
      name,
      discriminant: this.discriminant(discriminant, name),
      arms: arms.map(({ cases, body }): UnionArmModel => {
        const values = cases.map((value) => ({
          ...(value.kind === "name" ? { name: value.name } : {}),
          value: this.symbols.evaluate(value),
        }));
        return body === "void" ? { cases: values } : { cases: values, field: this.field(body, name) };
      }),
      ...(defaultArm === undefined
        ? {}
        : { defaultArm: defaultArm === "void" ? null : this.field(defaultArm, name) }),
    };
    const seen = new Set<number>();
    for (const value of arms.flatMap(({ cases }) => cases)) {
      const number = this.symbols.evaluate(value);
      if (seen.has(number)) throw new SourceError(value.at, `union '${name}' has two arms for ${number}`);
      seen.add(number);
    }
    return model;
  }

  private discriminant(declaration: Declaration, owner: string): FieldModel {
    const field = this.field(declaration, owner);
    const { type, shape } = declaration;
    const allowed =
      type.kind === "named" || type.kind === "enum" || /^(?:int|unsigned int|bool)$/.test(field.type);
    if (!allowed || shape.kind !== "one") {
      throw new SourceError(
        declaration.at,
        `the discriminant of union '${owner}' must be int, unsigned int, bool or an enum`,
      );
    }
    return field;
  }

  private field(declaration: Declaration, owner: string): FieldModel {
    const annotations = fieldAnnotations(declaration.comments, declaration.at);
    return {
      name: declaration.name,
      ...this.declare(declaration, `${owner}_${declaration.name}`),
      ...(annotations === undefined ? {} : { annotations }),
    };
  }

  /** `nestedName` is what an anonymous type is called. */
  private declare({ type, shape }: Declaration, nestedName: string): DeclarationModel {
    const name = this.typeName(type, nestedName);
    switch (shape.kind) {
      case "one":
        return { type: name };
      case "optional":
        return { type: name, optional: true };
      case "fixed":
        return { type: name, size: this.symbols.size(shape.size) };
      case "variable":
        return { type: name, max: shape.size === undefined ? null : this.symbols.size(shape.size) };
    }
  }

  private typeName(type: TypeSpecifier, nestedName: string): string {
    if (type.kind === "builtin") return type.name;
    if (type.kind === "named") {
      if (!this.symbols.hasType(type.name)) throw new SourceError(type.at, `unknown type '${type.name}'`);
      return type.name;
    }
    if (this.symbols.hasType(nestedName)) {
      throw new SourceError(
        type.at,
        `the anonymous ${type.kind} would be called '${nestedName}', which exists`,
      );
    }
    if (type.kind === "enum") {
      for (const member of type.members) this.symbols.addConstant(member.name, member.value, member.at);
    }
    this.define(nestedName, type, type.at);
    return nestedName;
  }
}

function checkUnique(fields: readonly Declaration[], owner: string): void {
  const seen = new Set<string>();
  for (const { name, at } of fields) {
    if (seen.has(name)) throw new SourceError(at, `${owner} has two fields '${name}'`);
    seen.add(name);
  }
}
