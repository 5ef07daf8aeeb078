import { describe, expect, it } from "@jest/globals";
import { modelOf, typeOf } from "./rng-sample.js";

const box = (content: string): string => `<start><element name="box">${content}</element></start>`;
const attribute = (name: string, content = "<text/>"): string =>
  `<attribute name="${name}">${content}</attribute>`;
const element = (name: string, content = "<text/>"): string => `<element name="${name}">${content}</element>`;
const optional = (content: string): string => `<optional>${content}</optional>`;
const choice = (...items: readonly string[]): string => `<choice>${items.join("")}</choice>`;
const value = (text: string): string => `<value>${text}</value>`;

describe("slots", () => {
  it("are required when every alternative has them", () => {
    const both = choice(
      `<group>${attribute("a")}${element("b")}</group>`,
      `<group>${attribute("a")}${element("c")}</group>`,
    );
    expect(typeOf(box(both)).slots).toEqual([
      { kind: "attribute", xml: "a", required: true, scalar: "text" },
      { kind: "leaf", xml: "b", scalar: "text" },
      { kind: "leaf", xml: "c", scalar: "text" },
    ]);
  });

  it("are lists when an element may occur more than once", () => {
    const content = `<zeroOrMore>${element("a")}</zeroOrMore><oneOrMore>${element("b")}</oneOrMore>${element("c")}${element("c")}`;
    expect(typeOf(box(content)).slots).toEqual([
      { kind: "leaf", xml: "a", many: true, scalar: "text" },
      { kind: "leaf", xml: "b", required: true, many: true, scalar: "text" },
      { kind: "leaf", xml: "c", required: true, many: true, scalar: "text" },
    ]);
  });

  it("tell children with nothing in them, with text, with more, and with anything", () => {
    const anything = "<zeroOrMore><element><anyName/><text/></element></zeroOrMore>";
    const content = [
      element("flag", "<empty/>"),
      element("leaf"),
      element("child", attribute("x")),
      element("raw", anything),
    ];
    expect(typeOf(box(content.join(""))).slots).toEqual([
      { kind: "flag", xml: "flag", required: true },
      { kind: "leaf", xml: "leaf", required: true, scalar: "text" },
      { kind: "child", xml: "child", required: true, type: "BoxChild" },
      { kind: "raw", xml: "raw", required: true },
    ]);
  });

  it("have the text of an element that has attributes, too", () => {
    expect(typeOf(box(`${attribute("unit")}<data type="unsignedLong"/>`)).slots).toEqual([
      { kind: "attribute", xml: "unit", required: true, scalar: "text" },
      { kind: "content", xml: "box", required: true, scalar: "long" },
    ]);
  });
});

describe("scalars", () => {
  const scalar = (content: string, defines = ""): unknown =>
    typeOf(box(attribute("a", content)) + defines).slots[0]?.scalar;

  it("follow the types of XML Schema", () => {
    expect(scalar('<data type="unsignedInt"/>')).toBe("integer");
    expect(scalar('<data type="unsignedLong"/>')).toBe("long");
    expect(scalar('<data type="double"/>')).toBe("decimal");
    expect(scalar('<data type="NCName"/>')).toBe("text");
    expect(scalar('<data type="unsignedShort"><param name="maxInclusive">9</param></data>')).toEqual({
      min: 0,
      max: 9,
    });
    const range = '<param name="minInclusive">-1</param><param name="maxInclusive">9</param>';
    expect(scalar(`<data type="int">${range}</data>`)).toEqual({ min: -1, max: 9 });
  });

  it("are choices of words, or booleans where the words are those", () => {
    expect(scalar(choice(value("a"), value("b")))).toEqual({ choice: ["a", "b"] });
    expect(scalar(choice(value("yes"), value("no")))).toBe("yesNo");
    expect(scalar(value("on"))).toBe("onOff");
    expect(scalar(choice(value("on"), value("off"), value("auto")))).toEqual({
      either: ["onOff", { choice: ["auto"] }],
    });
    expect(scalar(choice(value("yes"), value("maybe")))).toEqual({ choice: ["yes", "maybe"] });
  });

  it("keep words that are offered beside other values", () => {
    expect(scalar(choice(value("auto"), '<data type="int"/>'))).toEqual({
      either: [{ choice: ["auto"] }, "integer"],
    });
    expect(scalar(choice(value("auto"), "<text/>"))).toEqual({ either: [{ choice: ["auto"] }, "text"] });
    expect(scalar(choice('<data type="int"/>', '<data type="unsignedLong"/>'))).toBe("long");
  });

  it("are named rules where a definition has a known name, and know the definition of words", () => {
    const uuid = '<define name="UUID"><data type="string"/></define>';
    expect(scalar('<ref name="UUID"/>', uuid)).toEqual({ matching: "uuid" });
    const colors = `<define name="colors">${choice(value("red"), value("blue"))}</define>`;
    expect(scalar('<ref name="colors"/>', colors)).toEqual({ choice: ["red", "blue"], name: "colors" });
  });
});

describe("variants", () => {
  const byType = choice(
    `<group>${optional(attribute("type", value("file")))}${element("path")}</group>`,
    `<group>${attribute("type", choice(value("net"), value("web")))}${element("host")}</group>`,
  );

  it("are told apart by an attribute, share what all have, and join values that are alike", () => {
    expect(typeOf(box(byType + attribute("name")))).toMatchObject({
      slots: [{ xml: "name", required: true }],
      variants: {
        attribute: "type",
        absent: "file",
        of: [
          { values: ["file"], slots: [{ xml: "path", required: true }] },
          { values: ["net", "web"], slots: [{ xml: "host", required: true }] },
        ],
      },
    });
  });

  it("have one without the attribute where that is a form of its own", () => {
    const third = choice(byType, element("neither"));
    expect(typeOf(box(third)).variants).toMatchObject({
      absent: "",
      of: [
        { values: ["file"] },
        { values: ["net", "web"] },
        { values: [""], slots: [{ xml: "path" }, { xml: "neither" }] },
      ],
    });
  });

  it("are none where one form has whatever the others have", () => {
    const nested = choice(
      `<group>${attribute("type", value("a"))}${optional(element("x"))}</group>`,
      attribute("type", value("b")),
    );
    const type = typeOf(box(nested));
    expect(type.variants).toBeUndefined();
    expect(type.slots.map(({ xml }) => xml)).toEqual(["type", "x"]);
  });

  it("say how many children of all come before their own, unless all do", () => {
    const before = `${byType}${element("last")}`;
    expect(typeOf(box(before)).variants?.of.map(({ before }) => before)).toEqual([0, 0]);
    expect(typeOf(box(element("head") + byType)).variants?.of.map(({ before }) => before)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe("names", () => {
  it("follow the way from the root, and the variant", () => {
    const source = (name: string): string => element("source", attribute(name));
    const content = choice(
      `<group>${attribute("type", value("file"))}${source("path")}</group>`,
      `<group>${attribute("type", value("my-net"))}${source("host")}</group>`,
    );
    const devices = element("devices", element("disk", content + element("drive-r", attribute("x"))));
    expect(modelOf(box(devices)).types.map(({ name }) => name)).toEqual([
      "BoxConfig",
      "BoxDevices",
      "BoxDisk",
      "BoxDiskFileSource",
      "BoxDiskDriveR",
      "BoxDiskMyNetSource",
    ]);
  });

  it("are those of the element where several types share it", () => {
    const shared = `<define name="label">${element("label", attribute("x"))}</define>`;
    const content = element("a", '<ref name="label"/>') + element("b", '<ref name="label"/>');
    expect(modelOf(box(content) + shared).types.map(({ name }) => name)).toEqual([
      "BoxConfig",
      "BoxA",
      "BoxB",
      "BoxLabel",
    ]);
  });

  it("are found for elements that hold themselves", () => {
    const chain = `<define name="chain">${element("chain", `${attribute("x")}${optional('<ref name="chain"/>')}`)}</define>`;
    expect(typeOf(box('<ref name="chain"/>') + chain, "BoxChain").slots).toEqual([
      { kind: "attribute", xml: "x", required: true, scalar: "text" },
      { kind: "child", xml: "chain", type: "BoxChain" },
    ]);
  });

  it("are those of another kind where its document is inside", () => {
    const roots = new Map([["main.rng:inner:1", "domain"]]);
    const inner = `<define name="inner">${element("inner", attribute("x"))}</define>`;
    const [root, ...others] = modelOf(box('<ref name="inner"/>') + inner, roots).types;
    expect(root?.slots).toEqual([{ kind: "child", xml: "inner", required: true, type: "domain:" }]);
    expect(others).toEqual([]);
  });
});
