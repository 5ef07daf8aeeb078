/** What an `XmlError` is about: `SYNTAX` is text that is no well-formed XML, the rest explains itself. */
export type XmlErrorCode = "SYNTAX" | "LIMIT" | "ENCODING" | "ROOT" | "VALUE" | "INVALID";

/** Something in a document that libvirt's schema does not have. */
export interface ValidationProblem {
  /** Where, as in `devices.disk[0].driver.cache`. */
  readonly path: string;
  /** What is there; undefined where something is missing. */
  readonly value: unknown;
  /** What is wrong with it, with the path. */
  readonly message: string;
  /** The values there are, where they are a set. */
  readonly allowed?: readonly string[];
}

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
  /** Of a document that is not valid, all that is wrong with it. */
  readonly problems: readonly ValidationProblem[];

  constructor(
    code: XmlErrorCode,
    message: string,
    where: {
      readonly line?: number;
      readonly column?: number;
      readonly path?: string;
      readonly problems?: readonly ValidationProblem[];
    } = {},
  ) {
    super(where.line === undefined ? message : `line ${where.line}, column ${where.column}: ${message}`);
    this.code = code;
    this.line = where.line;
    this.column = where.column;
    this.path = where.path;
    this.problems = where.problems ?? [];
  }

  static {
    // As text, so that minified programs keep it.
    // biome-ignore lint/complexity/noThisInStatic: no other name for it
    this.prototype.name = "XmlError";
  }
}
