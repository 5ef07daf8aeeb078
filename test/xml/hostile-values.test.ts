import { describe, expect, it } from "@jest/globals";
import { DomainConfig } from "../../src/xml/generated/domain/index.js";
import {
  format,
  formatXml,
  parse,
  validate,
  type XmlElement,
  XmlError,
  xmlElement,
} from "../../src/xml/verbs/index.js";

/** A guest with properties from nobody knows where. */
const guest = (more: object): DomainConfig => ({ type: "kvm", name: "a", memory: { value: 1n }, ...more });

function refusal(write: () => unknown): XmlError {
  try {
    write();
  } catch (error) {
    if (error instanceof XmlError) return error;
    throw error;
  }
  throw new Error("it was written");
}

describe("a hostile value", () => {
  it("cannot be more than text", () => {
    const evil = 'x\' y="z"><devices/>]]><!--&amp;';
    const text = format(
      DomainConfig,
      guest({
        type: evil,
        title: evil,
        devices: { emulator: evil },
        metadata: xmlElement("metadata", { a: evil }),
      }),
    );
    expect(parse(DomainConfig, text)).toMatchObject({ type: evil, title: evil, devices: { emulator: evil } });
    expect(parse(DomainConfig, text).metadata).toEqual(xmlElement("metadata", { a: evil }));
    expect(Object.keys(parse(DomainConfig, text))).toHaveLength(6);
  });

  it("is refused where it is in a circle, or deeper than can be read", () => {
    const circle: Record<string, unknown> = { type: "file", format: { type: "raw" } };
    circle.backingStore = circle;
    const config = guest({
      devices: { disk: [{ type: "file", target: { dev: "a" }, backingStore: circle }] },
    });
    const error = refusal(() => format(DomainConfig, config));
    expect(error).toMatchObject({ code: "VALUE", message: expect.stringMatching(/backingStore.*circle/) });
    expect(error.message.length).toBeLessThan(200);
    expect(validate(DomainConfig, config).at(-1)?.message).toMatch(/circle/);
  });

  it("cannot put another element in the place of metadata", () => {
    const other = xmlElement("devices", {}, [xmlElement("emulator", {}, ["/bin/sh"])]);
    expect(refusal(() => format(DomainConfig, guest({ metadata: other })))).toMatchObject({
      code: "VALUE",
      path: "metadata",
      message: expect.stringMatching(/<devices>.*<metadata>/),
    });
    expect(validate(DomainConfig, guest({ metadata: other }))).toMatchObject([{ path: "metadata" }]);
  });

  it("cannot use a prefix that nobody declares", () => {
    const metadata = xmlElement("metadata", {}, [xmlElement("my:note", { "my:a": "1" })]);
    const error = refusal(() => format(DomainConfig, guest({ metadata })));
    expect(error).toMatchObject({ path: "metadata", message: expect.stringMatching(/prefix my .*xmlns:my/) });
    const circle = xmlElement("metadata");
    circle.children.push(circle);
    expect(refusal(() => format(DomainConfig, guest({ metadata: circle }))).message).toMatch(/circle/);
    metadata.attributes["xmlns:my"] = "urn:my";
    expect(format(DomainConfig, guest({ metadata }))).toContain(
      '<metadata xmlns:my="urn:my"><my:note my:a="1"/>',
    );
    const kept = "<domain type='kvm'><metadata><a:b/></metadata></domain>";
    expect(format(DomainConfig, parse(DomainConfig, kept))).toContain("<a:b/>");
  });

  it.each<[string, unknown]>([
    ["no children", { name: "x", attributes: {} }],
    ["children that are none", { name: "x", attributes: {}, children: [{ kind: "weird" }] }],
    ["text that is none", { name: "x", attributes: {}, children: [{ kind: "text", value: ["<b/>"] }] }],
    ["CDATA that is none", { name: "x", attributes: {}, children: [{ kind: "cdata", value: 5 }] }],
    ["a comment that is none", { name: "x", attributes: {}, children: [{ kind: "comment", value: {} }] }],
    ["an attribute that is none", { name: "x", attributes: { a: ['"'] }, children: [] }],
    ["no name", { attributes: {}, children: [] }],
    ["a name with more", { name: "x y='1'", attributes: {}, children: [] }],
  ])("as an element of the tree is refused: %s", (_, inner) => {
    const child = { kind: "element", ...(inner as object) } as XmlElement;
    expect(refusal(() => formatXml(child)).code).toBe("VALUE");
    const metadata = xmlElement("metadata", {}, [child]);
    expect(refusal(() => format(DomainConfig, guest({ metadata }))).code).toBe("VALUE");
  });

  it("is named in the message, with what there could be", () => {
    const message = (more: object): string => refusal(() => format(DomainConfig, guest(more))).message;
    expect(message({ memory: 1024n })).toMatch(/^memory is 1024n and must be an object; there are .*value/);
    expect(message({ vcpu: { value: 1.5 } })).toBe("vcpu.value is 1.5 and must be a whole number");
    expect(message({ on_crash: 5 })).toMatch(/^on_crash is 5 and must be .*destroy/);
    expect(message({ titel: "x" })).toMatch(/^titel is no property of <domain>.*there are .*title/);
    expect(message({ devices: { disk: "x" } })).toBe('devices.disk is "x" and must be an array');
  });
});
