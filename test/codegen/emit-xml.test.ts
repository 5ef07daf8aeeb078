import { describe, expect, it } from "@jest/globals";
import { format } from "../../codegen/emit/format.js";
import type { XmlTexts } from "../../codegen/emit/xml/docs.js";
import { emitXml } from "../../codegen/emit/xml/emit-xml.js";
import { nameSlots, propertyName } from "../../codegen/emit/xml/property-names.js";
import { lines } from "./golden.js";
import { modelOf } from "./rng-sample.js";

/** What is generated for a kind with this schema, by file; imports and header left out. */
function generate(content: string, texts: XmlTexts = new Map()): ReadonlyMap<string, string> {
  const files = format(emitXml([modelOf(content)], texts), process.cwd());
  return new Map(
    [...files].map(([path, code]) => [
      path,
      code.replace(/^\/\/.*\n\n/, "").replace(/^import [^;]*;\n+/gm, ""),
    ]),
  );
}

const SCHEMA = `
  <start><element name="box">
    <attribute name="name"/>
    <optional><attribute name="color"><ref name="colors"/></attribute></optional>
    <optional><attribute name="locked"><ref name="virYesNo"/></attribute></optional>
    <zeroOrMore><ref name="lid"/></zeroOrMore>
    <optional><element name="max-size"><optional><attribute name="unit"><ref name="unit"/></attribute></optional><data type="unsignedLong"/></element></optional>
    <optional><element name="handle"><empty/></element></optional>
    <optional><element name="option" ns="http://libvirt.org/schemas/domain/qemu/1.0"><text/></element></optional>
  </element></start>
  <define name="virYesNo"><choice><value>yes</value><value>no</value></choice></define>
  <define name="unit"><data type="string"/></define>
  <define name="colors"><choice><value>red</value><value>green</value><value>blue</value></choice></define>
  <define name="lid"><element name="lid">
    <optional><attribute name="color"><ref name="colors"/></attribute></optional>
    <choice>
      <group><optional><attribute name="type"><value>flat</value></attribute></optional></group>
      <group><attribute name="type"><value>hinged</value></attribute>
        <element name="hinge"><attribute name="count"><data type="unsignedInt"/></attribute></element></group>
      <group><attribute name="type"><value>screw</value></attribute>
        <attribute name="turns"><data type="unsignedInt"/></attribute><optional><ref name="lid"/></optional></group>
    </choice>
  </element></define>`;

describe("the types of documents", () => {
  it("are interfaces and descriptions from one source", () => {
    const texts = new Map([
      ["BoxConfig", "A box."],
      ["BoxConfig.name", "What it is called."],
      [".handle:flag", "Whether it can be carried."],
    ]);
    expect(generate(SCHEMA, texts).get("network/config.ts")).toBe(
      lines(`
/**
 * Element \`box/lid/hinge\`.
 *
 * @see https://libvirt.org/formatnetwork.html
 */
export interface BoxLidHingedHinge {
  /** Attribute \`count\`. */
  count: number;
}

export const BoxLidHingedHinge: ElementType<BoxLidHingedHinge> = element({ count: required(attr(integer)) });

/** What \`<lid>\` has whatever its type. */
export interface BoxLidBase {
  /** Attribute \`color\`. */
  color?: NetworkColors | undefined;
}

const boxLidSlots: Slots = { color: attr(NetworkColors) };

/** \`<lid>\` whose type is "flat". */
export interface BoxLidFlat extends BoxLidBase {
  /** Decides what else there may be. None means "flat". */
  type?: "flat" | undefined;
}

export const BoxLidFlat: ElementType<BoxLidFlat> = element({ ...boxLidSlots });

/** \`<lid>\` whose type is "hinged". */
export interface BoxLidHinged extends BoxLidBase {
  /** Decides what else there may be. */
  type: "hinged";
  /** Element \`<hinge>\`. */
  hinge: BoxLidHingedHinge;
}

export const BoxLidHinged: ElementType<BoxLidHinged> = element({
  ...boxLidSlots,
  hinge: required(child(BoxLidHingedHinge)),
});

/** \`<lid>\` whose type is "screw". */
export interface BoxLidScrew extends BoxLidBase {
  /** Decides what else there may be. */
  type: "screw";
  /** Attribute \`turns\`. */
  turns: number;
  /** Element \`<lid>\`. */
  lid?: BoxLid | undefined;
}

export const BoxLidScrew: ElementType<BoxLidScrew> = element({
  turns: required(attr(integer)),
  ...boxLidSlots,
  lid: child(() => BoxLid),
});

/**
 * Element \`box/lid\`.
 *
 * @see https://libvirt.org/formatnetwork.html
 */
export type BoxLid = BoxLidFlat | BoxLidHinged | BoxLidScrew;
export const BoxLid: ElementType<BoxLid> = variants(
  "type",
  { flat: BoxLidFlat, hinged: BoxLidHinged, screw: BoxLidScrew },
  { absent: "flat", tag: "lid" },
);

/**
 * A box.
 *
 * @see https://libvirt.org/formatnetwork.html
 */
export interface BoxConfig {
  /** What it is called. */
  name: string;
  /** Attribute \`color\`. */
  color?: NetworkColors | undefined;
  /** Attribute \`locked\`, yes or no. */
  locked?: boolean | undefined;
  /** All \`<lid>\`. */
  lid?: BoxLid[] | undefined;
  /** Element \`<max-size>\`. A number with a unit. */
  maxSize?: ScaledSize | undefined;
  /** Whether it can be carried. */
  handle?: boolean | undefined;
  /** Text of \`<option>\`. */
  qemuOption?: string | undefined;
}

export const BoxConfig: DocumentKind<BoxConfig> = document(
  "box",
  element({
    name: required(attr(text)),
    color: attr(NetworkColors),
    locked: attr(yesNo),
    lid: children(BoxLid),
    maxSize: child(ScaledSize, { name: "max-size" }),
    handle: flag(),
    qemuOption: leaf(text, { name: "qemu:option", ns: "http://libvirt.org/schemas/domain/qemu/1.0" }),
  }),
);
`),
    );
  });

  it("give names to sets of words that occur more than once", () => {
    expect(generate(SCHEMA).get("network/words.ts")).toBe(
      lines(`
/** Words that stand at several places. */
export type NetworkColors = "red" | "green" | "blue" | (string & {});
export const NetworkColors: Scalar<NetworkColors> = choice("red green blue");
`),
    );
  });

  it("are exported by kind", () => {
    expect(generate(SCHEMA).get("network/index.ts")).toBe(
      'export * from "./config.js";\nexport * from "./words.js";\n',
    );
  });

  it("share what siblings have alike", () => {
    const feature = (name: string): string =>
      `<element name="${name}"><attribute name="state"><choice><value>on</value><value>off</value></choice></attribute></element>`;
    const code = generate(
      `<start><element name="box">${["a", "b", "c"].map(feature).join("")}</element></start>`,
    );
    expect(code.get("network/config.ts")).toContain("a: BoxConfigState;");
    expect(code.get("network/config.ts")).toContain(
      "export const BoxConfigState: ElementType<BoxConfigState> = element(",
    );
  });

  it("are refused texts about what does not exist", () => {
    expect(() => generate(SCHEMA, new Map([["BoxConfig.gone", "?"]]))).toThrow(
      /does not exist: BoxConfig\.gone/,
    );
  });
});

describe("names of properties", () => {
  it("are camel case where the XML name is no identifier", () => {
    const names = ["on_poweroff", "hint-dedicated", "qemu:commandline", "s390-pv", "nested-hv"];
    expect(names.map(propertyName)).toEqual([
      "on_poweroff",
      "hintDedicated",
      "qemuCommandline",
      "s390Pv",
      "nestedHv",
    ]);
  });

  it("give way to children, and children to what tells variants apart", () => {
    const slots = [
      { kind: "attribute", xml: "model" },
      { kind: "attribute", xml: "value" },
      { kind: "content", xml: "box" },
      { kind: "leaf", xml: "model" },
    ] as const;
    const names = (by?: string): readonly string[] =>
      nameSlots(slots, undefined, by).map(({ property }) => property);
    expect(names()).toEqual(["modelAttribute", "value", "text", "model"]);
    expect(nameSlots([{ kind: "leaf", xml: "type" }], undefined, "type")).toEqual([
      { kind: "leaf", xml: "type", property: "typeElement", qualified: "type" },
    ]);
  });
});
