import type { EnumModel, FieldModel, StructModel, TypedefModel, TypeModel, UnionModel } from "../model.js";
import { CUSTOM_CODECS } from "./exceptions.js";
import type { GeneratedFile } from "./generated-file.js";
import { camelCase, memberNames, pascalCase } from "./names.js";
import type { Scope } from "./scope.js";
import { type WireType, WireTypes } from "./wire-type.js";

const XDR_CODEC = "../xdr-codec/index";

/** What a struct is to a procedure; the half of its codec that a client needs then stands alone. */
export type Role = "args" | "ret";

/** Writes a type of a `.x` file as an interface and a codec of the same name. */
export function emitType(type: TypeModel, file: GeneratedFile, scope: Scope, role?: Role): void {
  const types = new WireTypes(scope, file);
  switch (type.kind) {
    case "typedef":
      // At fields a typedef is written out; only elements of arrays need it.
      if (scope.isElement(type.name) && CUSTOM_CODECS[type.name] === undefined)
        emitTypedef(type, file, types);
      break;
    case "enum":
      emitEnum(type, file);
      break;
    case "struct":
      emitStruct(type, file, types, role);
      break;
    case "union":
      emitUnion(type, file, types, scope);
      break;
  }
}

function emitTypedef({ name, type }: TypedefModel, file: GeneratedFile, types: WireTypes): void {
  const wire = types.of(type);
  file.use("Codec", XDR_CODEC, "type");
  file.add(
    `/** \`typedef ${name}\` */`,
    `export const ${pascalCase(name)}: Codec<${wire.type}> = {`,
    `decode: (r) => ${wire.read},`,
    `encode(w, v) { ${wire.write("v")}; },`,
    "};\n",
  );
}

/** An object with the members, and the type of their numbers. */
export function enumObject(
  name: string,
  members: readonly (readonly [string, string])[],
  doc: string,
): string {
  const seen = new Set<string>();
  for (const [member] of members) {
    if (seen.has(member)) throw new Error(`${doc} would have two members ${member}`);
    seen.add(member);
  }
  return (
    `/** \`${doc}\` */\n` +
    `export const ${name} = {\n${members.map(([member, value]) => `${member}: ${value},\n`).join("")}} as const;\n` +
    `export type ${name} = (typeof ${name})[keyof typeof ${name}];\n`
  );
}

/** The object of an enum whose type is {@link enumType} of `types`. */
export function typedEnumObject(
  name: string,
  members: readonly (readonly [string, string])[],
  doc: string,
): string {
  const lines = members.map(([member, value]) => `${member}: ${value},\n`).join("");
  return (
    `/** \`${doc}\` */\n` +
    `export const ${name}: Members<typeof types.${name}> = {\n${lines}};\n` +
    `export type ${name} = types.${name};\n`
  );
}

/** An enum that is only a type. */
export function enumType(name: string, members: readonly (readonly [string, string])[], doc: string): string {
  const names = new Set(members.map(([member]) => member));
  if (names.size < members.length) throw new Error(`${doc} would have two members of one name`);
  const lines = members.map(([member, value]) => `${member} = ${value},\n`).join("");
  return `/** \`${doc}\` */\nexport declare enum ${name} {\n${lines}}\n`;
}

function emitEnum({ name, members }: EnumModel, file: GeneratedFile): void {
  const names = memberNames(
    name,
    members.map((member) => member.name),
  );
  const entries = members.map(({ value }, index) => [names[index] ?? "", String(value)] as const);
  file.add(enumObject(pascalCase(name), entries, `enum ${name}`));
}

function property(name: string, { type, optional }: WireType): string {
  return `readonly ${name}${optional ? "?" : ""}: ${type};`;
}

/** The function that a procedure calls for its arguments or its result. */
export function halfOf(struct: string, role: Role): string {
  return `${role === "args" ? "encode" : "decode"}${pascalCase(struct)}`;
}

function emitStruct(
  { name, fields }: StructModel,
  file: GeneratedFile,
  types: WireTypes,
  role: Role | undefined,
): void {
  const members = fields.map((field) => ({ name: camelCase(field.name), wire: types.of(field) }));
  const names = new Set(members.map((member) => member.name));
  if (names.size < members.length) throw new Error(`struct ${name} would have two fields of one name`);
  const type = pascalCase(name);
  file.use("Codec", XDR_CODEC, "type");
  file.add(`/** \`struct ${name}\` */`);
  if (members.length === 0) {
    if (role !== undefined) throw new Error(`struct ${name} is empty, its procedure should have none`);
    file.add(
      `export type ${type} = Readonly<Record<string, never>>;`,
      `export const ${type}: Codec<${type}> = { decode: () => ({}), encode: () => undefined };\n`,
    );
    return;
  }
  const decoded = `({ ${members.map((member) => `${member.name}: ${member.wire.read}`).join(", ")} })`;
  const encoded = members.map((member) => `${member.wire.write(`v.${member.name}`)};`).join("\n");
  file.add(`export interface ${type} {`, ...members.map((member) => property(member.name, member.wire)), "}");
  if (role === "args") {
    const writer = file.use("XdrWriter", XDR_CODEC, "type");
    file.add(`function ${halfOf(name, role)}(w: ${writer}, v: ${type}): void { ${encoded} }`);
  } else if (role === "ret") {
    const reader = file.use("XdrReader", XDR_CODEC, "type");
    file.add(`function ${halfOf(name, role)}(r: ${reader}): ${type} { return ${decoded}; }`);
  }
  file.add(
    `export const ${type}: Codec<${type}> = {`,
    role === "ret" ? `decode: ${halfOf(name, role)},` : `decode: (r) => ${decoded},`,
    role === "args" ? `encode: ${halfOf(name, role)},` : `encode(w, v) { ${encoded} },`,
    "};\n",
  );
}

function emitUnion(union: UnionModel, file: GeneratedFile, types: WireTypes, scope: Scope): void {
  const { name, discriminant, arms, defaultArm } = union;
  if (defaultArm !== undefined) {
    throw new Error(
      `union ${name} has a default arm, which a discriminated union of TypeScript cannot express`,
    );
  }
  const type = pascalCase(name);
  const key = camelCase(discriminant.name);
  if (key === "value")
    throw new Error(`union ${name} calls its discriminant 'value', as its values are called`);
  const switched = types.of(discriminant);
  const literal = literals(discriminant, scope);
  const cases = arms.flatMap(({ cases: values, field }) => {
    const wire = field === undefined ? undefined : types.of(field);
    return values.map((value) => ({ literal: literal(value.value), comment: comment(value.name), wire }));
  });
  // Nothing is left when both values of a bool have an arm.
  const otherwise = (text: string): readonly string[] =>
    switched.type === "boolean" && cases.length === 2 ? [] : [`default:\n${text}`];
  file.use("Codec", XDR_CODEC, "type");
  file.add(
    `/** \`union ${name}\` */`,
    `export type ${type} =`,
    ...cases.map(({ literal: number, wire }) =>
      wire === undefined
        ? `| { readonly ${key}: ${number} }`
        : `| { readonly ${key}: ${number}; ${property("value", wire)} }`,
    ),
    ";",
    `export const ${type}: Codec<${type}> = {`,
    "decode(r) {",
    `const ${key} = ${switched.read};`,
    `switch (${key}) {`,
    ...cases.map(
      ({ literal: number, comment: text, wire }) =>
        `case ${number}:${text}\nreturn { ${key}: ${number}${wire === undefined ? "" : `, value: ${wire.read}`} };`,
    ),
    ...otherwise(`return r.fail(\`unknown ${key} \${${key}} of ${name}\`);`),
    "}\n},",
    "encode(w, v) {",
    `${switched.write(`v.${key}`)};`,
    `switch (v.${key}) {`,
    ...cases.map(
      ({ literal: number, comment: text, wire }) =>
        `case ${number}:${text}\n${wire === undefined ? "" : `${wire.write("v.value")};\n`}break;`,
    ),
    ...otherwise(`w.fail(\`unknown ${key} \${(v as ${type}).${key}} of ${name}\`);`),
    "}\n},",
    "};\n",
  );
}

function comment(name: string | undefined): string {
  return name === undefined ? "" : ` // ${name}`;
}

/** How the values of a discriminant are written: those of a `bool` are true and false. */
function literals({ type }: FieldModel, scope: Scope): (value: number) => string {
  let name = type;
  for (let found = scope.type(name)?.type; found?.kind === "typedef"; found = scope.type(name)?.type) {
    name = found.type.type;
  }
  return name === "bool" ? (value) => String(value !== 0) : String;
}
