/** What an `XmlError` is about: `SYNTAX` is text that is no well-formed XML, the rest explains itself. */
export type XmlErrorCode = "SYNTAX" | "LIMIT" | "ENCODING" | "ROOT" | "VALUE" | "INVALID";

/** Thrown for XML that cannot be read, and for values that cannot be written. The message names the place, the rule and the fix. */
export class XmlError extends Error {
  /** Stable, for programs. */
  readonly code: XmlErrorCode;
  /** Line of the text, from 1, where the trouble is in a text. */
  readonly line: number | undefined;
  /** Column of the text in UTF-16 code units, from 1, where the trouble is in a text. */
  readonly column: number | undefined;
  /** Where the trouble is in a value, as in `devices.disk[0].driver`. */
  readonly path: string | undefined;

  constructor(
    code: XmlErrorCode,
    message: string,
    where: { readonly line?: number; readonly column?: number; readonly path?: string } = {},
  ) {
    super(where.line === undefined ? message : `line ${where.line}, column ${where.column}: ${message}`);
    this.code = code;
    this.line = where.line;
    this.column = where.column;
    this.path = where.path;
  }

  static {
    // As text, so that minified programs keep it.
    // biome-ignore lint/complexity/noThisInStatic: no other name for it
    this.prototype.name = "XmlError";
  }
}
