import type { Token } from "./lexer.js";
import { SourceError } from "./source-error.js";
import {
  BUILTIN_TYPES,
  type BuiltinType,
  type Declaration,
  type EnumMember,
  type EnumType,
  type Shape,
  type StructType,
  type TypeSpecifier,
  type UnionArm,
  type UnionType,
  type Value,
} from "./syntax.js";
import type { TokenCursor } from "./token-cursor.js";

const KEYWORDS: ReadonlySet<string> = new Set([
  ...BUILTIN_TYPES.flatMap((name) => name.split(" ")),
  ..."case const default enum program quadruple struct switch typedef union version".split(" "),
]);

/** Whole numbers beyond this would lose digits; no number in a protocol comes near it. */
const LIMIT = Number.MAX_SAFE_INTEGER;

/** A name that is being declared or used; keywords are none. */
export function parseName(cursor: TokenCursor, what: string): Token {
  if (KEYWORDS.has(cursor.current.text)) cursor.failExpected(what);
  return cursor.expectKind("word", what);
}

export function parseValue(cursor: TokenCursor, what: string): Value {
  const token = cursor.current;
  if (token.kind === "word" && !KEYWORDS.has(token.text)) {
    cursor.next();
    return { kind: "name", name: token.text, at: token };
  }
  cursor.expectKind("number", what);
  const digits = token.text.replace("-", "");
  const radix = /^0[xX]/.test(digits) ? 16 : /^0[0-7]/.test(digits) ? 8 : 10;
  const magnitude = radix === 8 ? Number.parseInt(digits, 8) : Number(digits);
  if (magnitude > LIMIT) throw new SourceError(token, `the number '${token.text}' is too large`);
  return { kind: "number", value: token.text.startsWith("-") ? -magnitude : magnitude, radix, at: token };
}

/** A type where one is used: a name, one of the language's own, or an anonymous enum, struct or union. */
export function parseTypeSpecifier(cursor: TokenCursor, what: string): TypeSpecifier {
  const at = cursor.current;
  if (cursor.accept("unsigned") !== undefined) return { kind: "builtin", name: parseUnsigned(cursor), at };
  switch (at.text) {
    case "enum":
    case "struct":
    case "union":
      cursor.next();
      // C's spelling `struct NAME field;`, which rpcgen takes as well, names a type that is defined elsewhere.
      if (cursor.current.kind === "word" && !KEYWORDS.has(cursor.current.text)) {
        return { kind: "named", name: cursor.next().text, at };
      }
      return parseBody(cursor, at, `the anonymous ${at.text}`);
    case "quadruple":
      throw new SourceError(at, "the type 'quadruple' is not supported: JavaScript has no such number");
    default: {
      const builtin = BUILTIN_TYPES.find((name) => name === at.text);
      if (builtin === undefined) return { kind: "named", name: parseName(cursor, what).text, at };
      cursor.next();
      return { kind: "builtin", name: builtin, at };
    }
  }
}

/** The rest of an unsigned type; the word alone means `unsigned int`. */
function parseUnsigned(cursor: TokenCursor): BuiltinType {
  for (const name of ["int", "hyper", "char", "short"] as const) {
    if (cursor.accept(name) !== undefined) return `unsigned ${name}`;
  }
  return "unsigned int";
}

/** What follows `enum NAME`, `struct NAME` or `union NAME`; `keyword` is the first word of it. */
export function parseBody(
  cursor: TokenCursor,
  keyword: Token,
  owner: string,
): EnumType | StructType | UnionType {
  if (keyword.text === "enum") return parseEnum(cursor, keyword, owner);
  return keyword.text === "struct" ? parseStruct(cursor, keyword, owner) : parseUnion(cursor, keyword, owner);
}

function parseEnum(cursor: TokenCursor, at: Token, owner: string): EnumType {
  let before: Token | undefined = cursor.expect("{", `after ${owner}`);
  const members: EnumMember[] = [];
  do {
    const name = parseName(cursor, `a member of ${owner}`);
    cursor.expect("=", `after the enum member '${name.text}'`);
    const value = parseValue(cursor, `a value for the enum member '${name.text}'`);
    members.push({ name: name.text, at: name, value, comments: [...before.trailing, ...name.leading] });
    before = cursor.accept(",");
  } while (before !== undefined);
  cursor.expect("}", `after the last member of ${owner}`);
  return { kind: "enum", at, members };
}

function parseStruct(cursor: TokenCursor, at: Token, owner: string): StructType {
  const brace = cursor.expect("{", `after ${owner}`);
  const fields: Declaration[] = [];
  while (!cursor.is("}")) fields.push(parseTerminated(cursor, "field", `a field or '}' in ${owner}`));
  cursor.next();
  return { kind: "struct", at, fields, comments: brace.trailing };
}

function parseUnion(cursor: TokenCursor, at: Token, owner: string): UnionType {
  cursor.expect("switch", `after ${owner}`);
  cursor.expect("(", "after 'switch'");
  const discriminant = parseDeclaration(cursor, "the type of the discriminant");
  cursor.expect(")", `after the discriminant '${discriminant.name}'`);
  cursor.expect("{", `after the discriminant '${discriminant.name}'`);
  const arms: UnionArm[] = [];
  do arms.push(parseArm(cursor, owner));
  while (cursor.is("case"));
  if (cursor.accept("default") === undefined) {
    cursor.expect("}", `or another arm in ${owner}`);
    return { kind: "union", at, discriminant, arms };
  }
  cursor.expect(":", "after 'default'");
  const defaultArm = parseArmBody(cursor);
  cursor.expect("}", `after the default arm of ${owner}`);
  return { kind: "union", at, discriminant, arms, defaultArm };
}

function parseArm(cursor: TokenCursor, owner: string): UnionArm {
  const cases: Value[] = [];
  do {
    cursor.expect("case", `in ${owner}`);
    cases.push(parseValue(cursor, "a value after 'case'"));
    cursor.expect(":", "after the value of 'case'");
  } while (cursor.is("case"));
  return { cases, body: parseArmBody(cursor) };
}

function parseArmBody(cursor: TokenCursor): Declaration | "void" {
  if (cursor.accept("void") !== undefined) {
    cursor.expect(";", "after 'void'");
    return "void";
  }
  return parseTerminated(cursor, "arm", "the declaration of an arm");
}

/** A declaration and its semicolon, with the comments that stand behind it. */
export function parseTerminated(cursor: TokenCursor, role: string, what: string): Declaration {
  const declaration = parseDeclaration(cursor, what);
  const end = cursor.expect(";", `after ${role} '${declaration.name}'`);
  return { ...declaration, comments: end.trailing };
}

/** `what` names what is expected, should it not even begin like a type. */
export function parseDeclaration(cursor: TokenCursor, what: string): Declaration {
  const type = parseTypeSpecifier(cursor, what);
  if (type.kind === "builtin" && type.name === "void") {
    throw new SourceError(type.at, "'void' cannot be declared here, only as an arm of a union");
  }
  const star = cursor.accept("*");
  const name = parseName(cursor, "the name that is declared");
  const shape: Shape = star === undefined ? parseShape(cursor, name.text) : { kind: "optional" };
  checkShape(type, shape, name);
  return { name: name.text, at: name, type, shape, comments: [] };
}

function parseShape(cursor: TokenCursor, name: string): Shape {
  if (cursor.accept("[") !== undefined) {
    const size = parseValue(cursor, `the size of '${name}'`);
    cursor.expect("]", `after the size of '${name}'`);
    return { kind: "fixed", size };
  }
  if (cursor.accept("<") !== undefined) {
    if (cursor.accept(">") !== undefined) return { kind: "variable" };
    const size = parseValue(cursor, `a limit or '>' for '${name}'`);
    cursor.expect(">", `after the limit of '${name}'`);
    return { kind: "variable", size };
  }
  return { kind: "one" };
}

function checkShape(type: TypeSpecifier, shape: Shape, name: Token): void {
  if (type.kind !== "builtin") return;
  if (type.name === "string" && shape.kind !== "variable") {
    throw new SourceError(name, `the string '${name.text}' needs a limit: expected '<' after its name`);
  }
  if (type.name === "opaque" && shape.kind !== "variable" && shape.kind !== "fixed") {
    throw new SourceError(name, `the opaque '${name.text}' needs a size: expected '[' or '<' after its name`);
  }
}
