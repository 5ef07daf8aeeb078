import type { ProcedureModel, ProgramModel, TypeModel } from "../model.js";
import { procedureAnnotations } from "./annotations.js";
import { SourceError } from "./source-error.js";
import type { Symbols } from "./symbols.js";
import type { EnumMember, SourceFile } from "./syntax.js";

interface Found {
  readonly program?: { readonly model: ProgramModel; readonly enumName: string } | undefined;
  readonly procedures: readonly ProcedureModel[];
}

const SUFFIXES = ["args", "ret", "msg"] as const;

/**
 * Finds the program that a file defines: libvirt lists procedures in `enum NAME_procedure`, numbers the program in
 * two constants, and ties procedures to their structs by name alone.
 */
export function findProgram(file: SourceFile, types: readonly TypeModel[], symbols: Symbols): Found {
  for (const definition of file.definitions) {
    if (definition.kind !== "type" || definition.type.kind !== "enum") continue;
    const name = /^(.*)_procedure$/.exec(definition.name)?.[1];
    if (name === undefined) continue;
    const constants = {
      id: `${name.toUpperCase()}_PROGRAM`,
      version: `${name.toUpperCase()}_PROTOCOL_VERSION`,
    };
    for (const constant of Object.values(constants)) {
      if (!symbols.hasConstant(constant)) {
        throw new SourceError(definition.at, `the program '${name}' needs the constant '${constant}'`);
      }
    }
    const structs = new Set(types.filter(({ kind }) => kind === "struct").map((type) => type.name));
    const procedures = definition.type.members.map((member) => procedure(member, name, structs, symbols));
    checkNumbers(procedures, definition.type.members);
    checkStructs(file, name, structs, procedures);
    return { program: { model: { name, ...constants }, enumName: definition.name }, procedures };
  }
  return { procedures: [] };
}

function procedure(
  member: EnumMember,
  program: string,
  structs: ReadonlySet<string>,
  symbols: Symbols,
): ProcedureModel {
  const prefix = `${program.toUpperCase()}_PROC_`;
  if (!member.name.startsWith(prefix)) {
    throw new SourceError(
      member.at,
      `expected a procedure's name to begin with '${prefix}', found '${member.name}'`,
    );
  }
  const base = `${program}_${member.name.slice(prefix.length).toLowerCase()}`;
  const found = SUFFIXES.filter((suffix) => structs.has(`${base}_${suffix}`));
  if (found.includes("msg") && found.length > 1) {
    throw new SourceError(member.at, `'${member.name}' has a message, which excludes args and ret`);
  }
  return {
    name: member.name,
    number: symbols.evaluate(member.value),
    ...Object.fromEntries(found.map((suffix) => [suffix, `${base}_${suffix}`])),
    ...procedureAnnotations(member.comments, member.at),
  };
}

function checkNumbers(procedures: readonly ProcedureModel[], members: readonly EnumMember[]): void {
  const seen = new Map<number, string>();
  for (const [index, { name, number }] of procedures.entries()) {
    const before = seen.get(number);
    const at = members[index]?.at;
    if (before !== undefined && at !== undefined) {
      throw new SourceError(at, `'${name}' has the number ${number} of '${before}'`);
    }
    seen.set(number, name);
  }
}

/** A struct that is named like a procedure's, but belongs to none, is a misspelling that would become a void. */
function checkStructs(
  file: SourceFile,
  program: string,
  structs: ReadonlySet<string>,
  procedures: readonly ProcedureModel[],
): void {
  const used = new Set(procedures.flatMap(({ args, ret, msg }) => [args, ret, msg]));
  const pattern = new RegExp(`^${program}_.*_(?:args|ret|msg)$`);
  for (const { name, at } of file.definitions) {
    if (structs.has(name) && pattern.test(name) && !used.has(name)) {
      throw new SourceError(
        at,
        `the struct '${name}' is named like a procedure's, but there is no such procedure`,
      );
    }
  }
}
