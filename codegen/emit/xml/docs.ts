import type { XmlModel, XmlType, XmlVariant, XmlVariants } from "../../xml-model.js";
import { wrap } from "../wrap.js";
import { pageOf } from "./pages.js";
import { SCALED_SIZE } from "./prepare.js";
import type { NamedSlot } from "./property-names.js";
import { slotsOf } from "./words.js";

/** What types and properties mean, from `codegen/docs/xml/*.json`: `Type`, `Type.property`, or `.property` wherever it is. */
export type XmlTexts = ReadonlyMap<string, string>;

/** Writes the comments of a kind's types. What has no text says which element or attribute it is. */
export class XmlDocs {
  private readonly texts: XmlTexts;
  private readonly kind: string;
  private readonly paths: ReadonlyMap<string, string>;
  private readonly used: Set<string>;

  /** @param used - The keys of texts that were used are added to it. */
  constructor(model: XmlModel, texts: XmlTexts, used: Set<string>) {
    this.texts = texts;
    this.used = used;
    this.kind = model.kind;
    this.paths = elementPaths(model);
  }

  /** How a type is called within a sentence. */
  name({ tag }: XmlType): string {
    return `\`<${tag}>\``;
  }

  type(type: XmlType): string {
    const text = this.text(type.name) ?? `Element \`${this.paths.get(type.name) ?? type.tag}\`.`;
    return comment("", [...wrap(text), "", `@see ${pageOf(this.kind, type.name)}`]);
  }

  variant(type: XmlType, { attribute }: XmlVariants, { values }: XmlVariant): string {
    const [only] = values;
    if (only === "") return comment("", wrap(`${this.name(type)} without a ${attribute}.`));
    const list = values.map((value) => `"${value}"`).join(" or ");
    return comment("", wrap(`${this.name(type)} whose ${attribute} is ${list}.`));
  }

  discriminator(type: XmlType, { attribute, absent }: XmlVariants, { values }: XmlVariant): string {
    const own = this.text(`${type.name}.${attribute}`);
    const implied =
      absent !== undefined && absent !== "" && values.includes(absent) ? ` None means "${absent}".` : "";
    return comment("  ", wrap(own ?? `Decides what else there may be.${implied}`));
  }

  property(type: XmlType, slot: NamedSlot): string {
    const text =
      this.text(`${type.name}.${slot.property}`) ?? this.text(`.${slot.property}`, slot) ?? mechanical(slot);
    return comment("  ", wrap(text));
  }

  private text(key: string, slot?: NamedSlot): string | undefined {
    // What is said of a property wherever it is holds for one kind of slot.
    const full = slot === undefined ? key : `${key}:${slot.kind}`;
    const found = this.texts.get(full);
    if (found !== undefined) this.used.add(full);
    return found;
  }
}

function comment(indent: string, lines: readonly string[]): string {
  const [only = ""] = lines;
  if (lines.length === 1) return `${indent}/** ${only} */\n`;
  const body = lines.map((line) => `${indent} *${line === "" ? "" : ` ${line}`}\n`).join("");
  return `${indent}/**\n${body}${indent} */\n`;
}

/** What kind of text the rules stand for. */
const FORMS: Readonly<Record<string, string>> = {
  cpuset: 'Numbers and ranges, as in "0-3,^2,8".',
  deviceName: "Name of a device or interface.",
  dnsName: "A host name.",
  hex: "A hexadecimal number.",
  ip: "An IP address.",
  ipv4: "An IPv4 address.",
  ipv6: "An IPv6 address.",
  mac: "A MAC address.",
  octal: 'Octal digits, as in "0644".',
  path: "An absolute path.",
  uint8: 'A number, hexadecimal as a rule: "0x1f".',
  uint16: 'A number, hexadecimal as a rule: "0x1f".',
  uint32: 'A number, hexadecimal as a rule: "0x1f".',
  usbId: 'Four hexadecimal digits, as in "0x1d6b".',
  uuid: "A UUID.",
  wwn: "16 hexadecimal digits.",
};

function mechanical(slot: NamedSlot): string {
  const { scalar } = slot;
  const rule = typeof scalar === "object" && "matching" in scalar ? FORMS[scalar.matching] : undefined;
  const range =
    typeof scalar === "object" && "min" in scalar ? `From ${scalar.min} to ${scalar.max}.` : undefined;
  const size = slot.type === SCALED_SIZE ? "A number with a unit." : undefined;
  return [place(slot), rule ?? range ?? size].filter((part) => part !== undefined).join(" ");
}

function place({ kind, xml, many, scalar }: NamedSlot): string {
  const boolean = scalar === "yesNo" ? ", yes or no" : scalar === "onOff" ? ", on or off" : "";
  switch (kind) {
    case "attribute":
      return `Attribute \`${xml}\`${boolean}.`;
    case "content":
      return `Text of the element itself${boolean}.`;
    case "leaf":
      return many === true ? `Texts of all \`<${xml}>\`.` : `Text of \`<${xml}>\`${boolean}.`;
    case "flag":
      return `Whether there is a \`<${xml}/>\`.`;
    case "raw":
      return `Element \`<${xml}>\` with whatever is in it, as it is in the tree.`;
    case "child":
      return many === true ? `All \`<${xml}>\`.` : `Element \`<${xml}>\`.`;
  }
}

/** Where an element stands, the shortest way from the root. */
function elementPaths({ root, types }: XmlModel): ReadonlyMap<string, string> {
  const byName = new Map(types.map((type) => [type.name, type]));
  const paths = new Map([[root, byName.get(root)?.tag ?? ""]]);
  // What is added while this runs is visited as well.
  for (const [name, path] of paths) {
    const type = byName.get(name);
    if (type === undefined) continue;
    for (const slot of slotsOf(type)) {
      if (slot.type !== undefined && !paths.has(slot.type)) paths.set(slot.type, `${path}/${slot.xml}`);
    }
  }
  return paths;
}
