import { XmlError } from "../errors.js";
import { codePoint, ENTITIES, forbiddenAt, isCharacter, nameEnd } from "./characters.js";
import type { XmlLimits } from "./limits.js";

/** Where in a text the parts of a document are. */
export interface Outline {
  /** End of the XML declaration; 0 when there is none. */
  readonly prolog: number;
  /** Start and end of the root. */
  readonly root: number;
  readonly end: number;
  /** Processing instructions in the root: start and end. */
  readonly instructions: readonly (readonly [number, number])[];
  /** True when a name is one that an object has from its prototype, in the eyes of fast-xml-parser. */
  readonly reserved: boolean;
}

const SPACE = /[ \t\r\n]*/y;
const DECLARATION =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])([\w.:-]+)\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])([A-Za-z][\w.-]*)\3)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\5)?[ \t\r\n]*\?>/y;
const REFERENCE = /&(?:#x([0-9a-fA-F]{1,8})|#([0-9]{1,9})|([A-Za-z_][\w.-]*));/y;
/** So many names are faster looked through than put into a set. */
const FEW = 16;
const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Goes through a text once and refuses what is no well-formed document, which fast-xml-parser would let pass or bend.
 * Nothing here calls itself, and nothing is read twice.
 */
export class Checker {
  readonly #text: string;
  readonly #limits: Required<XmlLimits>;
  readonly #references: boolean;
  readonly #sectionEnds: boolean;
  readonly #instructions: [number, number][] = [];
  #at = 0;
  #nodes = 0;
  #reserved = false;
  #seen: Set<string> = new Set<string>();

  constructor(text: string, limits: Required<XmlLimits>) {
    this.#text = text;
    this.#limits = limits;
    this.#references = text.includes("&");
    this.#sectionEnds = text.includes("]]>");
  }

  outline(): Outline {
    const forbidden = forbiddenAt(this.#text);
    if (forbidden >= 0) {
      this.#fail(
        `XML cannot have the character ${codePoint(this.#text, forbidden)}; leave it out or encode it, as in Base64`,
        forbidden,
      );
    }
    this.#declaration();
    const prolog = this.#at;
    this.#misc();
    const root = this.#at;
    if (root >= this.#text.length) this.#fail("there is no root element");
    this.#element();
    const end = this.#at;
    const inRoot = this.#instructions.filter(([start]) => start > root);
    this.#misc();
    if (this.#at < this.#text.length) {
      this.#fail(
        this.#text[this.#at] === "<"
          ? "a document has one root element; wrap several in one"
          : "there is text after the root element; put it inside",
      );
    }
    return { prolog, root, end, instructions: inRoot, reserved: this.#reserved };
  }

  #declaration(): void {
    if (!/^<\?xml[ \t\r\n]/.test(this.#text)) return;
    DECLARATION.lastIndex = 0;
    const match = DECLARATION.exec(this.#text);
    if (match === null) this.#fail('the XML declaration is wrong; write <?xml version="1.0"?>', 0);
    if (match[2] !== "1.0") this.#fail(`this is XML ${match[2]}; only 1.0 is read`, 0);
    const encoding = match[4];
    if (encoding !== undefined && !/^(utf-?8|us-ascii|ascii)$/i.test(encoding)) {
      throw new XmlError(
        "ENCODING",
        `the document declares the encoding ${encoding}; only UTF-8 is read: convert it and change the declaration`,
      );
    }
    this.#at = DECLARATION.lastIndex;
  }

  /** Comments, instructions and white space, until something else comes. */
  #misc(): void {
    for (;;) {
      SPACE.lastIndex = this.#at;
      SPACE.test(this.#text);
      this.#at = SPACE.lastIndex;
      const { [this.#at + 1]: next } = this.#text;
      if (this.#at >= this.#text.length) return;
      if (this.#text[this.#at] !== "<") {
        if (this.#nodes === 0) this.#fail("there is text before the root element; XML starts with <");
        return;
      }
      if (next === "?") this.#instruction();
      else if (next !== "!") return;
      else if (this.#text.startsWith("<!DOCTYPE", this.#at)) {
        this.#fail("document types and their entities are not read; take the <!DOCTYPE …> away");
      } else if (this.#text.startsWith("<!--", this.#at)) this.#comment();
      else this.#fail("a CDATA section cannot stand outside the root element");
    }
  }

  /** The root with all that is in it. */
  #element(): void {
    const text = this.#text;
    const open: string[] = [];
    do {
      const tag = this.#at;
      const next = text.charCodeAt(tag + 1);
      if (next === 47) {
        const name = open.pop();
        this.#endTag(name ?? "");
      } else if (next === 33) this.#markup();
      else if (next === 63) this.#instruction();
      else {
        const name = this.#startTag();
        if (name !== undefined && open.push(name) > this.#limits.depth) {
          this.#limit(`elements are nested deeper than ${this.#limits.depth}`, "depth", tag);
        }
      }
      if (open.length === 0) return;
      const from = this.#at;
      const to = text.indexOf("<", from);
      if (to < 0) {
        this.#fail(`the text ends before </${open.at(-1)}>; close the element`, text.length);
      }
      if (this.#references || this.#sectionEnds) this.#characters(from, to);
      this.#at = to;
    } while (open.length > 0);
  }

  /** Reads a start tag and gives its name; undefined when the element ends with it. */
  #startTag(): string | undefined {
    const text = this.#text;
    const tag = this.#at;
    let at = nameEnd(text, tag + 1);
    if (at === tag + 1) {
      this.#fail('< starts a tag, and no name follows; write "&lt;" for the character', tag);
    }
    const name = text.slice(tag + 1, at);
    this.#count(tag);
    if (RESERVED.has(name)) this.#reserved = true;
    const names: string[] = [];
    for (;;) {
      const before = at;
      at = this.#skipSpace(at);
      const code = text.charCodeAt(at);
      if (code === 62) {
        this.#at = at + 1;
        return name;
      }
      if (code === 47) {
        if (text.charCodeAt(at + 1) !== 62) this.#fail(`> must follow the / in <${name}>`, at);
        this.#at = at + 2;
        return undefined;
      }
      if (Number.isNaN(code)) this.#fail(`the tag <${name} is not closed by >`, tag);
      const end = nameEnd(text, at);
      if (end === at) this.#fail(`no attribute of <${name}> can start with ${show(text, at)}`, at);
      const attribute = text.slice(at, end);
      if (before === at) this.#fail(`put a space before the attribute ${attribute}`, at);
      if (this.#isKnown(names, attribute))
        this.#fail(`<${name}> has the attribute ${attribute} twice; keep one`, at);
      if (RESERVED.has(attribute)) this.#reserved = true;
      if (names.push(attribute) > this.#limits.attributes) {
        this.#limit(`<${name}> has more than ${this.#limits.attributes} attributes`, "attributes", at);
      }
      this.#count(at);
      at = this.#attribute(attribute, end);
    }
  }

  /** Tells whether a tag has had an attribute already. */
  #isKnown(names: readonly string[], attribute: string): boolean {
    if (names.length < FEW) return names.includes(attribute);
    if (names.length === FEW) this.#seen = new Set(names);
    return this.#seen.size === this.#seen.add(attribute).size;
  }

  /** The = and the value of an attribute; gives where it ends. */
  #attribute(name: string, from: number): number {
    const text = this.#text;
    let at = this.#skipSpace(from);
    if (text.charCodeAt(at) !== 61) this.#fail(`the attribute ${name} has no value; write ${name}="…"`, at);
    at = this.#skipSpace(at + 1);
    const quote = text[at];
    if (quote !== '"' && quote !== "'") this.#fail(`the value of ${name} is not in quotes`, at);
    const end = text.indexOf(quote, at + 1);
    if (end < 0) this.#fail(`the value of ${name} has no closing ${quote}`, at);
    for (let i = at + 1; i < end; i++) {
      const code = text.charCodeAt(i);
      if (code === 60) this.#fail(`there is a < in the value of ${name}; write "&lt;"`, i);
      if (code === 38) i = this.#reference(i);
    }
    return end + 1;
  }

  #endTag(open: string): void {
    const text = this.#text;
    const start = this.#at;
    const end = nameEnd(text, start + 2);
    const name = text.slice(start + 2, end);
    if (open === "") this.#fail(`</${name}> closes nothing; take it away`, start);
    if (name !== open) this.#fail(`</${name}> closes <${open}>; write </${open}>`, start);
    const at = this.#skipSpace(end);
    if (text.charCodeAt(at) !== 62) this.#fail(`</${name} is not closed by >`, start);
    this.#at = at + 1;
  }

  /** A comment or a CDATA section. */
  #markup(): void {
    if (this.#text.startsWith("<!--", this.#at)) this.#comment();
    else if (this.#text.startsWith("<![CDATA[", this.#at)) {
      this.#count(this.#at);
      const end = this.#text.indexOf("]]>", this.#at);
      if (end < 0) this.#fail("the CDATA section is not closed by ]]>");
      this.#at = end + 3;
    } else this.#fail('<! starts a comment or a CDATA section, and this is neither; write "&lt;!"');
  }

  #comment(): void {
    this.#count(this.#at);
    const end = this.#text.indexOf("--", this.#at + 4);
    if (end < 0) this.#fail("the comment is not closed by -->");
    if (this.#text.charCodeAt(end + 2) !== 62) this.#fail("a comment cannot have -- in it", end);
    this.#at = end + 3;
  }

  #instruction(): void {
    const start = this.#at;
    this.#count(start);
    const text = this.#text;
    const name = nameEnd(text, start + 2);
    const target = text.slice(start + 2, name);
    if (target === "") this.#fail("<? must be followed by a name");
    if (/^xml$/i.test(target)) this.#fail("an XML declaration can only be the very first of a document");
    const end = text.indexOf("?>", name);
    if (end < 0) this.#fail(`<?${target} is not closed by ?>`);
    if (end > name && this.#skipSpace(name) === name) this.#fail(`put a space after <?${target}`, name);
    this.#at = end + 2;
    this.#instructions.push([start, this.#at]);
  }

  /** Text between tags. */
  #characters(from: number, to: number): void {
    const text = this.#text;
    for (let at = from; at < to; at++) {
      const code = text.charCodeAt(at);
      if (code === 38) at = this.#reference(at);
      else if (code === 93 && text.startsWith("]]>", at)) {
        this.#fail('text cannot have ]]> in it; write "]]&gt;"', at);
      }
    }
  }

  /** Checks what an ampersand starts, and gives where it ends. */
  #reference(at: number): number {
    REFERENCE.lastIndex = at;
    const match = REFERENCE.exec(this.#text);
    if (match === null) this.#fail('& starts a reference, and this is none; write "&amp;"', at);
    const [all, hex, decimal, name] = match;
    if (name !== undefined && !ENTITIES.has(name)) {
      this.#fail(`the entity ${all} is not declared; write the character itself`, at);
    }
    const code = hex === undefined ? Number.parseInt(decimal ?? "32", 10) : Number.parseInt(hex, 16);
    if (!isCharacter(code)) this.#fail(`XML cannot have the character ${all}`, at);
    return REFERENCE.lastIndex - 1;
  }

  #skipSpace(from: number): number {
    for (let at = from; ; at++) {
      const code = this.#text.charCodeAt(at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return at;
    }
  }

  #count(at: number): void {
    if (++this.#nodes > this.#limits.nodes) {
      this.#limit(`the document has more than ${this.#limits.nodes} elements and attributes`, "nodes", at);
    }
  }

  #limit(message: string, limit: keyof XmlLimits, at: number): never {
    throw new XmlError("LIMIT", `${message}; if that is meant, raise limits.${limit}`, place(this.#text, at));
  }

  #fail(message: string, at: number = this.#at): never {
    throw new XmlError("SYNTAX", message, place(this.#text, at));
  }
}

/** Line and column of a place in a text. */
function place(text: string, at: number): { line: number; column: number } {
  const lines = text.slice(0, at).split(/\r\n?|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** One character, for messages. */
function show(text: string, at: number): string {
  return JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
}
