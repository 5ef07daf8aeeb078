import type { ConstantModel, ProtocolModel, TypeModel } from "../model.js";
import { fileOfProcedure } from "./layout.js";
import { pascalCase } from "./names.js";

/** Knows every type and constant of all protocols, and which generated file each of them is in. */
export class Scope {
  private readonly types = new Map<string, { readonly type: TypeModel; readonly file: string }>();
  private readonly constants = new Map<string, { readonly constant: ConstantModel; readonly file: string }>();
  /** Typedefs that arrays consist of: those need a codec of their own. */
  private readonly elements = new Set<string>();

  constructor(protocols: ReadonlyMap<string, ProtocolModel>) {
    for (const [folder, model] of protocols) {
      for (const constant of model.constants) {
        this.constants.set(constant.name, { constant, file: `${folder}/constants` });
      }
      const owners = new Map<string | undefined, string>();
      for (const { name, args, ret, msg } of model.procedures) {
        for (const struct of [args, ret, msg]) owners.set(struct, fileOfProcedure(folder, name));
      }
      for (const type of model.types) {
        this.types.set(type.name, { type, file: `${folder}/${owners.get(type.name) ?? "types"}` });
        this.collectElements(type);
      }
    }
    this.checkNames();
  }

  private collectElements(type: TypeModel): void {
    const declarations =
      type.kind === "struct"
        ? type.fields
        : type.kind === "union"
          ? type.arms.flatMap(({ field }) => (field === undefined ? [] : [field]))
          : type.kind === "typedef"
            ? [type.type]
            : [];
    for (const { type: name, size, max } of declarations) {
      if (size !== undefined || max !== undefined) this.elements.add(name);
    }
  }

  /** Different names of C may become one in TypeScript. */
  private checkNames(): void {
    const seen = new Map<string, string>();
    for (const name of [...this.types.keys(), ...this.constants.keys()]) {
      const exported = this.constants.has(name) ? name : pascalCase(name);
      const before = seen.get(exported);
      if (before !== undefined) throw new Error(`'${before}' and '${name}' are both called ${exported}`);
      seen.set(exported, name);
    }
  }

  type(name: string): { readonly type: TypeModel; readonly file: string } | undefined {
    return this.types.get(name);
  }

  constant(name: string): { readonly constant: ConstantModel; readonly file: string } {
    const found = this.constants.get(name);
    if (found === undefined) throw new Error(`unknown constant '${name}' in a model`);
    return found;
  }

  isElement(typedef: string): boolean {
    return this.elements.has(typedef);
  }
}
