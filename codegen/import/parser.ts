import { tokenize } from "./lexer.js";
import { parseBody, parseName, parseTerminated, parseTypeSpecifier, parseValue } from "./parse-type.js";
import { SourceError } from "./source-error.js";
import type {
  ConstDefinition,
  Definition,
  ProcedureDefinition,
  ProgramDefinition,
  SourceFile,
  TypeDefinition,
  TypedefDefinition,
  TypeSpecifier,
  Value,
  VersionDefinition,
} from "./syntax.js";
import { TokenCursor } from "./token-cursor.js";

/** Reads a `.x` file: the whole of RFC 4506, RFC 5531's `program`, and what libvirt uses beyond them. */
export function parse(file: string, text: string): SourceFile {
  const cursor = new TokenCursor(tokenize(file, text));
  const passthrough: string[] = [];
  const definitions: Definition[] = [];
  while (cursor.current.kind !== "end") {
    if (cursor.current.kind === "passthrough") passthrough.push(cursor.next().text.slice(1));
    else definitions.push(parseDefinition(cursor));
  }
  return { file, passthrough, definitions };
}

function parseDefinition(cursor: TokenCursor): Definition {
  switch (cursor.current.text) {
    case "const":
      return parseConst(cursor);
    case "typedef":
      return parseTypedef(cursor);
    case "enum":
    case "struct":
    case "union":
      return parseType(cursor);
    case "program":
      return parseProgram(cursor);
    default:
      return cursor.failExpected("a definition (const, typedef, enum, struct, union or program)");
  }
}

function parseConst(cursor: TokenCursor): ConstDefinition {
  cursor.next();
  const name = parseName(cursor, "a name after 'const'");
  cursor.expect("=", `after the constant '${name.text}'`);
  const value = parseValue(cursor, `a value for the constant '${name.text}'`);
  cursor.expect(";", `after the constant '${name.text}'`);
  return { kind: "const", name: name.text, at: name, value };
}

function parseTypedef(cursor: TokenCursor): TypedefDefinition {
  cursor.next();
  const declaration = parseTerminated(cursor, "typedef", "a type after 'typedef'");
  return { kind: "typedef", name: declaration.name, at: declaration.at, declaration };
}

function parseType(cursor: TokenCursor): TypeDefinition {
  const keyword = cursor.next();
  const name = parseName(cursor, `a name after '${keyword.text}'`);
  const owner = `${keyword.text} '${name.text}'`;
  const type = parseBody(cursor, keyword, owner);
  cursor.expect(";", `after ${owner}`);
  return { kind: "type", name: name.text, at: name, type };
}

function parseProgram(cursor: TokenCursor): ProgramDefinition {
  cursor.next();
  const name = parseName(cursor, "a name after 'program'");
  cursor.expect("{", `after program '${name.text}'`);
  const versions: VersionDefinition[] = [];
  do versions.push(parseVersion(cursor, name.text));
  while (cursor.is("version"));
  const number = parseNumberBehind(cursor, `program '${name.text}'`);
  return { kind: "program", name: name.text, at: name, number, versions };
}

function parseVersion(cursor: TokenCursor, program: string): VersionDefinition {
  cursor.expect("version", `in program '${program}'`);
  const name = parseName(cursor, "a name after 'version'");
  cursor.expect("{", `after version '${name.text}'`);
  const procedures: ProcedureDefinition[] = [];
  do procedures.push(parseProcedure(cursor));
  while (!cursor.is("}"));
  return {
    name: name.text,
    at: name,
    number: parseNumberBehind(cursor, `version '${name.text}'`),
    procedures,
  };
}

/** `} = NUMBER;` */
function parseNumberBehind(cursor: TokenCursor, owner: string): Value {
  cursor.expect("}", `after ${owner}`);
  cursor.expect("=", `after ${owner}`);
  const number = parseValue(cursor, `the number of ${owner}`);
  cursor.expect(";", `after the number of ${owner}`);
  return number;
}

function parseProcedure(cursor: TokenCursor): ProcedureDefinition {
  const result = parseTypeSpecifier(cursor, "the result of a procedure");
  const name = parseName(cursor, "the name of a procedure");
  cursor.expect("(", `after procedure '${name.text}'`);
  const parameters: TypeSpecifier[] = [];
  do parameters.push(parseParameter(cursor, name.text));
  while (cursor.accept(",") !== undefined);
  cursor.expect(")", `after the parameters of '${name.text}'`);
  cursor.expect("=", `after procedure '${name.text}'`);
  const number = parseValue(cursor, `the number of procedure '${name.text}'`);
  cursor.expect(";", `after procedure '${name.text}'`);
  return { name: name.text, at: name, number, result, parameters };
}

function parseParameter(cursor: TokenCursor, procedure: string): TypeSpecifier {
  const type = parseTypeSpecifier(cursor, `a parameter of '${procedure}'`);
  if (type.kind === "builtin" && (type.name === "string" || type.name === "opaque")) {
    throw new SourceError(
      type.at,
      `a parameter of '${procedure}' cannot be '${type.name}': it has no size here`,
    );
  }
  return type;
}
