import type { FieldModel } from "../../model.js";
import type { GeneratedFile } from "../generated-file.js";
import { camelCase } from "../names.js";
import { classOfWire, fileName, type HandleClass } from "./handle-classes.js";
import type { MethodPlan } from "./plan.js";

/** What one field of the args struct asks of the caller. */
export interface Argument {
  /** Entry of the object literal that is sent. */
  readonly entry: string;
  /** Missing for what is known without asking. */
  readonly parameter?: { readonly name: string; readonly type: string };
}

const NUMBERS: Readonly<Record<string, string>> = {
  int: "number",
  "unsigned int": "number",
  hyper: "bigint",
  "unsigned hyper": "bigint",
};
/** Integers that are yes or no. */
const BOOLEANS: ReadonlySet<string> = new Set(["autostart"]);

/** Turns the args struct of a method into parameters and the literal that is sent. */
export function argumentsOf(plan: MethodPlan, file: GeneratedFile): readonly Argument[] {
  const names = parameterNames(plan);
  return plan.args.map((field, index) => argument(field, index, plan.owner, names, file));
}

function argument(
  field: FieldModel,
  index: number,
  owner: HandleClass,
  names: ReadonlyMap<FieldModel, string>,
  file: GeneratedFile,
): Argument {
  const key = camelCase(field.name);
  if (index === 0 && owner.wireType !== undefined) {
    if (field.type === owner.wireType) return { entry: `${key}: this.wire` };
    if (owner.byName) return { entry: `${key}: this.wire.name` };
  }
  if (field.name === "need_results") return { entry: `${key}: 1` };
  if (field.name === "flags") return { entry: key };
  const name = names.get(field) ?? key;
  const { type, value } = conversion(field, name, file);
  return { entry: key === value ? key : `${key}: ${value}`, parameter: { name, type } };
}

function conversion(field: FieldModel, name: string, file: GeneratedFile): { type: string; value: string } {
  const { type } = field;
  if (field.max !== undefined) return listConversion(type, name, file);
  const handle = classOfWire(type);
  if (handle !== undefined) {
    const className = file.use(handle.className, `api/${fileName(handle.className)}`, "type");
    return { type: className, value: `${name}.wire` };
  }
  if (type === "remote_uuid") {
    return { type: "string | Uint8Array", value: `${file.use("wireUuid", "api/wire-values")}(${name})` };
  }
  if (BOOLEANS.has(field.name)) {
    return { type: "boolean", value: `${file.use("wireBoolean", "api/wire-values")}("${name}", ${name})` };
  }
  if (type.endsWith("_nonnull_string")) return { type: "string", value: name };
  if (type.endsWith("_string")) return { type: "string | undefined", value: name };
  const number = NUMBERS[type];
  if (number === undefined) throw new Error(`no rule for an argument of type ${type}`);
  return { type: number, value: name };
}

function listConversion(type: string, name: string, file: GeneratedFile): { type: string; value: string } {
  if (type.endsWith("_nonnull_string")) return { type: "readonly string[]", value: name };
  if (type.endsWith("_typed_param")) {
    file.use("encodeParameters", "api/typed-parameters");
    const input = file.use("TypedParameterValues", "api/typed-parameters", "type");
    return { type: input, value: `await encodeParameters(${name})` };
  }
  if (type === "opaque" && /cpumap/.test(name)) {
    const set = file.use("CpuSet", "api/cpu-map", "type");
    return { type: set, value: `${file.use("encodeCpuMap", "api/cpu-map")}(${name})` };
  }
  if (type === "opaque") return { type: "Uint8Array", value: name };
  const number = NUMBERS[type];
  if (number === undefined) throw new Error(`no rule for an argument with a list of ${type}`);
  return { type: `readonly ${number}[]`, value: name };
}

/** The C function's names for the fields: the next argument of a fitting type, as the order is the same. */
function parameterNames({ args, fn }: MethodPlan): ReadonlyMap<FieldModel, string> {
  const names = new Map<FieldModel, string>();
  let next = 1;
  for (const [index, field] of args.entries()) {
    if (index === 0 && classOfWire(field.type) !== undefined) continue;
    const at = fn.args.findIndex(({ type, name }, i) => i >= next && fits(field, type, name));
    if (at < 0) continue;
    names.set(field, camelCase(fn.args[at]?.name ?? ""));
    next = at + 1;
  }
  return names;
}

function fits(field: FieldModel, cType: string, cName: string): boolean {
  if ((field.name === "flags") !== (cName === "flags")) return false;
  if (field.max !== undefined) return cType.includes("*") || cType === "virTypedParameterPtr";
  if (field.type.endsWith("_string")) return /^(?:const )?char \*$/.test(cType);
  if (field.type === "remote_uuid") return cType.includes("unsigned char *");
  if (classOfWire(field.type) !== undefined) return cType.endsWith("Ptr");
  return !cType.includes("*") && !cType.endsWith("Ptr");
}
