import { InvalidConfigError } from "../errors/index.js";

/** A value of libvirt's configuration files. */
export type ConfValue = string | number | readonly ConfValue[];

const SPACE = /[ \t]*/y;
const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
// Within a list libvirt takes no comments.
const GAP = /[ \t\r\n]*/y;
const KEY = /[A-Za-z][A-Za-z0-9_]*/y;
const NUMBER = /[+-]?[0-9]+/y;
const REST = /[ \t]*(?:;|(?:#[^\n]*)?(?:\r?\n|$))/y;
// Triple quotes may span lines, the others may not; none knows escapes.
const STRINGS = [/"""([\s\S]*?)"""/y, /"([^"\n]*)"/y, /'([^'\n]*)'/y];
/** Lists of lists are in the grammar, though no key uses them. */
const MAX_DEPTH = 10;

/**
 * Reads libvirt's `key = value` syntax: strings in single, double or triple quotes, whole numbers, lists in brackets,
 * comments behind `#`, but not within lists. The first of several values of a key counts, as for libvirt.
 *
 * @param file where the text is from, for messages.
 * @throws InvalidConfigError with file, line and what was expected there.
 */
export function parseConf(text: string, file: string): ReadonlyMap<string, ConfValue> {
  const scanner = new Scanner(text, file);
  const values = new Map<string, ConfValue>();
  for (scanner.take(BLANK); !scanner.done; scanner.take(BLANK)) {
    const key = scanner.take(KEY) ?? scanner.fail("a key that begins with a letter");
    scanner.take(SPACE);
    scanner.expect("=");
    scanner.take(SPACE);
    const value = readValue(scanner, 0);
    if (scanner.take(REST) === undefined) scanner.fail("the end of the line or a comment after the value");
    if (!values.has(key)) values.set(key, value);
  }
  return values;
}

function readValue(scanner: Scanner, depth: number): ConfValue {
  const text = scanner.takeString();
  if (text !== undefined) return text;
  const number = scanner.take(NUMBER);
  if (number !== undefined) return Number(number);
  if (!scanner.skip("[")) return scanner.fail('a "string", a number or a [list]');
  if (depth === MAX_DEPTH) scanner.fail(`at most ${MAX_DEPTH} lists within one another`);
  const items: ConfValue[] = [];
  for (scanner.take(GAP); !scanner.skip("]"); scanner.take(GAP)) {
    if (items.length > 0) {
      scanner.expect(",");
      scanner.take(GAP);
      // A comma behind the last item is fine.
      if (scanner.skip("]")) break;
    }
    items.push(readValue(scanner, depth + 1));
  }
  return items;
}

class Scanner {
  readonly #text: string;
  readonly #file: string;
  #at = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  take(pattern: RegExp): string | undefined {
    return this.#match(pattern)?.[0];
  }

  takeString(): string | undefined {
    for (const pattern of STRINGS) {
      const match = this.#match(pattern);
      if (match !== null) return match[1] ?? "";
    }
    return undefined;
  }

  skip(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  expect(char: string): void {
    if (!this.skip(char)) this.fail(`"${char}"`);
  }

  fail(expected: string): never {
    const line = this.#text.slice(0, this.#at).split("\n").length;
    const rest = this.#text.slice(this.#at).split("\n", 1)[0] ?? "";
    const found = rest === "" ? "the end of the line" : JSON.stringify(rest.slice(0, 40));
    throw new InvalidConfigError(`${this.#file}, line ${line}: expected ${expected}, found ${found}.`);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }
}
