import type { XmlSlot, XmlType, XmlVariant, XmlVariants } from "../../xml-model.js";
import type { GeneratedFile } from "../generated-file.js";
import type { XmlDocs } from "./docs.js";
import { isChild, type NamedSlot, nameSlots } from "./property-names.js";
import { SCHEMA, scalarCode, scalarType } from "./scalar-code.js";
import type { Words } from "./words.js";

/** What the code of a type needs to know of everything else. */
export interface TypeContext {
  readonly file: GeneratedFile;
  readonly words: Words;
  readonly docs: XmlDocs;
  /** The name of a type that a slot refers to, imported where it is elsewhere. */
  reference(type: string, as: "type" | "value"): string;
  /** Whether the type's constant comes later, so that it can be referred to only from inside of a function. */
  isLater(type: string): boolean;
  /** The name of a variant's interface. */
  variantName(variant: XmlVariant): string;
  /** The namespace of an element's name. */
  namespace(type: string): string | undefined;
  /** Whether its elements can be parsed on their own. */
  isPart(type: string): boolean;
  /** Whether it is the root of the kind. */
  isDocument(type: string): boolean;
}

/** The interface and the description of a type. */
export function typeCode(type: XmlType, context: TypeContext): readonly string[] {
  return type.variants === undefined ? plainCode(type, context) : variantsCode(type, type.variants, context);
}

function plainCode(type: XmlType, context: TypeContext): readonly string[] {
  const { name, tag } = type;
  const slots = nameSlots(type.slots, context.namespace(name));
  const element = context.file.use("element", SCHEMA);
  return [
    `${context.docs.type(type)}export interface ${name} {\n${members(type, slots, context)}}\n`,
    declare(type, `${element}(${object(slots, context)}${options(name, tag, context)})`, context),
    "",
  ];
}

function variantsCode(type: XmlType, variants: XmlVariants, context: TypeContext): readonly string[] {
  const { name, tag } = type;
  const { file, docs } = context;
  const ns = context.namespace(name);
  // Names are given together, so that a property has the same in all variants.
  const named = (variant: XmlVariant): readonly NamedSlot[] => {
    const all = nameSlots([...type.slots, ...variant.slots], ns, variants.attribute);
    return all.slice(type.slots.length);
  };
  const common = nameSlots(type.slots, ns, variants.attribute);
  const base = `${name}Base`;
  const shared = sharedSlots(`${name.charAt(0).toLowerCase()}${name.slice(1)}`, common, variants);
  const code: string[] = [];
  if (common.length > 0) {
    code.push(
      `/** What ${docs.name(type)} has whatever its ${variants.attribute}. */`,
      `export interface ${base} {\n${members(type, common, context)}}\n`,
      ...[...shared].map(
        ([constant, list]) =>
          `const ${constant}: ${file.use("Slots", SCHEMA, "type")} = ${object(list, context)};\n`,
      ),
    );
  }
  const entries: string[] = [];
  const names: string[] = [];
  for (const variant of variants.of) {
    const variantName = context.variantName(variant);
    names.push(variantName);
    const own = named(variant);
    const discriminator = discriminatorMember(variants, variant, docs.discriminator(type, variants, variant));
    code.push(
      `${docs.variant(type, variants, variant)}export interface ${variantName}${common.length > 0 ? ` extends ${base}` : ""} {`,
      `${discriminator}${members(type, own, context)}}\n`,
    );
    const attributes = own.filter((slot) => !isChild(slot));
    const children = own.filter(isChild);
    const spread = [...shared.keys()].map((constant) => `...${constant}`);
    // With two constants the children belong between them.
    const at = spread.length > 1 ? 1 : variant.before === 0 ? 0 : spread.length;
    const parts = [...attributes, ...children].map((slot) => entry(slot, context));
    parts.splice(attributes.length, 0, ...spread.slice(0, at));
    parts.push(...spread.slice(at));
    code.push(
      declareElement(variantName, `${file.use("element", SCHEMA)}({ ${parts.join(", ")} })`, context),
    );
    for (const value of variant.values) entries.push(`${JSON.stringify(value)}: ${variantName}`);
  }
  const settings = [
    ...(variants.absent === undefined ? [] : [`absent: ${JSON.stringify(variants.absent)}`]),
    ...(context.isPart(name) ? [`tag: ${JSON.stringify(tag)}`] : []),
  ];
  const last = settings.length === 0 ? "" : `, { ${settings.join(", ")} }`;
  const make = `${file.use("variants", SCHEMA)}(${JSON.stringify(variants.attribute)}, { ${entries.join(", ")} }${last})`;
  code.push(
    `${docs.type(type)}export type ${name} = ${names.join(" | ")};`,
    declare(type, make, context),
    "",
  );
  return code;
}

/**
 * The constants with what all variants have. They are two where most variants have children of their own that come
 * between.
 */
function sharedSlots(
  stem: string,
  common: readonly NamedSlot[],
  { of }: XmlVariants,
): ReadonlyMap<string, readonly NamedSlot[]> {
  if (common.length === 0) return new Map();
  const counts = of.filter(({ slots }) => slots.some(isChild)).map(({ before }) => before ?? 0);
  const often = (count: number): number => counts.filter((other) => other === count).length;
  const before = counts.toSorted((a, b) => often(b) - often(a))[0] ?? 0;
  const attributes = common.filter((slot) => !isChild(slot));
  const children = common.filter(isChild);
  if (before === 0 || before >= children.length) return new Map([[`${stem}Slots`, common]]);
  return new Map([
    [`${stem}Head`, [...attributes, ...children.slice(0, before)]],
    [`${stem}Slots`, children.slice(before)],
  ]);
}

/** The property that tells variants apart. */
function discriminatorMember(
  { attribute, absent }: XmlVariants,
  { values }: XmlVariant,
  doc: string,
): string {
  const [only] = values;
  if (only === "") return `${doc}${attribute}?: undefined;\n`;
  const optional = absent !== undefined && values.includes(absent);
  const type = values.map((value) => JSON.stringify(value)).join(" | ");
  return `${doc}${attribute}${optional ? "?" : ""}: ${type}${optional ? " | undefined" : ""};\n`;
}

function declare({ name, tag }: XmlType, expression: string, context: TypeContext): string {
  if (!context.isDocument(name)) return declareElement(name, expression, context);
  const kind = context.file.use("DocumentKind", SCHEMA, "type");
  const document = context.file.use("document", SCHEMA);
  return `export const ${name}: ${kind}<${name}> = ${document}(${JSON.stringify(tag)}, ${expression});\n`;
}

function declareElement(name: string, expression: string, { file }: TypeContext): string {
  return `export const ${name}: ${file.use("ElementType", SCHEMA, "type")}<${name}> = ${expression};\n`;
}

function options(name: string, tag: string, context: TypeContext): string {
  return context.isPart(name) ? `, { tag: ${JSON.stringify(tag)} }` : "";
}

function members(type: XmlType, slots: readonly NamedSlot[], context: TypeContext): string {
  return slots.map((slot) => `${context.docs.property(type, slot)}${member(slot, context)}`).join("");
}

function member(slot: NamedSlot, context: TypeContext): string {
  const item = itemType(slot, context);
  const list = slot.many === true ? `${/[ |&]/.test(item) ? `(${item})` : item}[]` : item;
  return slot.required === true
    ? `${slot.property}: ${list};\n`
    : `${slot.property}?: ${list} | undefined;\n`;
}

function itemType({ kind, scalar, type = "" }: XmlSlot, context: TypeContext): string {
  if (kind === "flag") return "boolean";
  if (kind === "raw") return context.file.use("XmlElement", TREE, "type");
  if (kind === "child") return context.reference(type, "type");
  return scalarType(scalar ?? "text", context.file, context.words);
}

/** What an element is that no type describes. */
const TREE = "../tree/index";

function object(slots: readonly NamedSlot[], context: TypeContext): string {
  return slots.length === 0 ? "{}" : `{ ${slots.map((slot) => entry(slot, context)).join(", ")} }`;
}

function entry(slot: NamedSlot, context: TypeContext): string {
  const made = slotCode(slot, context);
  return `${slot.property}: ${slot.required === true ? `${context.file.use("required", SCHEMA)}(${made})` : made}`;
}

function slotCode(slot: NamedSlot, context: TypeContext): string {
  const { kind, many, qualified, ns, type = "" } = slot;
  const names = [
    ...(qualified === undefined ? [] : [`name: ${JSON.stringify(qualified)}`]),
    ...(ns === undefined ? [] : [`ns: ${JSON.stringify(ns)}`]),
  ];
  const name = names.length === 0 ? [] : [`{ ${names.join(", ")} }`];
  const call = (helper: string, ...args: readonly string[]): string =>
    `${context.file.use(helper, SCHEMA)}(${[...args, ...name].join(", ")})`;
  const scalar = (): string => scalarCode(slot.scalar ?? "text", context.file, context.words);
  switch (kind) {
    case "attribute":
      return call("attr", scalar());
    case "content":
      return `${context.file.use("content", SCHEMA)}(${scalar()})`;
    case "leaf":
      return call(many === true ? "leaves" : "leaf", scalar());
    case "flag":
      return call("flag");
    case "raw":
      return call("raw");
    case "child": {
      const reference = context.reference(type, "value");
      return call(
        many === true ? "children" : "child",
        context.isLater(type) ? `() => ${reference}` : reference,
      );
    }
  }
}
