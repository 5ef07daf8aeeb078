import { type Position, SourceError } from "./source-error.js";

export type TokenKind = "word" | "number" | "punctuation" | "passthrough" | "end";

/** One word of the language, with the comments around it: annotations live in those. */
export interface Token extends Position {
  readonly kind: TokenKind;
  readonly text: string;
  /** Comments before the token that do not belong to the one before. */
  readonly leading: readonly string[];
  /** Comments behind the token, on its own line. */
  readonly trailing: readonly string[];
}

const SPACE = /[ \t\r\n\f\v]+/y;
const COMMENT = /\/\*[\s\S]*?\*\//y;
const PASSTHROUGH = /%.*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?[0-9][A-Za-z0-9_]*/y;
const NUMBER_SHAPE = /^-?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;
const PUNCTUATION = /[{}()[\]<>;:,=*]/y;

/** Splits the text of a `.x` file (RFC 4506 with rpcgen's `%` lines). The last token is always of kind `end`. */
export function tokenize(file: string, text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  let comments: { text: string; line: number }[] = [];

  const here = (): Position => ({ file, line, column: at - lineStart + 1 });
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const advance = (piece: string): void => {
    at += piece.length;
    const lines = piece.split("\n");
    if (lines.length > 1) {
      line += lines.length - 1;
      lineStart = at - (lines.at(-1) ?? "").length;
    }
  };
  const push = (kind: TokenKind, piece: string): void => {
    const previous = tokens.at(-1);
    const trailing = comments.filter((c) => c.line === previous?.line).map((c) => c.text);
    const leading = comments.filter((c) => c.line !== previous?.line).map((c) => c.text);
    if (previous !== undefined) tokens[tokens.length - 1] = { ...previous, trailing };
    tokens.push({ ...here(), kind, text: piece, leading, trailing: [] });
    comments = [];
    advance(piece);
  };

  while (at < text.length) {
    const space = take(SPACE);
    if (space !== undefined) {
      advance(space);
      continue;
    }
    if (text.startsWith("/*", at)) {
      const comment = take(COMMENT);
      if (comment === undefined) throw new SourceError(here(), "expected '*/', found the end of the file");
      comments.push({ text: comment, line });
      advance(comment);
      continue;
    }
    const passthrough = at === lineStart ? take(PASSTHROUGH) : undefined;
    const word = take(WORD);
    const number = take(NUMBER);
    const punctuation = take(PUNCTUATION);
    if (passthrough !== undefined) push("passthrough", passthrough);
    else if (word !== undefined) push("word", word);
    else if (number !== undefined) {
      if (!NUMBER_SHAPE.test(number)) {
        throw new SourceError(here(), `expected a decimal, hexadecimal or octal number, found '${number}'`);
      }
      push("number", number);
    } else if (punctuation !== undefined) push("punctuation", punctuation);
    else throw new SourceError(here(), `unexpected character '${text[at]}'`);
  }
  push("end", "");
  return tokens;
}
