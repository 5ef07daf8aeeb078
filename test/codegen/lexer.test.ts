import { describe, expect, it } from "@jest/globals";
import { tokenize } from "../../codegen/import/lexer.js";

const texts = (text: string): readonly string[] => tokenize("a.x", text).map((token) => token.text);

describe("tokenize", () => {
  it("splits words, numbers and punctuation", () => {
    expect(texts("struct a_b{int c<0x1F>;};")).toEqual([
      "struct",
      "a_b",
      "{",
      "int",
      "c",
      "<",
      "0x1F",
      ">",
      ";",
      "}",
      ";",
      "",
    ]);
  });

  it("knows decimal, negative, hexadecimal and octal numbers", () => {
    const kinds = tokenize("a.x", "0 12 -7 0xfF 017").map(({ kind }) => kind);
    expect(kinds).toEqual(["number", "number", "number", "number", "number", "end"]);
  });

  it("says where each token stands", () => {
    const [first, second, third] = tokenize("a.x", "const\n  A /* one\n two */ = 1");
    expect(first).toMatchObject({ file: "a.x", line: 1, column: 1 });
    expect(second).toMatchObject({ line: 2, column: 3 });
    expect(third).toMatchObject({ text: "=", line: 3, column: 9 });
  });

  it("attaches a comment on the same line to the token before it, any other to the one behind", () => {
    const tokens = tokenize(
      "a.x",
      "a; /* to the semicolon */\n/* to b */\n/** and this */\nb /* to b, too */",
    );
    expect(tokens.map(({ text, leading, trailing }) => ({ text, leading, trailing }))).toEqual([
      { text: "a", leading: [], trailing: [] },
      { text: ";", leading: [], trailing: ["/* to the semicolon */"] },
      { text: "b", leading: ["/* to b */", "/** and this */"], trailing: ["/* to b, too */"] },
      { text: "", leading: [], trailing: [] },
    ]);
  });

  it("takes lines that begin with % as they are", () => {
    const [line, word] = tokenize("a.x", '%#include "x.h" /* not a comment */\nconst');
    expect(line).toMatchObject({ kind: "passthrough", text: '%#include "x.h" /* not a comment */' });
    expect(word).toMatchObject({ kind: "word", text: "const" });
  });

  it.each([
    ["const A = 1 + 2;", "a.x:1:13: unexpected character '+'"],
    ["int\n  a %b", "a.x:2:5: unexpected character '%'"],
    ["int a; /* open", "a.x:1:8: expected '*/', found the end of the file"],
    ["const A = 0x;", "a.x:1:11: expected a decimal, hexadecimal or octal number, found '0x'"],
    ["const A = 089;", "a.x:1:11: expected a decimal, hexadecimal or octal number, found '089'"],
    ["const A = 12ab;", "a.x:1:11: expected a decimal, hexadecimal or octal number, found '12ab'"],
  ])("refuses %j", (text, message) => {
    expect(() => tokenize("a.x", text)).toThrow(message);
  });
});
