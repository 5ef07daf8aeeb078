import { describe, expect, it } from "@jest/globals";
import { decodeCpuMap, encodeCpuMap } from "../../src/api/cpu-map.js";
import { DOMAIN_STATS } from "../../src/api/domain-stats.js";
import { encodeParameters } from "../../src/api/parameter-encoder.js";
import { decodeParameters } from "../../src/api/typed-parameters.js";
import { InvalidValueError } from "../../src/index.js";
import {
  RemoteConnectGetAllDomainStatsRet,
  type RemoteTypedParam,
} from "../../src/protocol/generated/remote/index.js";
import { XdrReader, XdrWriter } from "../../src/protocol/xdr-codec/index.js";

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

describe("statistics of domains", () => {
  const uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";
  const record = (name: string, params: RemoteTypedParam[]) => ({ dom: { name, uuid, id: 1 }, params });
  const records = [
    record("a", [
      { field: "state.state", value: { type: 1, value: -1 } },
      { field: "cpu.time", value: { type: 4, value: 2n ** 64n - 1n } },
      { field: "on", value: { type: 6, value: 1 } },
    ]),
    record("b", [
      { field: "cpu.time", value: { type: 3, value: -5n } },
      { field: "cpu.time", value: { type: 5, value: 0.5 } },
      { field: "cpu.time", value: { type: 7, value: "x" } },
      { field: "constructor", value: { type: 2, value: 7 } },
      { field: "__proto__", value: { type: 2, value: 8 } },
    ]),
    record("c", []),
    // As many as others, with the same names, with some of them, and in another order.
    record("e", [
      { field: "state.state", value: { type: 1, value: 2 } },
      { field: "cpu.time", value: { type: 4, value: 1n } },
      { field: "on", value: { type: 6, value: 0 } },
    ]),
    record("f", [
      { field: "state.state", value: { type: 1, value: 3 } },
      { field: "on", value: { type: 6, value: 1 } },
      { field: "__proto__", value: { type: 7, value: "é" } },
    ]),
    record("g", [
      { field: "state.state", value: { type: 1, value: 4 } },
      { field: "on", value: { type: 6, value: 0 } },
      { field: "__proto__", value: { type: 7, value: "y" } },
    ]),
    record("h", [
      { field: "on", value: { type: 6, value: 0 } },
      { field: "on", value: { type: 6, value: 1 } },
      { field: "state.state", value: { type: 1, value: 5 } },
    ]),
    record("d", [{ field: "state.state", value: { type: 1, value: 1 } }]),
  ];

  it("become the same objects as other parameters do", () => {
    const writer = new XdrWriter();
    RemoteConnectGetAllDomainStatsRet.encode(writer, { retStats: records });
    const { retStats } = DOMAIN_STATS.decodeRet(new XdrReader(writer.finish()));
    expect(retStats).toEqual(records.map(({ dom, params }) => ({ dom, params: decodeParameters(params) })));
    expect(retStats[0]?.params).toEqual({ "state.state": -1, "cpu.time": 2n ** 64n - 1n, on: true });
    expect(Object.entries(retStats[1]?.params ?? {})).toEqual([
      ["cpu.time", [-5n, 0.5, "x"]],
      ["constructor", 7],
      ["__proto__", 8],
    ]);
    expect(Object.entries(retStats[5]?.params ?? {})).toEqual([
      ["state.state", 4],
      ["on", false],
      ["__proto__", "y"],
    ]);
    for (const { params } of retStats) expect(Object.getPrototypeOf(params)).toBe(Object.prototype);
  });

  it("are refused with a type that nobody knows", () => {
    const writer = new XdrWriter();
    RemoteConnectGetAllDomainStatsRet.encode(writer, { retStats: records.slice(-1) });
    const bytes = writer.finish();
    new DataView(bytes.buffer, bytes.byteOffset).setInt32(bytes.length - 8, 99);
    expect(() => DOMAIN_STATS.decodeRet(new XdrReader(bytes))).toThrow("unknown type 99");
  });
});
