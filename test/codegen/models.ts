import { join } from "node:path";
import type { ProcedureModel, ProtocolModel, TypeModel } from "../../codegen/model.js";
import { type Models, type ProtocolName, readModels } from "../../codegen/models.js";

/** The committed model. */
export const models: Models = readModels(join(process.cwd(), "codegen", "model"));

export function protocol(name: ProtocolName): ProtocolModel {
  const model = models.protocols.get(name);
  if (model === undefined) throw new Error(`no model ${name}`);
  return model;
}

export function procedure(program: ProtocolName, name: string): ProcedureModel {
  const found = protocol(program).procedures.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no procedure ${name}`);
  return found;
}

/** All types of all protocols by their C name. */
export const types: ReadonlyMap<string, TypeModel> = new Map(
  [...models.protocols.values()].flatMap((model) => model.types.map((type) => [type.name, type])),
);

export const constants: ReadonlyMap<string, number> = new Map(
  [...models.protocols.values()].flatMap((model) => model.constants.map(({ name, value }) => [name, value])),
);
