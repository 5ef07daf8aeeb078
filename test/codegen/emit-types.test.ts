import { describe, expect, it } from "@jest/globals";
import { checkCycles } from "../../codegen/emit/emit.js";
import { generate, lines } from "./golden.js";

const types = (text: string): string | undefined => generate(text).get("demo/types.ts");

describe("emitted code", () => {
  it("of scalars and names", () => {
    expect(
      types(`struct demo_all {
        int an_int; unsigned int b; hyper c; unsigned hyper d; char e; unsigned char f; short g;
        unsigned short h; float i; double j; bool k; };`),
    ).toBe(
      lines(`
import type { Codec } from "../../xdr-codec/index.js";

/** \`struct demo_all\` */
export interface DemoAll {
  readonly anInt: number;
  readonly b: number;
  readonly c: bigint;
  readonly d: bigint;
  readonly e: number;
  readonly f: number;
  readonly g: number;
  readonly h: number;
  readonly i: number;
  readonly j: number;
  readonly k: boolean;
}
export const DemoAll: Codec<DemoAll> = {
  decode: (r) => ({
    anInt: r.int(),
    b: r.uint(),
    c: r.hyper(),
    d: r.uhyper(),
    e: r.char(),
    f: r.uchar(),
    g: r.short(),
    h: r.ushort(),
    i: r.float(),
    j: r.double(),
    k: r.bool(),
  }),
  encode(w, v) {
    w.int(v.anInt);
    w.uint(v.b);
    w.hyper(v.c);
    w.uhyper(v.d);
    w.char(v.e);
    w.uchar(v.f);
    w.short(v.g);
    w.ushort(v.h);
    w.float(v.i);
    w.double(v.j);
    w.bool(v.k);
  },
};
`),
    );
  });

  it("of bytes, strings, typedefs and limits", () => {
    expect(
      types(`const DEMO_MAX = 8;
      typedef string demo_name<DEMO_MAX>;
      typedef demo_name *demo_maybe;
      struct demo_bytes {
        demo_name name; demo_maybe maybe; string any<>; opaque o<DEMO_MAX>; opaque f[4]; char c<DEMO_MAX>; char m[32];
      };`),
    ).toBe(
      lines(`
import type { Codec } from "../../xdr-codec/index.js";
import { DEMO_MAX } from "./constants.js";

/** \`struct demo_bytes\` */
export interface DemoBytes {
  readonly name: string;
  readonly maybe?: string | undefined;
  readonly any: string;
  readonly o: Uint8Array;
  readonly f: Uint8Array;
  readonly c: Uint8Array;
  readonly m: Uint8Array;
}
export const DemoBytes: Codec<DemoBytes> = {
  decode: (r) => ({
    name: r.string(),
    maybe: r.present() ? r.string() : undefined,
    any: r.string(),
    o: r.opaque(),
    f: r.fixedOpaque(4),
    c: r.chars(),
    m: r.fixedChars(32),
  }),
  encode(w, v) {
    w.string(v.name, DEMO_MAX);
    if (w.present(v.maybe)) w.string(v.maybe, DEMO_MAX);
    w.string(v.any, 0xffffffff);
    w.opaque(v.o, DEMO_MAX);
    w.fixedOpaque(v.f, 4);
    w.chars(v.c, DEMO_MAX);
    w.fixedChars(v.m, 32);
  },
};
`),
    );
  });

  it("of arrays, enums, nested structs and UUIDs", () => {
    expect(
      types(`const DEMO_MAX = 8;
      typedef string demo_name<DEMO_MAX>;
      typedef demo_name *demo_maybe;
      typedef opaque remote_uuid[VIR_UUID_BUFLEN];
      enum demo_kind { DEMO_KIND_ONE = 1, DEMO_KIND_TWO = 2 };
      struct demo_empty { };
      struct demo_list {
        demo_name names<DEMO_MAX>; demo_maybe maybes<>; hyper numbers[3]; demo_kind kind; demo_kind kinds<DEMO_MAX>;
        demo_empty inner; demo_empty *next; demo_empty list<DEMO_MAX>; remote_uuid uuid; remote_uuid uuids<2>;
      };`),
    ).toBe(
      lines(`
import { uuid } from "../../uuid.js";
import { type Codec, xdrHyper, xdrInt } from "../../xdr-codec/index.js";
import { DEMO_MAX } from "./constants.js";

/** \`typedef demo_name\` */
export const DemoName: Codec<string> = {
  decode: (r) => r.string(),
  encode(w, v) {
    w.string(v, DEMO_MAX);
  },
};

/** \`typedef demo_maybe\` */
export const DemoMaybe: Codec<string | undefined> = {
  decode: (r) => (r.present() ? r.string() : undefined),
  encode(w, v) {
    if (w.present(v)) w.string(v, DEMO_MAX);
  },
};

/** \`enum demo_kind\` */
export const DemoKind = {
  ONE: 1,
  TWO: 2,
} as const;
export type DemoKind = (typeof DemoKind)[keyof typeof DemoKind];

/** \`struct demo_empty\` */
export type DemoEmpty = Readonly<Record<string, never>>;
export const DemoEmpty: Codec<DemoEmpty> = { decode: () => ({}), encode: () => undefined };

/** \`struct demo_list\` */
export interface DemoList {
  readonly names: readonly string[];
  readonly maybes: readonly (string | undefined)[];
  readonly numbers: readonly bigint[];
  readonly kind: number;
  readonly kinds: readonly number[];
  readonly inner: DemoEmpty;
  readonly next?: DemoEmpty | undefined;
  readonly list: readonly DemoEmpty[];
  readonly uuid: string;
  readonly uuids: readonly string[];
}
export const DemoList: Codec<DemoList> = {
  decode: (r) => ({
    names: r.array(DemoName),
    maybes: r.array(DemoMaybe),
    numbers: r.fixedArray(xdrHyper, 3),
    kind: r.int(),
    kinds: r.array(xdrInt),
    inner: DemoEmpty.decode(r),
    next: r.present() ? DemoEmpty.decode(r) : undefined,
    list: r.array(DemoEmpty),
    uuid: uuid.decode(r),
    uuids: r.array(uuid),
  }),
  encode(w, v) {
    w.array(v.names, DEMO_MAX, DemoName);
    w.array(v.maybes, 0xffffffff, DemoMaybe);
    w.fixedArray(v.numbers, 3, xdrHyper);
    w.int(v.kind);
    w.array(v.kinds, DEMO_MAX, xdrInt);
    DemoEmpty.encode(w, v.inner);
    if (w.present(v.next)) DemoEmpty.encode(w, v.next);
    w.array(v.list, DEMO_MAX, DemoEmpty);
    uuid.encode(w, v.uuid);
    w.array(v.uuids, 2, uuid);
  },
};
`),
    );
  });

  it("of arrays of arrays", () => {
    const code = types("typedef string name<4>; typedef name names<2>; struct s { names a<3>; };");
    expect(code).toContain("readonly a: readonly (readonly string[])[];");
    expect(code).toContain("decode: (r) => ({ a: r.array(Names) }),");
    expect(code).toContain("export const Names: Codec<readonly string[]> = {");
  });

  it("of unions, by number and by bool", () => {
    expect(
      types(`
      union demo_value switch (int type) {
      case VIR_TYPED_PARAM_INT: int i;
      case 2: case 3: string s<9>;
      case 4: void;
      };
      union demo_flag switch (bool there) { case TRUE: demo_value *v; case FALSE: void; };`),
    ).toBe(
      lines(`
import type { Codec } from "../../xdr-codec/index.js";

/** \`union demo_value\` */
export type DemoValue =
  | { readonly type: 1; readonly value: number }
  | { readonly type: 2; readonly value: string }
  | { readonly type: 3; readonly value: string }
  | { readonly type: 4 };
export const DemoValue: Codec<DemoValue> = {
  decode(r) {
    const type = r.int();
    switch (type) {
      case 1: // VIR_TYPED_PARAM_INT
        return { type: 1, value: r.int() };
      case 2:
        return { type: 2, value: r.string() };
      case 3:
        return { type: 3, value: r.string() };
      case 4:
        return { type: 4 };
      default:
        return r.fail(\`unknown type \${type} of demo_value\`);
    }
  },
  encode(w, v) {
    w.int(v.type);
    switch (v.type) {
      case 1: // VIR_TYPED_PARAM_INT
        w.int(v.value);
        break;
      case 2:
        w.string(v.value, 9);
        break;
      case 3:
        w.string(v.value, 9);
        break;
      case 4:
        break;
      default:
        w.fail(\`unknown type \${(v as DemoValue).type} of demo_value\`);
    }
  },
};

/** \`union demo_flag\` */
export type DemoFlag =
  | { readonly there: true; readonly value?: DemoValue | undefined }
  | { readonly there: false };
export const DemoFlag: Codec<DemoFlag> = {
  decode(r) {
    const there = r.bool();
    switch (there) {
      case true: // TRUE
        return { there: true, value: r.present() ? DemoValue.decode(r) : undefined };
      case false: // FALSE
        return { there: false };
    }
  },
  encode(w, v) {
    w.bool(v.there);
    switch (v.there) {
      case true: // TRUE
        if (w.present(v.value)) DemoValue.encode(w, v.value);
        break;
      case false: // FALSE
        break;
    }
  },
};
`),
    );
  });
});

describe("the emitter refuses", () => {
  it.each([
    ["struct a_b { int x; }; struct a_B { int x; };", "'a_b' and 'a_B' are both called AB"],
    ["struct s { int a_b; int aB; };", "struct s would have two fields of one name"],
    ["enum e { A_X_1 = 1, A_Y = 2 }; const E = 4;", "'e' and 'E' are both called E"],
    ["union u switch (int k) { case 1: int a; default: void; };", "union u has a default arm"],
    ["union u switch (int value) { case 1: int a; };", "union u calls its discriminant 'value'"],
    ["typedef int *a; struct s { a *b; };", "an optional type cannot be optional once more"],
  ])("%s", (text, message) => {
    expect(() => generate(text)).toThrow(message);
  });

  it("files that import each other", () => {
    const files = [
      { path: "a.ts", dependencies: ["b.ts"] },
      { path: "b.ts", dependencies: ["c.ts"] },
      { path: "c.ts", dependencies: ["b.ts"] },
    ];
    expect(() => checkCycles(files)).toThrow("generated files import each other: b.ts → c.ts → b.ts");
  });
});
