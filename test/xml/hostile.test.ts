import { describe, expect, it } from "@jest/globals";
import { DomainConfig } from "../../src/xml/generated/domain/index.js";
import { formatXml, parseXml } from "../../src/xml/tree/index.js";
import { diff, format, parse, validate, XmlError } from "../../src/xml/verbs/index.js";

function refusal(source: string | Uint8Array, limits?: Parameters<typeof parseXml>[1]): XmlError {
  try {
    parseXml(source, limits);
  } catch (error) {
    if (error instanceof XmlError) return error;
    throw error;
  }
  throw new Error(`read: ${String(source).slice(0, 100)}`);
}

/** Texts that are no XML 1.0, with the place of the fault and a word of the message. */
const MALFORMED: readonly (readonly [text: string, line: number, column: number, message: RegExp])[] = [
  ["", 1, 1, /no root/],
  ["  \n", 2, 1, /no root/],
  ["text", 1, 1, /text before the root/],
  ["<a/>text", 1, 5, /text after the root/],
  ["<a/><b/>", 1, 5, /one root/],
  ["<a>\n<b>\n</a>\n</b>", 3, 1, /<\/a> closes <b>; write <\/b>/],
  ["<a><b></b>", 1, 11, /ends before <\/a>/],
  ["<a>\n  <b", 2, 3, /<b is not closed/],
  ["</a>", 1, 1, /<\/a> closes nothing/],
  ["<a></a", 1, 4, /not closed/],
  ["<a></a b='1'>", 1, 4, /not closed/],
  ["<a b='1' b='2'/>", 1, 10, /attribute b twice/],
  ["<a b/>", 1, 5, /b has no value/],
  ["<a b=1/>", 1, 6, /not in quotes/],
  ["<a b='1/>", 1, 6, /no closing '/],
  ["<a b='1'c='2'/>", 1, 9, /space before the attribute c/],
  ["<a b='<'/>", 1, 7, /< in the value/],
  ["<a / >", 1, 4, /> must follow/],
  ["<a =''/>", 1, 4, /"="/],
  ["<1/>", 1, 1, /no name/],
  ["< a/>", 1, 1, /no name/],
  ["<a>a < b</a>", 1, 6, /no name/],
  ["<a>&</a>", 1, 4, /&amp;/],
  ["<a>&nbsp;</a>", 1, 4, /entity &nbsp; is not declared/],
  ["<a b='&x;'/>", 1, 7, /entity &x; is not declared/],
  ["<a>&#0;</a>", 1, 4, /character &#0;/],
  ["<a>&#xD800;</a>", 1, 4, /character &#xD800;/],
  ["<a>&#x110000;</a>", 1, 4, /character/],
  ["<a>&#99999999999;</a>", 1, 4, /reference/],
  ["<a>&lt</a>", 1, 4, /&amp;/],
  ["<a>]]></a>", 1, 4, /\]\]&gt;/],
  ["<a><!-- a -- b --></a>", 1, 11, /--/],
  ["<a><!-- a --->", 1, 11, /--/],
  ["<a><!-- a</a>", 1, 4, /not closed by -->/],
  ["<a><![CDATA[ x</a>", 1, 4, /not closed by \]\]>/],
  ["<![CDATA[x]]><a/>", 1, 1, /outside the root/],
  ["<a><!ELEMENT b></a>", 1, 4, /neither/],
  ["<a><?p </a>", 1, 4, /not closed by \?>/],
  ["<a><? p?></a>", 1, 4, /name/],
  ["<a/><?xml version='1.0'?>", 1, 5, /very first/],
  [" <?xml version='1.0'?><a/>", 1, 2, /very first/],
  ["<?xml?><a/>", 1, 1, /very first|declaration/],
  ["<?xml version='1.1'?><a/>", 1, 1, /XML 1\.1/],
  ["<?xml version='1.0' encoding='UTF-8' bogus='1'?><a/>", 1, 1, /declaration is wrong/],
  ["<a>\0</a>", 1, 4, /U\+0000/],
  ["<a b='\u0001'/>", 1, 7, /U\+0001/],
  ["<a>\uffff</a>", 1, 4, /U\+FFFF/],
  ["<a>\ud83d</a>", 1, 4, /U\+D83D/],
  ["<a>\ude00\ud83d</a>", 1, 4, /U\+DE00/],
];

describe("what is not well-formed", () => {
  it.each(MALFORMED)("%j is refused at line %d, column %d", (text, line, column, message) => {
    const error = refusal(text);
    expect(error).toMatchObject({ name: "XmlError", code: "SYNTAX", line, column });
    expect(error.message).toMatch(message);
  });
});

describe("hostile input", () => {
  it("has no entities to expand", () => {
    const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join(
      "",
    );
    expect(refusal(`<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]><a>&l9;</a>`).message).toMatch(/DOCTYPE/);
  });

  it("has no way to the world outside", () => {
    for (const doctype of [
      '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
      '<!DOCTYPE a [<!ENTITY x SYSTEM "http://169.254.169.254/">]>',
      '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    ]) {
      expect(refusal(`<?xml version="1.0"?>\n${doctype}<a>&x;</a>`)).toMatchObject({
        code: "SYNTAX",
        line: 2,
      });
    }
  });

  it("is refused when it is nested too deep, without running out of stack", () => {
    const depth = 100_000;
    const error = refusal("<a>".repeat(depth) + "</a>".repeat(depth));
    expect(error).toMatchObject({ code: "LIMIT", line: 1, column: 256 * 3 + 1 });
    expect(error.message).toMatch(/limits\.depth/);
    expect(refusal("<a>".repeat(401) + "</a>".repeat(401), { depth: 1e9 }).code).toBe("LIMIT");
    const deepest = `${"<a>".repeat(399)}<a/>${"</a>".repeat(399)}`;
    expect(formatXml(parseXml(deepest, { depth: 1e9 }))).toBe(deepest);
    const levels = 390;
    const store = '<backingStore type="file"><format type="raw"/><source file="/a"/>';
    const disk = `<disk type="file">${store.repeat(levels)}${"</backingStore>".repeat(levels)}<target dev="vda"/></disk>`;
    const text = `<domain type="kvm"><name>a</name><devices>${disk}</devices></domain>\n`;
    const domain = parse(DomainConfig, text, { depth: 400 });
    expect(format(DomainConfig, domain)).toBe(text);
    expect(validate(DomainConfig, domain)).toEqual([]);
    expect(diff(DomainConfig, domain, structuredClone(domain))).toEqual([]);
  });

  it("is refused when it is too large", () => {
    const bytes = new Uint8Array(200 << 20).fill(0x20);
    expect(refusal(bytes)).toMatchObject({ code: "LIMIT" });
    expect(refusal("<a>12345</a>", { size: 10 }).message).toMatch(/12 bytes, more than 10.*limits\.size/);
  });

  it("is refused when it has too many parts", () => {
    const many = `<a>${"<b/>".repeat(20)}</a>`;
    expect(refusal(many, { nodes: 20 }).message).toMatch(/more than 20 .*limits\.nodes/);
    expect(parseXml(many, { nodes: 21 }).root.children).toHaveLength(20);
    const attributes = Array.from({ length: 20 }, (_, i) => `a${i}=""`).join(" ");
    expect(refusal(`<a ${attributes}/>`, { nodes: 20 }).code).toBe("LIMIT");
  });

  it("is refused when an element has too many attributes", () => {
    const attributes = (count: number): string =>
      Array.from({ length: count }, (_, i) => `a${i}="${i}"`).join(" ");
    expect(refusal(`<a ${attributes(100_000)}/>`).message).toMatch(
      /more than 128 attributes.*limits\.attributes/,
    );
    const { root } = parseXml(`<a ${attributes(5000)}/>`, { attributes: 5000 });
    expect(Object.keys(root.attributes)).toHaveLength(5000);
    expect(refusal(`<a ${attributes(50)} a7="again"/>`).message).toMatch(/a7 twice/);
  });

  it("may come near all limits at once", () => {
    const attributes = Array.from({ length: 128 }, (_, i) => `a${i}="${i}"`).join(" ");
    const { root } = parseXml(`<a ${attributes}>${"x<!--y-->".repeat(100_000)}</a>`);
    expect(root.children).toHaveLength(200_000);
    const siblings = "<b xmlns:c='urn:c'/>".repeat(20_000);
    const scopes = Array.from({ length: 100 }, (_, i) => `<d ${attributes.replaceAll("a", `xmlns:n${i}`)}>`);
    const domain = parse(
      DomainConfig,
      `<domain type="kvm"><metadata>${scopes.join("")}${siblings}${"</d>".repeat(100)}</metadata></domain>`,
    );
    expect(format(DomainConfig, domain)).toContain("<b xmlns:c");
  });

  it("cannot reach the prototype of anything", () => {
    const text =
      "<domain type='kvm' __proto__='a' constructor='b'><__proto__ polluted='1'><polluted>1</polluted></__proto__>" +
      "<name>x</name><constructor><prototype polluted='1'/></constructor><hasOwnProperty/></domain>";
    const domain = parse(DomainConfig, text);
    expect(Object.keys(domain)).toEqual(["type", "name"]);
    expect(Object.getPrototypeOf(domain)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const { root } = parseXml(text);
    expect(Object.entries(root.attributes)).toEqual([
      ["type", "kvm"],
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
    expect(parseXml(format(DomainConfig, domain)).root).toEqual(root);
  });

  it("is refused when its bytes are no UTF-8", () => {
    const around = (...bytes: number[]): Uint8Array =>
      Uint8Array.from([...Buffer.from("<a>"), ...bytes, ...Buffer.from("</a>")]);
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
      expect(refusal(around(...bytes))).toMatchObject({ code: "ENCODING" });
    }
    expect(refusal(around(0)).message).toMatch(/U\+0000/);
    expect(refusal(Buffer.from("\ufeff<a/>", "utf16le")).message).toMatch(/UTF-16/);
    expect(refusal(Buffer.from("<a/>", "utf16le")).code).toMatch(/ENCODING|SYNTAX/);
    expect(refusal("<?xml version='1.0' encoding='ISO-8859-1'?><a/>").message).toMatch(/ISO-8859-1.*UTF-8/);
    expect(
      parseXml(Buffer.from("\ufeff<?xml version='1.0' encoding='utf-8'?><a>é</a>")).root.children,
    ).toEqual([{ kind: "text", value: "é" }]);
  });
});
