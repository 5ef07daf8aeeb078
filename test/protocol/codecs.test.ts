import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { pascalCase } from "../../codegen/emit/names.js";
import { PROTOCOL_NAMES, type ProtocolName, readModels } from "../../codegen/models.js";
import * as admin from "../../src/protocol/generated/admin/index.js";
import * as keepalive from "../../src/protocol/generated/keepalive/index.js";
import * as lxc from "../../src/protocol/generated/lxc/index.js";
import * as net from "../../src/protocol/generated/net/index.js";
import * as qemu from "../../src/protocol/generated/qemu/index.js";
import * as remote from "../../src/protocol/generated/remote/index.js";
import {
  type Codec,
  type Decoder,
  locateRefusal,
  XdrError,
  XdrReader,
  XdrWriter,
} from "../../src/protocol/xdr-codec/index.js";
import { ModelValues } from "./model-values.js";
import { Random, runSeed } from "./random.js";

const MODULES: Readonly<Record<ProtocolName, Readonly<Record<string, unknown>>>> = {
  net,
  keepalive,
  remote,
  qemu,
  lxc,
  admin,
};

const VALUES_PER_CODEC = 25;
const MUTATED_PER_CODEC = 3;
/** Mutations go through every byte of the first this many. */
const MUTATED_BYTES = 400;

const { protocols } = readModels("codegen/model");
const seed = runSeed("codecs");
const values = new ModelValues(protocols.values(), seed);

interface Subject {
  readonly type: string;
  readonly codec: Codec<unknown>;
}

/** Every struct and union of a program, with the codec that was generated for it. */
function subjects(protocol: ProtocolName): Subject[] {
  const types = protocols.get(protocol)?.types ?? [];
  return types
    .filter(({ kind }) => kind === "struct" || kind === "union")
    .map(({ name }) => ({ type: name, codec: MODULES[protocol][pascalCase(name)] as Codec<unknown> }));
}

function encode({ codec }: Subject, value: unknown): Uint8Array {
  const writer = new XdrWriter();
  codec.encode(writer, value);
  return writer.finish();
}

/** Counts what a decoder asks memory for, also when it fails in the end. */
class CountingReader extends XdrReader {
  allocated = 0;

  override string(): string {
    const text = super.string();
    this.allocated += text.length;
    return text;
  }

  override fixedOpaque(size: number): Uint8Array {
    const bytes = super.fixedOpaque(size);
    this.allocated += bytes.length;
    return bytes;
  }

  override fixedChars(size: number): Uint8Array {
    const bytes = super.fixedChars(size);
    this.allocated += bytes.length;
    return bytes;
  }

  override fixedArray<T>(codec: Decoder<T>, size: number): T[] {
    const counted: Decoder<T> = {
      decode: (reader) => {
        this.allocated += 8;
        return codec.decode(reader);
      },
    };
    return super.fixedArray(counted, size);
  }
}

/** Decodes bytes that may be anything; what it throws must be ours, and what it takes must be bounded. */
function decodeHostile({ type, codec }: Subject, bytes: Uint8Array, how: string): void {
  const reader = new CountingReader(bytes);
  try {
    codec.decode(reader);
  } catch (error) {
    if (!(error instanceof XdrError)) throw new Error(`${type}, ${how}: ${String(error)}`, { cause: error });
  }
  if (reader.allocated > 16 + bytes.length * 3) {
    throw new Error(`${type}, ${how}: ${reader.allocated} bytes were taken for ${bytes.length}`);
  }
}

describe.each(PROTOCOL_NAMES.filter((name) => name !== "keepalive"))("%s", (protocol) => {
  const all = subjects(protocol);

  it("has a codec for each struct and union", () => {
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(({ codec }) => typeof codec?.decode !== "function").map(({ type }) => type)).toEqual(
      [],
    );
  });

  it("decodes what it encodes", () => {
    for (const subject of all) {
      fc.assert(
        fc.property(values.arbitrary(subject.type), (value) => {
          const bytes = encode(subject, value);
          const reader = new XdrReader(bytes);
          const decoded = subject.codec.decode(reader);
          // Quick first: jest's comparison is for showing the difference.
          if (!isDeepStrictEqual(decoded, value))
            expect([subject.type, decoded]).toEqual([subject.type, value]);
          expect([subject.type, reader.remaining, bytes.length % 4]).toEqual([subject.type, 0, 0]);
        }),
        { seed, numRuns: VALUES_PER_CODEC },
      );
    }
  });

  it("takes every length up to its limit, and names the field that exceeds it", () => {
    let checked = 0;
    for (const subject of all) {
      for (const { field, max, make } of values.limits(subject.type)) {
        for (const length of [0, 1, max - 1, max].filter((n) => n >= 0)) {
          const bytes = encode(subject, make(length));
          const decoded = subject.codec.decode(new XdrReader(bytes)) as Record<
            string,
            { readonly length: number }
          >;
          expect([subject.type, field, decoded[field]?.length]).toEqual([subject.type, field, length]);
          expect(Buffer.compare(encode(subject, decoded), bytes)).toBe(0);
        }
        const value = make(max + 1);
        expect(() => encode(subject, value)).toThrow(`at most ${max} `);
        expect(locateRefusal(subject.codec, value)).toBe(field);
        checked++;
      }
    }
    // Only the lxc program has nothing of limited length.
    expect(checked > 0).toBe(protocol !== "lxc");
  }, 300_000);

  it("refuses every number that its type cannot hold, and names the field", () => {
    let checked = 0;
    for (const subject of all) {
      for (const { field, value } of values.outOfRange(subject.type)) {
        expect(() => encode(subject, value)).toThrow(XdrError);
        expect([subject.type, locateRefusal(subject.codec, value)]).toEqual([subject.type, field]);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(0);
  });

  it("survives every prefix and every single-byte mutation", () => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      for (const subject of all) {
        const random = new Random(seed);
        for (const [i, value] of values.sample(subject.type, MUTATED_PER_CODEC).entries()) {
          const bytes = encode(subject, value);
          for (let end = 0; end < Math.min(bytes.length, MUTATED_BYTES); end++) {
            decodeHostile(subject, bytes.slice(0, end), `seed ${seed}, value ${i}, prefix ${end}`);
          }
          for (let at = 0; at < Math.min(bytes.length, MUTATED_BYTES); at++) {
            for (const byte of [0, 0xff, 0x7f, random.below(256)]) {
              const mutated = bytes.slice();
              mutated[at] = byte;
              decodeHostile(subject, mutated, `seed ${seed}, value ${i}, byte ${at} = ${byte}`);
            }
          }
        }
      }
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }, 300_000);
});

describe("the programs", () => {
  it("have all procedures of libvirt 12.8.0", () => {
    const count = (name: ProtocolName): number => protocols.get(name)?.procedures.length ?? 0;
    expect([count("remote"), count("qemu"), count("lxc"), count("admin"), count("keepalive")]).toEqual([
      456, 7, 1, 20, 2,
    ]);
  });
});
