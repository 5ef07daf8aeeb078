import { HEADER_CONSTANTS } from "./header-constants.js";
import { type Position, SourceError } from "./source-error.js";
import type { Definition, SourceFile, Value } from "./syntax.js";

interface Constant {
  readonly value: Value;
  readonly at: Position;
}

function show({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

/** All names of all files: one namespace for constants and enum members, one for types. */
export class Symbols {
  private readonly constants = new Map<string, Constant>();
  private readonly types = new Map<string, Position>();

  constructor(files: readonly SourceFile[]) {
    for (const { definitions } of files) {
      for (const definition of definitions) this.define(definition);
    }
  }

  private define(definition: Definition): void {
    const { kind, name, at } = definition;
    if (kind === "program") {
      throw new SourceError(
        at,
        `program '${name}': its procedures would be lost; libvirt declares them in 'enum NAME_procedure'`,
      );
    }
    if (kind === "const") {
      this.addConstant(name, definition.value, at);
      return;
    }
    const before = this.types.get(name);
    if (before !== undefined) {
      throw new SourceError(at, `the type '${name}' is already defined at ${show(before)}`);
    }
    this.types.set(name, at);
    const type = kind === "type" ? definition.type : definition.declaration.type;
    if (type.kind === "enum") {
      for (const member of type.members) this.addConstant(member.name, member.value, member.at);
    }
  }

  /** Members of enums are constants, wherever the enum stands. */
  addConstant(name: string, value: Value, at: Position): void {
    const before = this.constants.get(name);
    if (before !== undefined) {
      throw new SourceError(at, `the constant '${name}' is already defined at ${show(before.at)}`);
    }
    this.constants.set(name, { value, at });
  }

  hasType(name: string): boolean {
    return this.types.has(name);
  }

  hasConstant(name: string): boolean {
    return this.constants.has(name);
  }

  evaluate(value: Value, seen: readonly string[] = []): number {
    if (value.kind === "number") return value.value;
    const { name, at } = value;
    const constant = this.constants.get(name);
    if (constant === undefined) {
      const known = HEADER_CONSTANTS.get(name);
      if (known === undefined) throw new SourceError(at, `unknown constant '${name}'`);
      return known;
    }
    if (seen.includes(name)) throw new SourceError(at, `the constant '${name}' is defined by itself`);
    return this.evaluate(constant.value, [...seen, name]);
  }

  /** A size for the model: by name when it is a constant of these files. It must be a count. */
  size(value: Value): number | string {
    const number = this.evaluate(value);
    if (number < 0 || number > 0xffff_ffff) throw new SourceError(value.at, `${number} is no size`);
    return value.kind === "name" && this.hasConstant(value.name) ? value.name : number;
  }
}
