import { describe, expect, it } from "@jest/globals";
import { InvalidValueError } from "../../src/errors/index.js";
import { saslprep } from "../../src/sasl/saslprep.js";

describe("saslprep", () => {
  // Section 3 of RFC 4013, and others of the same kinds.
  it.each([
    ["I\u00adX", "IX"],
    ["user", "user"],
    ["USER", "USER"],
    ["\u00aa", "a"],
    ["\u2168", "IX"],
    ["a\u00a0b\u3000c", "a b c"],
    ["pa\u0308ss", "p\u00e4ss"],
    ["\u0627\u0031\u0628", "\u0627\u0031\u0628"],
    ["\u{1f511} key", "\u{1f511} key"],
  ])("prepares %j", (given, expected) => {
    expect(saslprep(given, "the name")).toBe(expected);
  });

  it.each([
    ["a control character", "a\u0007"],
    ["NUL", "\0"],
    ["DEL", "a\u007fb"],
    ["a private character", "\ue000"],
    ["a lone surrogate", "\ud800"],
    ["a non-character", "\u{1ffff}"],
    ["a change of direction", "a\u202eb"],
    ["a tag", "\u{e0041}"],
    ["both directions", "\u0627a\u0628"],
    ["a digit at the end of what is written from right to left", "\u0627\u0031"],
    ["nothing", ""],
    ["nothing that is left", "\u00ad\u200b"],
  ])("refuses %s, and does not show it", (_, given) => {
    expect(() => saslprep(given, "the password")).toThrow(InvalidValueError);
    expect(() => saslprep(`${given}`, "the password")).toThrow(/^the password /);
  });

  it("never shows the text", () => {
    for (const given of ["s3cret\u0007", "s3cret\u0627", "\u0627s3cret\u0627"]) {
      expect(() => saslprep(given, "the password")).not.toThrow(/s3cret/);
      expect(() => saslprep(given, "the password")).toThrow(InvalidValueError);
    }
  });
});
