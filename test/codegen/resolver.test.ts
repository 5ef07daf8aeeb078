import { describe, expect, it } from "@jest/globals";
import { parse } from "../../codegen/import/parser.js";
import { resolve } from "../../codegen/import/resolver.js";
import type { ProtocolModel } from "../../codegen/model.js";

function model(...texts: readonly string[]): ProtocolModel {
  const files = texts.map((text, index) => parse(`${"abc"[index]}.x`, text));
  return resolve(files, "1.2.3").at(-1) as ProtocolModel;
}

const PROGRAM = "const DEMO_PROGRAM = 0x99; const DEMO_PROTOCOL_VERSION = 1;";

describe("resolve", () => {
  it("evaluates constants: of other constants, enum members, other files and C headers", () => {
    const { constants } = model(
      "const A = 4; enum e { E = 9 };",
      "const B = A; const C = B; const D = E; const U = VIR_UUID_BUFLEN; const L = VIR_SECURITY_LABEL_BUFLEN; const H = 0x10;",
    );
    expect(constants).toEqual([
      { name: "B", value: 4, from: "A" },
      { name: "C", value: 4, from: "B" },
      { name: "D", value: 9, from: "E" },
      { name: "U", value: 16, from: "VIR_UUID_BUFLEN" },
      { name: "L", value: 4097, from: "VIR_SECURITY_LABEL_BUFLEN" },
      { name: "H", value: 16, radix: 16 },
    ]);
  });

  it("keeps sizes by name, and those that only C headers have as numbers", () => {
    const { types } = model(
      "const N = 3;",
      "struct s { int a<N>; opaque b[VIR_UUID_BUFLEN]; string c<>; int d[2]; };",
    );
    expect(types).toMatchObject([
      {
        fields: [
          { name: "a", type: "int", max: "N" },
          { name: "b", type: "opaque", size: 16 },
          { name: "c", type: "string", max: null },
          { name: "d", type: "int", size: 2 },
        ],
      },
    ]);
  });

  it("finds types of other files", () => {
    expect(model("struct other { int a; };", "struct s { other *a; };").types).toEqual([
      { kind: "struct", name: "s", fields: [{ name: "a", type: "other", optional: true }] },
    ]);
  });

  it("names anonymous types for where they stand", () => {
    const { types } = model(
      "struct s { struct { enum { X = 1 } kind; } inner; union switch (bool b) { case TRUE: int v; case FALSE: void; } u<>; };",
    );
    expect(types.map(({ kind, name }) => [kind, name])).toEqual([
      ["enum", "s_inner_kind"],
      ["struct", "s_inner"],
      ["union", "s_u"],
      ["struct", "s"],
    ]);
    expect(types.at(-1)).toMatchObject({ fields: [{ type: "s_inner" }, { type: "s_u", max: null }] });
  });

  it("resolves unions", () => {
    const [union] = model(
      "union u switch (int type) { case VIR_TYPED_PARAM_INT: case 9: int i; case 3: void; default: void; };",
    ).types;
    expect(union).toEqual({
      kind: "union",
      name: "u",
      discriminant: { name: "type", type: "int" },
      arms: [
        {
          cases: [{ name: "VIR_TYPED_PARAM_INT", value: 1 }, { value: 9 }],
          field: { name: "i", type: "int" },
        },
        { cases: [{ value: 3 }] },
      ],
      defaultArm: null,
    });
  });

  it("allows recursion through what may be absent", () => {
    expect(() => model("struct list { int a; list *next; };")).not.toThrow();
    expect(() => model("struct tree { tree children<>; };")).not.toThrow();
  });

  it("ties procedures to structs by name", () => {
    const { program, procedures, types } = model(`${PROGRAM}
      struct demo_get_args { int a; };
      struct demo_get_ret { int a; };
      struct demo_happened_msg { int a; };
      struct demo_helper { int a; };
      enum demo_procedure {
        DEMO_PROC_GET = 1,
        DEMO_PROC_PING = 2,
        DEMO_PROC_HAPPENED = 3
      };`);
    expect(program).toEqual({ name: "demo", id: "DEMO_PROGRAM", version: "DEMO_PROTOCOL_VERSION" });
    expect(procedures).toEqual([
      {
        name: "DEMO_PROC_GET",
        number: 1,
        args: "demo_get_args",
        ret: "demo_get_ret",
        priority: "low",
        acl: [],
      },
      { name: "DEMO_PROC_PING", number: 2, priority: "low", acl: [] },
      { name: "DEMO_PROC_HAPPENED", number: 3, msg: "demo_happened_msg", priority: "low", acl: [] },
    ]);
    expect(types.map(({ name }) => name)).not.toContain("demo_procedure");
  });

  it("reads annotations of procedures", () => {
    const { procedures } = model(`${PROGRAM}
      enum demo_procedure {
        /* - @generate: explained */
        /**
         * @generate: both
         * @readstream: 2
         * @sparseflag: DEMO_SPARSE
         * @priority: high
         * @acl: domain:write
         * @acl: domain:save:!A_B|C_D
         * @acl: domain:write::source:SOME_VALUE
         * @aclfilter: domain:getattr
         */
        DEMO_PROC_A = 1,
        /** @generate:client
         *  @writestream: 1
         *  @acl: none */
        DEMO_PROC_B = 2
      };`);
    expect(procedures).toEqual([
      {
        name: "DEMO_PROC_A",
        number: 1,
        generate: "both",
        priority: "high",
        stream: { direction: "read", at: 2 },
        sparseFlag: "DEMO_SPARSE",
        acl: ["domain:write", "domain:save:!A_B|C_D", "domain:write::source:SOME_VALUE"],
        aclFilter: ["domain:getattr"],
      },
      {
        name: "DEMO_PROC_B",
        number: 2,
        generate: "client",
        priority: "low",
        stream: { direction: "write", at: 1 },
        acl: [],
      },
    ]);
  });

  it("reads annotations of structs and fields, and lets prose be prose", () => {
    const [struct] = model(`
      struct s { /* insert@1 */
        int a; /* insert@2 */
        int b; /* call-by-reference */
        int c<>; /* alloc@1@unsigned int@2 */
        opaque d<>; /* (const unsigned char *) */
        int e; /* unused, see above */
      };`).types;
    expect(struct).toEqual({
      kind: "struct",
      name: "s",
      insertAt: 1,
      fields: [
        { name: "a", type: "int", annotations: { insertAt: 2 } },
        { name: "b", type: "int", annotations: { callByReference: true } },
        {
          name: "c",
          type: "int",
          max: null,
          annotations: { alloc: { at: 1, countType: "unsigned int", countAt: 2 } },
        },
        { name: "d", type: "opaque", max: null, annotations: { cast: "const unsigned char *" } },
        { name: "e", type: "int" },
      ],
    });
  });

  it.each([
    ["struct s { missing a; };", "a.x:1:12: unknown type 'missing'"],
    ["struct s { int a<N>; };", "a.x:1:18: unknown constant 'N'"],
    ["const A = B;", "a.x:1:11: unknown constant 'B'"],
    ["const A = B; const B = A;", "the constant 'B' is defined by itself"],
    ["const A = 1;\nconst A = 2;", "a.x:2:7: the constant 'A' is already defined at a.x:1:7"],
    ["const A = 1;\nenum e { A = 2 };", "a.x:2:10: the constant 'A' is already defined at a.x:1:7"],
    ["struct s { int a; };\nenum s { A = 2 };", "a.x:2:6: the type 's' is already defined at a.x:1:8"],
    ["struct s { int a; hyper a; };", "a.x:1:25: struct 's' has two fields 'a'"],
    ["struct s { int a[-1]; };", "a.x:1:18: -1 is no size"],
    ["struct s { s a; };", "a.x:1:8: the type 's' contains itself: s → s"],
    ["struct s { t a; }; struct t { u a[2]; }; typedef s u;", "contains itself: s → t → u → s"],
    ["struct s_a { int x; }; struct s { struct { int x; } a; };", "would be called 's_a', which exists"],
    ["union u switch (int k) { case 1: int a; case 1: void; };", "a.x:1:46: union 'u' has two arms for 1"],
    ["union u switch (hyper k) { case 1: int a; };", "must be int, unsigned int, bool or an enum"],
    ["union u switch (int k<>) { case 1: int a; };", "must be int, unsigned int, bool or an enum"],
    [
      "program P { version V { void F(void) = 1; } = 1; } = 1;",
      "a.x:1:9: program 'P': its procedures would be lost",
    ],
    [
      "enum demo_procedure { DEMO_PROC_A = 1 };",
      "a.x:1:6: the program 'demo' needs the constant 'DEMO_PROGRAM'",
    ],
    [
      `${PROGRAM} enum demo_procedure { OTHER = 1 };`,
      "expected a procedure's name to begin with 'DEMO_PROC_', found 'OTHER'",
    ],
    [
      `${PROGRAM} enum demo_procedure { DEMO_PROC_A = 1, DEMO_PROC_B = 1 };`,
      "'DEMO_PROC_B' has the number 1 of 'DEMO_PROC_A'",
    ],
    [
      `${PROGRAM} struct demo_typo_args { int a; }; enum demo_procedure { DEMO_PROC_A = 1 };`,
      "the struct 'demo_typo_args' is named like a procedure's, but there is no such procedure",
    ],
    [
      `${PROGRAM} struct demo_a_args { int a; }; struct demo_a_msg { int a; }; enum demo_procedure { DEMO_PROC_A = 1 };`,
      "'DEMO_PROC_A' has a message, which excludes args and ret",
    ],
    ["struct s {\n int a; /* inset@1 */\n};", "a.x:2:6: unknown annotation 'inset@1': expected insert@N"],
    [
      "struct s { /* call-by-reference */\n int a;\n};",
      "a struct cannot have the annotation 'callByReference'",
    ],
    [
      `${PROGRAM} enum demo_procedure {\n/** @nonsense: 1 */\nDEMO_PROC_A = 1 };`,
      "a.x:3:1: unknown annotation '@nonsense'",
    ],
    [
      `${PROGRAM} enum demo_procedure {\n/** @generate: maybe */\nDEMO_PROC_A = 1 };`,
      "wrong value 'maybe' of the annotation '@generate'",
    ],
    [
      `${PROGRAM} enum demo_procedure {\n/** @readstream: x */\nDEMO_PROC_A = 1 };`,
      "wrong value 'x' of the annotation '@readstream'",
    ],
    [
      `${PROGRAM} enum demo_procedure {\n/** @acl: write */\nDEMO_PROC_A = 1 };`,
      "wrong value 'write' of the annotation '@acl'",
    ],
    [
      `${PROGRAM} enum demo_procedure {\n/** @priority: low\n * @priority: high */\nDEMO_PROC_A = 1 };`,
      "the annotation '@priority' stands here twice",
    ],
  ])("refuses %j", (text, message) => {
    expect(() => model(text)).toThrow(message);
  });

  it("takes annotations that begin on the line of a brace", () => {
    const { procedures } = model(
      `${PROGRAM} enum demo_procedure { /** @priority: high */ DEMO_PROC_A = 1 };`,
    );
    expect(procedures).toMatchObject([{ priority: "high" }]);
  });

  it("names the file that a mistake is in", () => {
    expect(() => model("const A = 1;", "\n const A = 2;")).toThrow(
      "b.x:2:8: the constant 'A' is already defined at a.x:1:7",
    );
  });
});
