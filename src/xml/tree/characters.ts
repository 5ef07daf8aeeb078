/** The five entities that need no declaration. */
export const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** A reference to a character or an entity. */
const REFERENCE = /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([^&;\s]+));/g;

const FORBIDDEN = /[^\t\n\r -\ufffd]/;

/** Where a text has a character that XML 1.0 does not allow, however it is written; -1 when it has none. */
export function forbiddenAt(text: string): number {
  const at = text.search(FORBIDDEN);
  if (at >= 0 || text.isWellFormed()) return at;
  // Half of a surrogate pair.
  return text
    .toWellFormed()
    .split("")
    .findIndex((unit, i) => unit !== text[i]);
}

/** The number of a UTF-16 code unit, as it is usually written. */
export function codePoint(text: string, at: number): string {
  return `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** True for the number of a character that XML 1.0 allows. */
export function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code < 0xd800 || (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code <= 0x10ffff);
}

/** The text that a well-formed text with references stands for. */
export function decodeReferences(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(REFERENCE, (all, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number.parseInt(decimal, 10));
    return ENTITIES.get(name ?? "") ?? all;
  });
}

/** The value of an attribute: white space counts as spaces, unless it is written as a reference. */
export function decodeAttribute(text: string): string {
  return decodeReferences(/[\t\n\r]/.test(text) ? text.replace(/\r\n|[\t\n\r]/g, " ") : text);
}

const WRITTEN: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

const written = (character: string): string => WRITTEN[character] ?? character;

/** A text as it is written between tags. */
export function encodeText(text: string): string {
  return /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, written) : text;
}

/** A text as it is written in an attribute; the writer escapes quotes itself. */
export function encodeAttribute(text: string): string {
  return /[&<\t\n\r]/.test(text) ? text.replace(/[&<\t\n\r]/g, written) : text;
}

const NAME_START =
  ":A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u167F\\u1681-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFEFE\\uFF00-\\uFFFD\\u{10000}-\\u{EFFFF}";
// U+1680 and U+FEFF, which XML would allow, are white space to JavaScript's regular expressions and so to fast-xml-parser.
const NAME = new RegExp(`[${NAME_START}][${NAME_START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*`, "uy");

/** Where a name that starts at a place ends; the place itself when there is none. */
export function nameEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    const letter = (code | 32) - 97;
    if ((letter >= 0 && letter < 26) || code === 95 || code === 58) at++;
    else if (at > from && ((code >= 48 && code < 58) || code === 45 || code === 46)) at++;
    else if (code < 128 || Number.isNaN(code)) return at;
    else break;
  }
  NAME.lastIndex = from;
  return NAME.test(text) ? NAME.lastIndex : from;
}

/** True for a whole text that may name an element or attribute. */
export function isName(text: string): boolean {
  return text !== "" && nameEnd(text, 0) === text.length;
}
