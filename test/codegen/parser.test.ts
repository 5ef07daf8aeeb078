import { describe, expect, it } from "@jest/globals";
import { parse } from "../../codegen/import/parser.js";
import { SourceError } from "../../codegen/import/source-error.js";
import type { Definition, StructType, TypeSpecifier, UnionType } from "../../codegen/import/syntax.js";

function only(text: string): Definition {
  const { definitions } = parse("a.x", text);
  expect(definitions).toHaveLength(1);
  return definitions[0] as Definition;
}

function struct(fields: string): StructType {
  const definition = only(`struct s { ${fields} };`);
  return (definition as Extract<Definition, { kind: "type" }>).type as StructType;
}

function typeName(type: TypeSpecifier | undefined): string | undefined {
  return type?.kind === "builtin" || type?.kind === "named" ? type.name : type?.kind;
}

describe("parse", () => {
  it.each([
    ["12", 12, 10],
    ["-3", -3, 10],
    ["0x20008086", 0x20008086, 16],
    ["0755", 0o755, 8],
    ["0", 0, 10],
  ])("reads the constant %s", (text, value, radix) => {
    expect(only(`const A = ${text};`)).toMatchObject({ kind: "const", name: "A", value: { value, radix } });
  });

  it("lets a constant take the value of another", () => {
    expect(only("const A = B_MAX;")).toMatchObject({ value: { kind: "name", name: "B_MAX" } });
  });

  it("reads every type of the language", () => {
    const types = [
      "int",
      "unsigned int",
      "unsigned",
      "hyper",
      "unsigned hyper",
      "char",
      "unsigned char",
      "short",
      "unsigned short",
      "float",
      "double",
      "bool",
      "other",
    ];
    const { fields } = struct(types.map((type, index) => `${type} f${index};`).join(" "));
    expect(fields.map(({ type }) => typeName(type))).toEqual(
      types.map((type) => (type === "unsigned" ? "unsigned int" : type)),
    );
  });

  it("reads every shape", () => {
    const { fields } = struct(
      "opaque a[16]; opaque b<N>; opaque c<>; string d<9>; string e<>; int f[2]; other g<N>; other h<>; other *i; char j[32];",
    );
    expect(
      fields.map(({ name, shape }) => [name, shape.kind, "size" in shape ? shape.size : undefined]),
    ).toEqual([
      ["a", "fixed", expect.objectContaining({ value: 16 })],
      ["b", "variable", expect.objectContaining({ name: "N" })],
      ["c", "variable", undefined],
      ["d", "variable", expect.objectContaining({ value: 9 })],
      ["e", "variable", undefined],
      ["f", "fixed", expect.objectContaining({ value: 2 })],
      ["g", "variable", expect.objectContaining({ name: "N" })],
      ["h", "variable", undefined],
      ["i", "optional", undefined],
      ["j", "fixed", expect.objectContaining({ value: 32 })],
    ]);
  });

  it("reads typedefs, also of arrays, pointers and anonymous types", () => {
    const { definitions } = parse(
      "a.x",
      "typedef string name<10>; typedef name *maybe; typedef int pair[2]; typedef enum { A = 1 } e; typedef struct { int x; } p;",
    );
    expect(definitions.map(({ kind, name }) => [kind, name])).toEqual([
      ["typedef", "name"],
      ["typedef", "maybe"],
      ["typedef", "pair"],
      ["typedef", "e"],
      ["typedef", "p"],
    ]);
  });

  it("reads unions with several cases, void arms, a default and unions inside", () => {
    const definition = only(`
      union u switch (unsigned int kind) {
      case 0: case ONE: int a;
      case 2: void;
      case 3:
        union switch (bool more) {
        case TRUE: struct { int x; int y; } point;
        case FALSE: void;
        } nested;
      default: string text<>;
      };`);
    const union = (definition as Extract<Definition, { kind: "type" }>).type as UnionType;
    expect(union.discriminant).toMatchObject({ name: "kind", type: { name: "unsigned int" } });
    expect(union.arms.map(({ cases, body }) => [cases.length, body === "void" ? "void" : body.name])).toEqual(
      [
        [2, "a"],
        [1, "void"],
        [1, "nested"],
      ],
    );
    expect(union.defaultArm).toMatchObject({ name: "text" });
    const nested = union.arms[2]?.body;
    expect(nested).toMatchObject({
      type: { kind: "union", arms: [{ body: { type: { kind: "struct" } } }, {}] },
    });
  });

  it("reads a default arm that is void", () => {
    expect(only("union u switch (int k) { case 1: int a; default: void; };")).toMatchObject({
      type: { defaultArm: "void" },
    });
  });

  it("reads structs without fields, and C's `struct NAME field`", () => {
    expect(struct("").fields).toEqual([]);
    expect(struct("struct other a; enum kind b;").fields.map(({ type }) => typeName(type))).toEqual([
      "other",
      "kind",
    ]);
  });

  it("reads programs", () => {
    expect(
      only(`
      program P {
        version V1 {
          void NULLPROC(void) = 0;
          result CALL(int, unsigned hyper, other) = 1;
        } = 1;
        version V2 { int CALL2(void) = 1; } = 2;
      } = 0x20000001;`),
    ).toMatchObject({
      kind: "program",
      name: "P",
      number: { value: 0x20000001 },
      versions: [
        {
          name: "V1",
          number: { value: 1 },
          procedures: [
            {
              name: "NULLPROC",
              number: { value: 0 },
              result: { name: "void" },
              parameters: [{ name: "void" }],
            },
            { name: "CALL", result: { name: "result" }, parameters: [{}, {}, { name: "other" }] },
          ],
        },
        { name: "V2", number: { value: 2 } },
      ],
    });
  });

  it("keeps comments where annotations stand, and lines for C", () => {
    const file = parse(
      "a.x",
      '%#include "a.h"\nstruct s { /* insert@1 */\n int a; /* insert@2 */\n};\nenum e {\n /** @x */\n A = 1\n};',
    );
    expect(file.passthrough).toEqual(['#include "a.h"']);
    expect(file.definitions).toMatchObject([
      { type: { comments: ["/* insert@1 */"], fields: [{ comments: ["/* insert@2 */"] }] } },
      { type: { members: [{ name: "A", comments: ["/** @x */"] }] } },
    ]);
  });
});

describe("a syntax error", () => {
  it("names file, line, column, what was expected and what was found", () => {
    const text = "struct s {\n  int a;\n  int name\n};";
    expect(() => parse("remote_protocol.x", text)).toThrow(
      new SourceError(
        { file: "remote_protocol.x", line: 4, column: 1 },
        "expected ';' after field 'name', found '}'",
      ),
    );
  });

  it.each([
    ["foo", "1:1: expected a definition (const, typedef, enum, struct, union or program), found 'foo'"],
    ["const = 1;", "1:7: expected a name after 'const', found '='"],
    ["const int = 1;", "1:7: expected a name after 'const', found 'int'"],
    ["const A 1;", "1:9: expected '=' after the constant 'A', found '1'"],
    ["const A = ;", "1:11: expected a value for the constant 'A', found ';'"],
    ["const A = struct;", "1:11: expected a value for the constant 'A', found 'struct'"],
    ["const A = 1", "1:12: expected ';' after the constant 'A', found the end of the file"],
    ["const A = 99999999999999999999;", "1:11: the number '99999999999999999999' is too large"],
    ["typedef ;", "1:9: expected a type after 'typedef', found ';'"],
    ["typedef int a", "1:14: expected ';' after typedef 'a', found the end of the file"],
    ["typedef int 5;", "1:13: expected the name that is declared, found '5'"],
    ["enum { A = 1 };", "1:6: expected a name after 'enum', found '{'"],
    ["enum e A = 1 };", "1:8: expected '{' after enum 'e', found 'A'"],
    ["enum e { };", "1:10: expected a member of enum 'e', found '}'"],
    ["enum e { A };", "1:12: expected '=' after the enum member 'A', found '}'"],
    ["enum e { A = };", "1:14: expected a value for the enum member 'A', found '}'"],
    ["enum e { A = 1 B = 2 };", "1:16: expected '}' after the last member of enum 'e', found 'B'"],
    ["enum e { A = 1, };", "1:17: expected a member of enum 'e', found '}'"],
    ["enum e { A = 1 }", "1:17: expected ';' after enum 'e', found the end of the file"],
    ["struct s int a; };", "1:10: expected '{' after struct 's', found 'int'"],
    ["struct s { 5 };", "1:12: expected a field or '}' in struct 's', found '5'"],
    ["struct s { int };", "1:16: expected the name that is declared, found '}'"],
    ["struct s { int a };", "1:18: expected ';' after field 'a', found '}'"],
    ["struct s { int a; }", "1:20: expected ';' after struct 's', found the end of the file"],
    ["struct s { int a;", "1:18: expected a field or '}' in struct 's', found the end of the file"],
    ["struct s { int a[]; };", "1:18: expected the size of 'a', found ']'"],
    ["struct s { int a[2; };", "1:19: expected ']' after the size of 'a', found ';'"],
    ["struct s { int a<2; };", "1:19: expected '>' after the limit of 'a', found ';'"],
    ["struct s { int a<;; };", "1:18: expected a limit or '>' for 'a', found ';'"],
    ["struct s { string a; };", "1:19: the string 'a' needs a limit: expected '<' after its name"],
    ["struct s { string a[4]; };", "1:19: the string 'a' needs a limit: expected '<' after its name"],
    ["struct s { opaque a; };", "1:19: the opaque 'a' needs a size: expected '[' or '<' after its name"],
    ["struct s { opaque *a; };", "1:20: the opaque 'a' needs a size: expected '[' or '<' after its name"],
    ["struct s { void a; };", "1:12: 'void' cannot be declared here, only as an arm of a union"],
    [
      "struct s { quadruple a; };",
      "1:12: the type 'quadruple' is not supported: JavaScript has no such number",
    ],
    ["struct s { struct { int a } b; };", "1:27: expected ';' after field 'a', found '}'"],
    ["union u (int k) { case 1: int a; };", "1:9: expected 'switch' after union 'u', found '('"],
    ["union u switch int k { };", "1:16: expected '(' after 'switch', found 'int'"],
    ["union u switch () { };", "1:17: expected the type of the discriminant, found ')'"],
    ["union u switch (int k { };", "1:23: expected ')' after the discriminant 'k', found '{'"],
    ["union u switch (int k) case", "1:24: expected '{' after the discriminant 'k', found 'case'"],
    ["union u switch (int k) { };", "1:26: expected 'case' in union 'u', found '}'"],
    ["union u switch (int k) { case : int a; };", "1:31: expected a value after 'case', found ':'"],
    [
      "union u switch (int k) { case 1 int a; };",
      "1:33: expected ':' after the value of 'case', found 'int'",
    ],
    ["union u switch (int k) { case 1: int a };", "1:40: expected ';' after arm 'a', found '}'"],
    ["union u switch (int k) { case 1: void };", "1:39: expected ';' after 'void', found '}'"],
    ["union u switch (int k) { case 1: ; };", "1:34: expected the declaration of an arm, found ';'"],
    [
      "union u switch (int k) { case 1: int a; 5 };",
      "1:41: expected '}' or another arm in union 'u', found '5'",
    ],
    [
      "union u switch (int k) { case 1: void; default void; };",
      "1:48: expected ':' after 'default', found 'void'",
    ],
    [
      "union u switch (int k) { case 1: void; default: void; case 2: void; };",
      "1:55: expected '}' after the default arm of union 'u', found 'case'",
    ],
    ["program P { int F(void) = 1; } = 1;", "1:13: expected 'version' in program 'P', found 'int'"],
    [
      "program P { version V { int F void) = 1; } = 1; } = 1;",
      "1:31: expected '(' after procedure 'F', found 'void'",
    ],
    [
      "program P { version V { int F(void = 1; } = 1; } = 1;",
      "1:36: expected ')' after the parameters of 'F', found '='",
    ],
    [
      "program P { version V { int F(void); } = 1; } = 1;",
      "1:36: expected '=' after procedure 'F', found ';'",
    ],
    [
      "program P { version V { int F(void) = ; } = 1; } = 1;",
      "1:39: expected the number of procedure 'F', found ';'",
    ],
    [
      "program P { version V { int F(string) = 1; } = 1; } = 1;",
      "1:31: a parameter of 'F' cannot be 'string': it has no size here",
    ],
    ["program P { version V { int F(void) = 1; }; } = 1;", "1:43: expected '=' after version 'V', found ';'"],
    [
      "program P { version V { int F(void) = 1; } = 1; } = ;",
      "1:53: expected the number of program 'P', found ';'",
    ],
  ])("in %j", (text, message) => {
    expect(() => parse("a.x", text)).toThrow(new Error(`a.x:${message}`));
  });
});
