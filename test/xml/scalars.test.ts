import { describe, expect, it } from "@jest/globals";
import {
  choice,
  decimal,
  either,
  integer,
  long,
  matching,
  onOff,
  type Rule,
  ranged,
  type Scalar,
  text,
  yesNo,
} from "../../src/xml/schema/index.js";
import { RULES } from "../../src/xml/schema/rules.js";

const read = (scalar: Scalar<unknown>, ...texts: string[]): unknown[] =>
  texts.map((one) => scalar.lexical.read(one));

describe("scalars", () => {
  it("read what is one of theirs, and nothing else", () => {
    expect(read(text, "", " a ")).toEqual(["", " a "]);
    expect(read(integer, "5", " -5\n", "+5", "0x1F", "007")).toEqual([5, -5, 5, 31, 7]);
    expect(read(integer, "", "5.0", "1e3", "a", "0x", "9007199254740993", "5 6")).toEqual(
      Array(7).fill(undefined),
    );
    expect(read(long, "18446744073709551615", "-5", "+5", "0xff", " 7 ")).toEqual([
      18446744073709551615n,
      -5n,
      5n,
      255n,
      7n,
    ]);
    expect(read(long, "", "1.5", "x", "--5")).toEqual(Array(4).fill(undefined));
    expect(read(decimal, "1.5", "-2", ".5", "1e3", "1.")).toEqual([1.5, -2, 0.5, 1000, 1]);
    expect(read(decimal, "", ".", "1.5.2", "Infinity")).toEqual(Array(4).fill(undefined));
    expect(read(yesNo, "yes", "no", "on", "")).toEqual([true, false, undefined, undefined]);
    expect(read(onOff, "on", "off", "yes")).toEqual([true, false, undefined]);
    expect(read(ranged(1, 3), "2", "7")).toEqual([2, 7]);
    expect(read(choice("a b"), "a", "c")).toEqual(["a", undefined]);
    expect(read(either(yesNo, integer, choice("auto")), "yes", "5", "auto", "x")).toEqual([
      true,
      5,
      "auto",
      undefined,
    ]);
  });

  it("write values of their type, and nothing else", () => {
    expect(integer.lexical.write(5)).toBe("5");
    expect([5.5, Number.NaN, "5", 5n].map((value) => integer.lexical.write(value))).toEqual(
      Array(4).fill(undefined),
    );
    expect([5n, 5, 2 ** 60].map((value) => long.lexical.write(value))).toEqual(["5", "5", undefined]);
    expect([1.5, Number.POSITIVE_INFINITY].map((value) => decimal.lexical.write(value))).toEqual([
      "1.5",
      undefined,
    ]);
    expect([true, false, "yes"].map((value) => yesNo.lexical.write(value))).toEqual(["yes", "no", undefined]);
    const mixed = either(onOff, integer, text);
    expect([true, 7, "x", {}].map((value) => mixed.lexical.write(value))).toEqual([
      "on",
      "7",
      "x",
      undefined,
    ]);
  });

  it("have rules that tell right from wrong", () => {
    const cases: Partial<Record<Rule, readonly [right: string[], wrong: string[]]>> = {
      uuid: [
        ["c7a5fdbd-edaf-9455-926a-d65c16db1809", "C7A5FDBDEDAF9455926AD65C16DB1809"],
        ["", "c7a5fdbd", "g7a5fdbd-edaf-9455-926a-d65c16db1809", "c7a5fdbd-edaf-9455-926a-d65c16db18090"],
      ],
      mac: [["52:54:00:12:34:56"], ["52:54:00:12:34", "52-54-00-12-34-56", "52:54:00:12:34:5g"]],
      ipv4: [
        ["0.0.0.0", "192.168.1.255"],
        ["256.1.1.1", "1.2.3", "1.2.3.4.5", "a.b.c.d"],
      ],
      ipv6: [
        ["::", "fe80::1", "2001:db8:0:0:0:0:0:1", "::ffff:1.2.3.4"],
        ["", "1.2.3.4", "abcd", "g::1"],
      ],
      ip: [
        ["1.2.3.4", "::1"],
        ["example", "1.2.3"],
      ],
      path: [
        ["/", "/a b/c"],
        ["", "a/b"],
      ],
      hex: [
        ["0x1f", "1F"],
        ["", "0x", "g"],
      ],
      cpuset: [
        ["0", "0-3,^2,7"],
        ["", "a", "0-"],
      ],
      wwn: [["5000c50015ea71ac"], ["5000", "x000c50015ea71ac"]],
    };
    for (const [rule, [right, wrong]] of Object.entries(cases)) {
      const form = matching(rule as Rule);
      expect([rule, read(form, ...right)]).toEqual([rule, right]);
      expect([rule, read(form, ...wrong)]).toEqual([rule, wrong.map(() => undefined)]);
    }
  });

  it("have rules that long texts do not hold up", () => {
    for (const rule of Object.keys(RULES) as Rule[]) {
      for (const bit of ["0", "0,", "0-", "a:", ":", "1.", "^0,", " ", "a.", "0x", "/"]) {
        // A rule that tries all ways to split this would not come back.
        const long = `${bit.repeat(20_000)}\n!`;
        expect([rule, long, undefined]).toContain(matching(rule).lexical.read(long));
      }
    }
  });
});
