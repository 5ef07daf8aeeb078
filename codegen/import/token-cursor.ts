import type { Token, TokenKind } from "./lexer.js";
import { SourceError } from "./source-error.js";

/** How a token is named in an error. */
function show(token: Token): string {
  return token.kind === "end" ? "the end of the file" : `'${token.text}'`;
}

/** Walks over tokens, and words the complaints when one is not what it should be. */
export class TokenCursor {
  private readonly tokens: readonly Token[];
  private index = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  get current(): Token {
    const token = this.tokens[Math.min(this.index, this.tokens.length - 1)];
    if (token === undefined) throw new Error("a token list has its end token");
    return token;
  }

  /** Whether the current token is exactly this word or sign. */
  is(text: string): boolean {
    return this.current.text === text && this.current.kind !== "end";
  }

  next(): Token {
    const token = this.current;
    this.index++;
    return token;
  }

  /** Moves on when the current token is `text`. */
  accept(text: string): Token | undefined {
    return this.is(text) ? this.next() : undefined;
  }

  /** `where` completes "expected ';' …", such as "after field 'name'". */
  expect(text: string, where: string): Token {
    return this.accept(text) ?? this.failExpected(`'${text}' ${where}`);
  }

  expectKind(kind: TokenKind, what: string): Token {
    return this.current.kind === kind ? this.next() : this.failExpected(what);
  }

  failExpected(what: string): never {
    throw new SourceError(this.current, `expected ${what}, found ${show(this.current)}`);
  }
}
