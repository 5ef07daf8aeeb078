import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  type Codec,
  locateRefusal,
  XdrError,
  XdrReader,
  XdrWriter,
  xdrArray,
  xdrBool,
  xdrChar,
  xdrDouble,
  xdrFixedArray,
  xdrFixedOpaque,
  xdrFloat,
  xdrHyper,
  xdrInt,
  xdrOpaque,
  xdrOptional,
  xdrShort,
  xdrString,
  xdrStruct,
  xdrUchar,
  xdrUhyper,
  xdrUint,
  xdrUshort,
} from "../../src/protocol/xdr-codec/index.js";

function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new XdrWriter();
  codec.encode(writer, value);
  return writer.finish();
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function decode<T>(codec: Codec<T>, text: string): T {
  return codec.decode(new XdrReader(Buffer.from(text.replaceAll(" ", ""), "hex")));
}

function refuse<T>(codec: Codec<T>, value: unknown, message: RegExp): void {
  const attempt = (): Uint8Array => encode(codec, value as T);
  expect(attempt).toThrow(XdrError);
  expect(attempt).toThrow(message);
}

describe("bytes of RFC 4506", () => {
  const cases: ReadonlyArray<readonly [string, string, () => Uint8Array]> = [
    ["int", "fffffffe", () => encode(xdrInt, -2)],
    ["unsigned int", "ffffffff", () => encode(xdrUint, 0xffffffff)],
    ["hyper", "ffffffffffffffff", () => encode(xdrHyper, -1n)],
    ["unsigned hyper", "0020000000000001", () => encode(xdrUhyper, 2n ** 53n + 1n)],
    ["float", "3fc00000", () => encode(xdrFloat, 1.5)],
    ["double", "3ff8000000000000", () => encode(xdrDouble, 1.5)],
    ["bool", "00000001", () => encode(xdrBool, true)],
    ["string with padding", "0000000568656c6c6f000000", () => encode(xdrString(5), "hello")],
    ["empty string", "00000000", () => encode(xdrString(5), "")],
    ["text beyond ASCII", "00000005c3a4e282ac000000", () => encode(xdrString(9), "ä€")],
    ["opaque", "000000030102ff00", () => encode(xdrOpaque(3), Uint8Array.of(1, 2, 255))],
    ["fixed opaque", "0102ff00", () => encode(xdrFixedOpaque(3), Uint8Array.of(1, 2, 255))],
    ["array", "000000020000000100000002", () => encode(xdrArray(xdrInt, 2), [1, 2])],
    ["fixed array", "0000000100000002", () => encode(xdrFixedArray(xdrInt, 2), [1, 2])],
    ["absent value", "00000000", () => encode(xdrOptional(xdrInt), undefined)],
    ["present value", "0000000100000007", () => encode(xdrOptional(xdrInt), 7)],
    ["struct", "0000000700000001", () => encode(xdrStruct({ a: xdrInt, b: xdrBool }), { a: 7, b: true })],
    ["char, a word with its sign", "ffffff80", () => encode(xdrChar, -128)],
    ["unsigned char", "000000ff", () => encode(xdrUchar, 255)],
    ["short", "ffff8000", () => encode(xdrShort, -32768)],
    ["unsigned short", "0000ffff", () => encode(xdrUshort, 65535)],
  ];
  it.each(cases)("%s", (_name, expected, bytes) => {
    expect(hex(bytes())).toBe(expected);
  });

  it("reads a word per byte of a char array, whatever its sign bits", () => {
    const chars: Codec<Uint8Array> = { decode: (r) => r.chars(), encode: (w, v) => w.chars(v, 9) };
    expect(hex(encode(chars, Uint8Array.of(1, 0xff)))).toBe("0000000200000001ffffffff");
    expect([...decode(chars, "00000002 00000001 000000ff")]).toEqual([1, 255]);
  });
});

describe("round trips", () => {
  const check = <T>(codec: Codec<T>, values: fc.Arbitrary<T>): void => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(codec, value);
        expect(bytes.length % 4).toBe(0);
        const reader = new XdrReader(bytes);
        expect(codec.decode(reader)).toEqual(value);
        expect(reader.remaining).toBe(0);
      }),
    );
  };
  const text = fc.string({ unit: "binary", maxLength: 80 }).filter((s) => !s.includes("\0"));
  it("int", () => check(xdrInt, fc.integer()));
  it("uint", () => check(xdrUint, fc.integer({ min: 0, max: 2 ** 32 - 1 })));
  it("hyper", () => check(xdrHyper, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })));
  it("uhyper", () => check(xdrUhyper, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })));
  it("double", () => check(xdrDouble, fc.double()));
  it("string", () => check(xdrString(1000), text));
  it("long string", () =>
    check(
      xdrString(10_000),
      fc.string({ minLength: 300, maxLength: 2000 }).filter((s) => !s.includes("\0")),
    ));
  it("gives bytes that outlive those they were read from, Buffers too", () => {
    for (const bytes of [new Uint8Array([0, 0, 0, 2, 7, 8, 0, 0]), Buffer.from([0, 0, 0, 2, 7, 8, 0, 0])]) {
      const read = new XdrReader(bytes).opaque();
      bytes.fill(0);
      expect(read).toEqual(Uint8Array.of(7, 8));
    }
  });
  it("recognises the text that is expected, and only that", () => {
    const word = (text: string): XdrReader => new XdrReader(encode(xdrString(100), text));
    for (const text of ["", "cpu.time", "cpu.timé", "ÿ"]) {
      for (const guess of [
        undefined,
        "",
        "cpu.time",
        "cpu.tim",
        "cpu.timex",
        "cpu.timé",
        "ÿ",
        "\u00c3\u00bf",
      ]) {
        expect(word(text).stringLike(guess)).toBe(text);
      }
    }
  });
  it("opaque", () => check(xdrOpaque(1000), fc.uint8Array({ maxLength: 100 })));
  it("array of optional strings", () =>
    check(
      xdrArray(xdrOptional(xdrString(1000)), 20),
      fc.array(fc.option(text, { nil: undefined }), { maxLength: 20 }),
    ));
});

describe("values that a type cannot hold", () => {
  it("names the range and the value", () => {
    refuse(xdrInt, 2 ** 31, /from -2147483648 to 2147483647, got 2147483648/);
    refuse(xdrInt, 1.5, /got 1.5/);
    refuse(xdrInt, "7", /got "7"/);
    refuse(xdrInt, 7n, /got 7n/);
    refuse(xdrInt, undefined, /got undefined/);
    refuse(xdrUint, -1, /from 0 to 4294967295, got -1/);
    refuse(xdrUint, Number.NaN, /got NaN/);
    refuse(xdrHyper, 2n ** 63n, /-2\^63 to 2\^63 - 1, got 9223372036854775808n/);
    refuse(xdrUhyper, -1n, /0 to 2\^64 - 1, got -1n/);
    refuse(xdrUhyper, 5, /expected a bigint.*got 5/);
    refuse(xdrUchar, 256, /from 0 to 255, got 256/);
    refuse(xdrUshort, -1, /from 0 to 65535, got -1/);
    refuse(xdrBool, 1, /expected a boolean, got 1/);
    refuse(xdrDouble, "1", /expected a number/);
    refuse(xdrOpaque(3), "abc", /expected a Uint8Array/);
    refuse(xdrArray(xdrInt, 3), 5, /expected an array, got 5/);
  });

  it("holds to the limits, in bytes for text", () => {
    expect(encode(xdrString(4), "€a")).toHaveLength(8);
    refuse(xdrString(4), "€€", /at most 4 bytes are allowed, got 6/);
    refuse(xdrString(4), "abcde", /at most 4 bytes are allowed, got 5/);
    refuse(xdrOpaque(2), Uint8Array.of(1, 2, 3), /at most 2 bytes are allowed, got 3/);
    refuse(xdrFixedOpaque(2), Uint8Array.of(1), /exactly 2 bytes, got 1/);
    refuse(xdrArray(xdrInt, 1), [1, 2], /at most 1 elements are allowed, got 2/);
  });

  it("refuses text that would change on its way", () => {
    refuse(xdrString(99), "a\0b", /NUL.*character 1/);
    refuse(xdrString(99), "\0", /NUL/);
    refuse(xdrString(99), "x\ud800y", /surrogate/);
    refuse(xdrString(99), `${"long ".repeat(15)}\0`, /NUL.*character 75/);
  });

  it("finds the field", () => {
    const codec = xdrStruct({ a: xdrInt, list: xdrArray(xdrStruct({ name: xdrString(3) }), 9) });
    expect(locateRefusal(codec, { a: 1, list: [{ name: "ok" }, { name: "long" }] })).toBe("list[1].name");
    expect(locateRefusal(codec, { a: 1.5, list: [] })).toBe("a");
    expect(locateRefusal(codec, { a: 1, list: [] })).toBeUndefined();
  });
});

describe("bytes that lie", () => {
  it("refuses a length that is not there, before anything is allocated", () => {
    expect(() => decode(xdrString(9), "7fffffff 61626364")).toThrow(
      /expected 2147483647 more bytes, 4 are left/,
    );
    expect(() => decode(xdrOpaque(9), "ffffffff")).toThrow(XdrError);
    expect(() => decode(xdrArray(xdrInt, 9), "40000000 00000001")).toThrow(/array of 1073741824 elements/);
    expect(() => decode(xdrArray(xdrOptional(xdrInt), 9), "00000002 00000000 00000001")).toThrow(XdrError);
  });

  it("needs the padding to be there, and does not look at it", () => {
    expect(decode(xdrString(9), "00000001 61ffffff")).toBe("a");
    expect(() => decode(xdrString(9), "00000001 61")).toThrow(XdrError);
  });

  it("does not hold the daemon to limits of our time", () => {
    expect(decode(xdrString(1), "00000003 61626300")).toBe("abc");
    expect(decode(xdrArray(xdrInt, 1), "00000002 00000001 00000002")).toEqual([1, 2]);
  });

  it("reads bytes that are no UTF-8, and keeps a byte order mark", () => {
    expect(decode(xdrString(9), "00000003 61ff6200")).toBe("a\ufffdb");
    expect(decode(xdrString(99), `0000000c efbbbf ${"61".repeat(9)}`)).toBe(`\ufeff${"a".repeat(9)}`);
  });

  it("counts anything but 0 as present and as true", () => {
    expect(decode(xdrOptional(xdrInt), "00000002 00000005")).toBe(5);
    expect(decode(xdrBool, "00000007")).toBe(true);
  });
});

describe("XdrWriter", () => {
  it("cuts packets from shared memory without mixing them up", () => {
    const writer = new XdrWriter();
    const packets: Uint8Array[] = [];
    for (let i = 0; i < 20_000; i++) {
      writer.uint(i);
      writer.string(`packet ${i}`, 99);
      packets.push(writer.finish());
    }
    for (const [i, packet] of packets.entries()) {
      const reader = new XdrReader(packet);
      expect([reader.uint(), reader.string(), reader.remaining]).toEqual([i, `packet ${i}`, 0]);
    }
  });

  it("zeroes padding even where older bytes were taken back", () => {
    const writer = new XdrWriter();
    writer.opaque(new Uint8Array(16).fill(0xff), 16);
    writer.truncate(0);
    writer.string("a", 9);
    writer.opaque(Uint8Array.of(1), 9);
    expect(hex(writer.finish())).toBe("00000001610000000000000101000000");
  });

  it("stops at its limit", () => {
    const writer = new XdrWriter(16);
    writer.fixedOpaque(new Uint8Array(16), 16);
    expect(() => writer.uint(1)).toThrow(/would exceed 16 bytes/);
    expect(writer.finish()).toHaveLength(16);
    writer.uint(1);
    expect(writer.finish()).toHaveLength(4);
  });
});
