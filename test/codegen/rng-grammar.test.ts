import { describe, expect, it } from "@jest/globals";
import { collect } from "../../codegen/import/rng/collect.js";
import { readGrammar } from "../../codegen/import/rng/grammar.js";
import { read, schema } from "./rng-sample.js";

/** What the root of a grammar may have: attributes with @, children with their namespace. */
function contentOf(files: Readonly<Record<string, string>>): readonly string[] {
  const root = [...(collect(read(files))?.children.values() ?? [])][0]?.items[0];
  const content = root && collect(root.content);
  if (content === undefined) throw new Error("the root has no content");
  return [
    ...[...content.attributes.keys()].map((name) => `@${name}`),
    ...content.children.keys(),
    ...(content.text === undefined ? [] : ["text"]),
    ...(content.open ? ["anything"] : []),
  ];
}

const START = '<start><element name="box"><ref name="inside"/></element></start>';
const INSIDE = '<define name="inside"><element name="first"><text/></element></define>';
const OTHER = '<element name="second"><text/></element>';

describe("a grammar", () => {
  it("reads attributes, children and text, in groups, choices and mixed content", () => {
    const content = `<start><element name="box"><interleave>
      <attribute name="size"/><optional><attribute name="color"><text/></attribute></optional>
      <zeroOrMore><choice><element name="a"><empty/></element><group><element name="b"><empty/></element></group></choice></zeroOrMore>
      <mixed><element name="c"><empty/></element></mixed>
    </interleave></element></start>`;
    expect(contentOf({ "main.rng": content })).toEqual(["@size", "@color", "a", "b", "c", "text"]);
  });

  it("ignores comments, documentation and foreign elements", () => {
    const content = `<!-- why --><a:documentation xmlns:a="urn:a">prose</a:documentation>${START}${INSIDE}`;
    expect(contentOf({ "main.rng": content })).toEqual(["first"]);
  });

  it("takes each file in once, however often it is included", () => {
    const both = '<include href="one.rng"/><include href="two.rng"/>';
    const files = { "main.rng": START + both, "one.rng": '<include href="two.rng"/>', "two.rng": INSIDE };
    expect(contentOf(files)).toEqual(["first"]);
  });

  it("lets the including file override definitions and the start", () => {
    const own = `<include href="base.rng"><define name="inside">${OTHER}</define></include>`;
    expect(contentOf({ "main.rng": own, "base.rng": `<div>${START}</div>${INSIDE}` })).toEqual(["second"]);
    const start = '<start><element name="other"><attribute name="x"/></element></start>';
    const files = { "main.rng": `<include href="base.rng">${start}</include>`, "base.rng": START + INSIDE };
    expect(contentOf(files)).toEqual(["@x"]);
  });

  it("combines definitions by choice and by interleave", () => {
    for (const combine of ["choice", "interleave"]) {
      const second = `<define name="inside" combine="${combine}">${OTHER}</define>`;
      expect(contentOf({ "main.rng": START + INSIDE + second })).toEqual(["first", "second"]);
    }
    const nothing = '<define name="inside"><notAllowed/></define>';
    const real = `<define name="inside" combine="choice">${OTHER}</define>`;
    expect(contentOf({ "main.rng": START + nothing + real })).toEqual(["second"]);
  });

  it("keeps the definitions of a grammar inside of another apart", () => {
    const outer = `<start><element name="box"><ref name="inside"/>
      <grammar><include href="inner.rng"/></grammar><externalRef href="inner.rng"/></element></start>${INSIDE}`;
    const inner = `<start><ref name="inside"/></start><define name="inside">${OTHER}</define>`;
    expect(contentOf({ "main.rng": outer, "inner.rng": inner })).toEqual(["first", "second"]);
  });

  it("lets children inherit the namespace", () => {
    const content = `<start><element name="box"><element name="in" ns="urn:x"><element name="deep"><empty/></element></element></element></start>`;
    const root = [...(collect(read({ "main.rng": content }))?.children.values() ?? [])][0]?.items[0];
    const inner = root && [...(collect(root.content)?.children.values() ?? [])][0]?.items[0];
    expect(inner?.ns).toBe("urn:x");
    expect([...((inner && collect(inner.content)?.children.keys()) ?? [])]).toEqual(["deep urn:x"]);
  });

  it("knows elements and attributes of any name", () => {
    const any = "<element><anyName><except><name>x</name></except></anyName><text/></element>";
    expect(contentOf({ "main.rng": `<start><element name="box">${any}</element></start>` })).toEqual([
      "anything",
    ]);
    const attribute = '<attribute><nsName ns="urn:x"/></attribute>';
    expect(contentOf({ "main.rng": `<start><element name="box">${attribute}</element></start>` })).toEqual([
      "anything",
    ]);
    const named = "<element><name>x</name><text/></element>";
    expect(contentOf({ "main.rng": `<start><element name="box">${named}</element></start>` })).toEqual(["x"]);
  });

  it("leaves out elements whose content is not allowed", () => {
    const no = '<optional><element name="no"><notAllowed/></element></optional><attribute name="x"/>';
    expect(contentOf({ "main.rng": `<start><element name="box">${no}</element></start>` })).toEqual(["@x"]);
  });
});

describe("the errors of a grammar", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["an unknown pattern", "<start><oops/></start>", /^main\.rng: <oops> is unknown/],
    [
      "an unknown pattern in a definition",
      '<start><ref name="a"/></start><define name="a"><oops/></define>',
      /^main\.rng: <oops> is unknown in the definition of 'a'/,
    ],
    ["an unknown component", "<oops/>", /^main\.rng: <oops> is unknown in a grammar/],
    [
      "a missing definition",
      '<start><ref name="gone"/></start>',
      /^main\.rng: 'gone' is referred to, but never/,
    ],
    ["a missing name", "<start><ref/></start>", /^main\.rng: <ref> lacks the attribute 'name'/],
    [
      "an element without a name",
      "<start><element><text/></element></start>",
      /^main\.rng: <element> has no name/,
    ],
    ["no start", INSIDE, /^main\.rng: expected <start>/],
    ["two definitions", START + INSIDE + INSIDE, /^main\.rng: 'inside' is defined twice, and not combined/],
  ];

  it.each(cases)("name the file and the construct: %s", (_, content, message) => {
    expect(() => read({ "main.rng": content })).toThrow(message);
  });

  it("name what is no grammar at all", () => {
    expect(() => readGrammar("a.rng", () => "<element/>")).toThrow(
      "a.rng: expected <grammar>, found <element>",
    );
    expect(() => readGrammar("a.rng", () => schema("<start/>"))).not.toThrow();
  });
});
