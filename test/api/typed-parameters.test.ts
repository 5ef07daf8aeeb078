import { describe, expect, it } from "@jest/globals";
import { decodeCpuMap, encodeCpuMap } from "../../src/api/cpu-map.js";
import { encodeParameters } from "../../src/api/parameter-encoder.js";
import { decodeParameters } from "../../src/api/typed-parameters.js";
import { InvalidValueError } from "../../src/index.js";

describe("encodeParameters", () => {
  it("knows the types of names from libvirt's headers", () => {
    expect(
      encodeParameters({ cpu_shares: 2048, vcpu_quota: -1, weight: 500, migrate_uri: "tcp://h" }),
    ).toEqual([
      { field: "cpu_shares", value: { type: 4, value: 2048n } },
      { field: "vcpu_quota", value: { type: 3, value: -1n } },
      { field: "weight", value: { type: 2, value: 500 } },
      { field: "migrate_uri", value: { type: 7, value: "tcp://h" } },
    ]);
  });

  it("repeats the name for a list, and leaves out what is absent", () => {
    expect(encodeParameters({ migrate_disks: ["vda", "vdb"], bandwidth: undefined })).toEqual([
      { field: "migrate_disks", value: { type: 7, value: "vda" } },
      { field: "migrate_disks", value: { type: 7, value: "vdb" } },
    ]);
  });

  it("takes unknown names with their types", () => {
    expect(encodeParameters({ brand_new: { type: "boolean", value: true } })).toEqual([
      { field: "brand_new", value: { type: 6, value: 1 } },
    ]);
    expect(() => encodeParameters({ brand_new: 1 })).toThrow(
      /"brand_new" is not in libvirt's headers.*type: "uint"/,
    );
    expect(() => encodeParameters({ x: { type: "float" as "double", value: 1 } })).toThrow(
      /one of int, uint/,
    );
  });

  it.each([
    [{ cpu_shares: -1 }, /parameter cpu_shares must be .* 2\^64 - 1 \(ullong\), got -1/],
    [{ cpu_shares: 2n ** 64n }, /got 18446744073709551616/],
    [{ cpu_shares: 1.5 }, /got 1.5/],
    [{ cpu_shares: "1" }, /got "1"/],
    [{ weight: 2 ** 32 }, /from 0 to 4294967295 \(uint\), got 4294967296/],
    [{ migrate_uri: 7 }, /parameter migrate_uri must be a string \(string\), got 7/],
  ])("refuses %p with name, type and range", (values, message) => {
    expect(() => encodeParameters(values)).toThrow(InvalidValueError);
    expect(() => encodeParameters(values)).toThrow(message);
  });
});

describe("decodeParameters", () => {
  it("makes a plain object of it", () => {
    expect(
      decodeParameters([
        { field: "a", value: { type: 1, value: -1 } },
        { field: "b", value: { type: 4, value: 2n ** 63n } },
        { field: "c", value: { type: 6, value: 1 } },
        { field: "d", value: { type: 7, value: "x" } },
        { field: "d", value: { type: 7, value: "y" } },
      ]),
    ).toEqual({ a: -1, b: 2n ** 63n, c: true, d: ["x", "y"] });
  });

  it("does not let a daemon reach into Object.prototype", () => {
    const result = decodeParameters([{ field: "__proto__", value: { type: 1, value: 5 } }]);
    expect(Object.keys(result)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });
});

describe("CPU maps", () => {
  it("are sets of numbers on this side", () => {
    expect([...encodeCpuMap([0, 3, 9])]).toEqual([0b1001, 0b10]);
    expect(encodeCpuMap([])).toHaveLength(0);
    expect([...decodeCpuMap(Uint8Array.of(0b1001, 0b10))]).toEqual([0, 3, 9]);
    const bytes = Uint8Array.of(1, 2, 3);
    expect(encodeCpuMap(bytes)).toBe(bytes);
    expect(() => encodeCpuMap([-1])).toThrow(/from 0 to 16383, got -1/);
    expect(() => encodeCpuMap([16_384])).toThrow(/got 16384/);
  });
});
