import type { FieldModel } from "../../model.js";
import type { GeneratedFile } from "../generated-file.js";
import { camelCase, pascalCase } from "../names.js";
import { classOfWire, fileName } from "./handle-classes.js";
import type { MethodPlan } from "./plan.js";

/** What a method makes of the ret struct. */
export interface Result {
  readonly type: string;
  /** Names taken out of the ret struct; none when it is not looked at, or passed on as it is. */
  readonly fields: readonly string[];
  /** The value to return. Missing for void, and for the whole struct. */
  readonly value?: string;
  readonly whole?: true;
}

interface Converted {
  readonly type: string;
  readonly value: string;
}

const NUMBERS: Readonly<Record<string, string>> = {
  int: "number",
  "unsigned int": "number",
  "unsigned char": "number",
  char: "number",
  "unsigned short": "number",
  hyper: "bigint",
  "unsigned hyper": "bigint",
};

export function resultOf(plan: MethodPlan, file: GeneratedFile): Result {
  const { ret } = plan;
  if (ret === undefined) return { type: "void", fields: [] };
  // A `ret` beside other fields repeats how many there are.
  const fields = ret.fields.length > 1 ? ret.fields.filter(({ name }) => name !== "ret") : ret.fields;
  if (
    ret.insertAt !== undefined &&
    fields.every(({ max, size }) => max === undefined && size === undefined)
  ) {
    return { type: file.use(pascalCase(ret.name), programFile(plan), "type"), fields: [], whole: true };
  }
  const converted = fields.map((field) => convert(field, plan, file));
  const keys = fields.map(({ name }) => camelCase(name));
  const [only] = converted;
  if (only !== undefined && converted.length === 1)
    return { type: only.type, fields: keys, value: only.value };
  const type = `{ ${keys.map((key, i) => `readonly ${key}: ${converted[i]?.type}`).join("; ")} }`;
  const entries = keys.map((key, i) =>
    converted[i]?.value === key ? key : `${key}: ${converted[i]?.value}`,
  );
  return { type, fields: keys, value: `{ ${entries.join(", ")} }` };
}

function convert(field: FieldModel, plan: MethodPlan, file: GeneratedFile): Converted {
  const key = camelCase(field.name);
  const { type } = field;
  const handle = classOfWire(type);
  if (handle !== undefined) {
    const className = file.use(handle.className, `api/${fileName(handle.className)}`, "type");
    if (field.max === undefined) return { type: className, value: `this.make.${handle.factory}(${key})` };
    return { type: `${className}[]`, value: `${key}.map((one) => this.make.${handle.factory}(one))` };
  }
  if (field.max !== undefined) return convertList(key, type, plan, file);
  if (type.endsWith("_nonnull_string")) return { type: "string", value: key };
  if (type.endsWith("_string")) return { type: "string | undefined", value: key };
  if (isYesOrNo(plan, field)) return { type: "boolean", value: `${key} !== 0` };
  const number = NUMBERS[type];
  if (number === undefined) throw new Error(`no rule for a result of type ${type}`);
  return { type: number, value: key };
}

function convertList(key: string, type: string, plan: MethodPlan, file: GeneratedFile): Converted {
  if (type.endsWith("_nonnull_string")) return { type: "readonly string[]", value: key };
  if (type === "opaque") return { type: "Uint8Array", value: key };
  if (type.endsWith("_typed_param")) {
    const parameters = file.use("TypedParameters", "api/typed-parameters", "type");
    return { type: parameters, value: `${file.use("decodeParameters", "api/typed-parameters")}(${key})` };
  }
  const number = NUMBERS[type];
  if (number !== undefined) return { type: `readonly ${number}[]`, value: key };
  return { type: `readonly ${file.use(pascalCase(type), programFile(plan), "type")}[]`, value: key };
}

function isYesOrNo({ name }: MethodPlan, field: FieldModel): boolean {
  return field.type === "int" && (field.name === "autostart" || /^(?:is|has)[A-Z]/.test(name));
}

/** The module that exports a program's generated code. */
export function programFile({ program }: MethodPlan): string {
  return `protocol/generated/${program}/index`;
}
