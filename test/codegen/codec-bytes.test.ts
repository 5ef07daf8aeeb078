import { describe, expect, it } from "@jest/globals";
import * as admin from "../../src/protocol/generated/admin/index.js";
import * as lxc from "../../src/protocol/generated/lxc/index.js";
import * as net from "../../src/protocol/generated/net/index.js";
import * as qemu from "../../src/protocol/generated/qemu/index.js";
import * as remote from "../../src/protocol/generated/remote/index.js";
import { type Codec, XdrReader, XdrWriter } from "../../src/protocol/xdr-codec/index.js";
import { constants, protocol, types } from "./models.js";
import { random, Sampler } from "./xdr-sample.js";

const programs: Readonly<Record<"remote" | "qemu" | "lxc" | "admin" | "net", object>> = {
  remote,
  qemu,
  lxc,
  admin,
  net,
};

/** Enough for both states of an optional field, and for most arms of a union. */
const ROUNDS = 12;

function codecOf(module: object, cName: string): Codec<unknown> {
  const name = cName.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
  const codec: unknown = Reflect.get(module, name);
  if (typeof codec !== "object" || codec === null || !("encode" in codec))
    throw new Error(`no codec ${name}`);
  return codec as Codec<unknown>;
}

describe.each(["remote", "qemu", "lxc", "admin", "net"] as const)("codecs of %s", (name) => {
  const module = programs[name];
  const described = protocol(name).types.filter(({ kind }) => kind === "struct" || kind === "union");

  it.each(described.map((type) => type.name))("%s is what the model says", (type) => {
    const codec = codecOf(module, type);
    const sampler = new Sampler(
      types,
      constants,
      random(type.length * 7919 + type.charCodeAt(type.length - 5)),
    );
    for (let round = 0; round < ROUNDS; round++) {
      const { value, bytes } = sampler.named(type);
      const writer = new XdrWriter();
      codec.encode(writer, value);
      expect([...writer.finish()]).toEqual(bytes);
      const reader = new XdrReader(Uint8Array.from(bytes));
      expect(codec.decode(reader)).toStrictEqual(value);
      expect(reader.remaining).toBe(0);
    }
  });
});

describe("decoding", () => {
  it("refuses an unknown discriminant by name", () => {
    const reader = new XdrReader(Uint8Array.from([0, 0, 0, 99]));
    expect(() => remote.RemoteTypedParamValue.decode(reader)).toThrow(
      "unknown type 99 of remote_typed_param_value",
    );
  });

  it("writes absent fields, too, so that all values have one shape", () => {
    const bytes = new Uint8Array(8);
    expect(Object.keys(remote.RemoteConnectOpenArgs.decode(new XdrReader(bytes)))).toEqual(["name", "flags"]);
  });
});

describe("encoding", () => {
  it("refuses an unknown discriminant by name", () => {
    const value = { type: 99, value: 1 } as unknown as remote.RemoteTypedParamValue;
    expect(() => remote.RemoteTypedParamValue.encode(new XdrWriter(), value)).toThrow(
      "unknown type 99 of remote_typed_param_value",
    );
  });

  it("knows the limits of the protocol", () => {
    const params = Array.from({ length: remote.REMOTE_DOMAIN_SCHEDULER_PARAMETERS_MAX + 1 }, () => ({
      field: "cpu_shares",
      value: { type: 4, value: 1n } as const,
    }));
    expect(() => remote.RemoteDomainGetSchedulerParametersRet.encode(new XdrWriter(), { params })).toThrow(
      "at most 16",
    );
  });
});
