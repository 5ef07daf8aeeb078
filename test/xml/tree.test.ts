import { describe, expect, it } from "@jest/globals";
import { formatXml, parseXml, type XmlElement, xmlElement } from "../../src/xml/tree/index.js";
import { AWKWARD, GUEST, NETWORK } from "./documents.js";
import { canonical } from "./expat.js";

const DOCUMENTS = [GUEST, NETWORK, ...AWKWARD];

describe("a tree", () => {
  it("says the same to every parser after it has been written again", () => {
    const before = canonical(DOCUMENTS);
    const after = canonical(DOCUMENTS.map((text) => formatXml(parseXml(text))));
    expect(before.filter((form) => "error" in form)).toEqual([]);
    expect(after).toEqual(before);
  });

  it("is the same after it has been written and read", () => {
    for (const text of DOCUMENTS) {
      const tree = parseXml(text);
      expect(parseXml(formatXml(tree))).toEqual(tree);
    }
  });

  it("has everything in its order", () => {
    expect(
      parseXml("<?xml version='1.0'?>\n<?p?><a b='1' c='&#10;'>x<!--y--><d/><![CDATA[<]]><?q r?></a>\n"),
    ).toEqual({
      declaration: "<?xml version='1.0'?>",
      before: [
        { kind: "text", value: "\n" },
        { kind: "instruction", target: "p", data: "" },
      ],
      root: {
        kind: "element",
        name: "a",
        attributes: { b: "1", c: "\n" },
        children: [
          { kind: "text", value: "x" },
          { kind: "comment", value: "y" },
          { kind: "element", name: "d", attributes: {}, children: [] },
          { kind: "cdata", value: "<" },
          { kind: "instruction", target: "q", data: "r" },
        ],
      },
      after: [{ kind: "text", value: "\n" }],
    });
  });

  it("leaves layout as it was", () => {
    const text = '<a>\n\n    <b/>\n\t<c x="1"/>   </a>\n\n';
    expect(formatXml(parseXml(text))).toBe(text);
  });

  it("can be made by hand", () => {
    const element = xmlElement("a", { b: "<&>\n" }, [
      "x & y",
      xmlElement("c"),
      { kind: "cdata", value: "a]]>b" },
    ]);
    const text = formatXml(element);
    expect(text).toBe('<a b="&lt;&amp;>&#10;">x &amp; y<c/><![CDATA[a]]]]><![CDATA[>b]]></a>');
    expect(canonical([text])).toEqual([{ text: '<a b="&lt;&amp;>&#xA;">x &amp; y<c></c>a]]&gt;b</a>' }]);
  });

  it("refuses to write what would not be XML", () => {
    const child = (node: XmlElement["children"][number]): XmlElement => ({
      ...xmlElement("a"),
      children: [node],
    });
    for (const [tree, message] of [
      [xmlElement("a b"), /name "a b"/],
      [xmlElement(""), /name ""/],
      [xmlElement("a", { "b='1' c": "" }), /name "b='1' c"/],
      [xmlElement("a", {}, ["\0"]), /U\+0000/],
      [xmlElement("a", { b: "\ud800" }), /U\+D800/],
      [child({ kind: "comment", value: "a--b" }), /--/],
      [child({ kind: "comment", value: "a-" }), /--/],
      [child({ kind: "instruction", target: "p", data: "?>" }), /instruction/],
      [child({ kind: "instruction", target: "xml", data: "" }), /instruction/],
    ] as const) {
      expect(() => formatXml(tree)).toThrow(message);
    }
  });

  it("refuses to write an element that is in itself", () => {
    const element = xmlElement("a");
    element.children.push(element);
    expect(() => formatXml(element)).toThrow(/deeper than 400, or in a circle/);
  });

  it("declares no encoding that it is not in", () => {
    const tree = parseXml('<?xml version="1.0" encoding="us-ascii"?><a>b</a>');
    expect(formatXml(tree)).toBe('<?xml version="1.0" encoding="us-ascii"?><a>b</a>');
    tree.root.children = [{ kind: "text", value: "\u00e9" }];
    expect(formatXml(tree)).toBe('<?xml version="1.0" encoding="UTF-8"?><a>\u00e9</a>');
  });
});
