import type { ApiFunction, LibraryModel } from "../../api-model.js";
import type { FieldModel, ProcedureModel, StructModel } from "../../model.js";
import type { Models, ProtocolName } from "../../models.js";
import { BY_HAND, OTHER_MACHINERY } from "./by-hand.js";
import { HANDLE_CLASSES, type HandleClass, methodName } from "./handle-classes.js";

/** A C function that becomes a method by the rules alone. */
export interface MethodPlan {
  readonly owner: HandleClass;
  readonly name: string;
  readonly fn: ApiFunction;
  readonly program: ProtocolName;
  readonly procedure: ProcedureModel;
  readonly args: readonly FieldModel[];
  readonly ret: StructModel | undefined;
}

const PROGRAM_OF_LIBRARY: Readonly<Record<string, ProtocolName>> = {
  libvirt: "remote",
  "libvirt-qemu": "qemu",
  "libvirt-lxc": "lxc",
  "libvirt-admin": "admin",
};

/** All functions with their procedures, matched by name: `virDomainGetXMLDesc`, `REMOTE_PROC_DOMAIN_GET_XML_DESC`. */
export class ApiPlan {
  readonly methods: readonly MethodPlan[];
  readonly #structs: ReadonlyMap<string, StructModel>;
  readonly #enums: ReadonlySet<string>;
  readonly #procedures = new Map<string, ProcedureModel>();

  constructor({ protocols, api }: Models) {
    this.#enums = new Set(api.libraries.flatMap(({ enums }) => enums.map(({ name }) => name)));
    const types = [...protocols.values()].flatMap((protocol) => protocol.types);
    this.#structs = new Map(
      types.flatMap((type) => (type.kind === "struct" ? [[type.name, type] as const] : [])),
    );
    for (const [program, { procedures }] of protocols) {
      for (const procedure of procedures) {
        const name = procedure.name.replace(/^.*?_PROC_/, "");
        this.#procedures.set(`${program}:${squash(name)}`, procedure);
      }
    }
    this.methods = api.libraries.flatMap((library) => this.#methodsOf(library));
  }

  /** The procedure of a function, or undefined when it has none of its own. */
  procedureOf(library: string, fn: string): ProcedureModel | undefined {
    const program = PROGRAM_OF_LIBRARY[library];
    const name = fn.replace(/^virAdm|^vir/, "").replace(program === "qemu" ? "Qemu" : "Lxc", "");
    const procedure = this.#procedures.get(`${program}:${squash(name)}`);
    return procedure?.msg === undefined ? procedure : undefined;
  }

  hasEnum(name: string): boolean {
    return this.#enums.has(name);
  }

  fieldsOf(struct: string | undefined): readonly FieldModel[] {
    return struct === undefined ? [] : (this.#structs.get(struct)?.fields ?? []);
  }

  #methodsOf({ name: library, functions }: LibraryModel): MethodPlan[] {
    return functions.flatMap((fn) => {
      const owner = HANDLE_CLASSES[fn.args[0]?.type ?? ""];
      const procedure = this.procedureOf(library, fn.name);
      if (owner === undefined || procedure === undefined) return [];
      if (fn.name in BY_HAND || OTHER_MACHINERY.test(fn.name)) return [];
      return [
        {
          owner,
          name: methodName(fn.name, owner),
          fn,
          program: PROGRAM_OF_LIBRARY[library] ?? "remote",
          procedure,
          args: this.fieldsOf(procedure.args),
          ret: procedure.ret === undefined ? undefined : this.#structs.get(procedure.ret),
        },
      ];
    });
  }
}

/** Names of functions and of procedures differ in how they write words, and in nothing else. */
function squash(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}
