import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ProtocolError } from "../../src/errors/index.js";
import type { SecurityLayer } from "../../src/protocol/index.js";
import { ProtectedTransport } from "../../src/protocol/protected-transport.js";
import { type MemoryPairOptions, memoryPair, type Transport } from "../../src/transport/index.js";
import { type Collector, collect, pattern } from "../transport/collector.js";
import { scribbling } from "./scribbling.js";

const TAG = 0xa5;

/**
 * A layer that numbers its packets, so that any loss or change of order shows, and takes its time: none, a turn of the
 * event loop, or now this and now that.
 */
class CountingLayer implements SecurityLayer {
  readonly ssf = 128;
  readonly maxPlain = 100;
  readonly maxWrapped = 102;
  wrapped = 0;
  unwrapped = 0;
  readonly #slow: () => boolean;

  constructor(slow: () => boolean = () => false) {
    this.#slow = slow;
  }

  wrap(plain: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (plain.length > this.maxPlain) throw new Error(`${plain.length} bytes in one packet`);
    return this.#later(Uint8Array.of(TAG, this.wrapped++ & 255, ...plain));
  }

  unwrap(packet: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (packet[0] !== TAG || packet[1] !== (this.unwrapped++ & 255)) throw new Error("a packet out of order");
    return this.#later(packet.subarray(2));
  }

  #later(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
    return this.#slow() ? new Promise((resolve) => setImmediate(() => resolve(bytes))) : bytes;
  }
}

interface Pair {
  readonly near: ProtectedTransport;
  readonly far: ProtectedTransport;
  /** The ends below them. */
  readonly bare: readonly [Transport, Transport];
}

function protectedPair(options: MemoryPairOptions = {}, slow?: () => boolean): Pair {
  const bare = memoryPair({ peer: "the-peer", ...options });
  const [near, far] = bare.map(
    (each) => new ProtectedTransport(scribbling(each), new CountingLayer(slow)),
  ) as [ProtectedTransport, ProtectedTransport];
  return { near, far, bare };
}

function released(pair: Pair): readonly [Collector, Collector] {
  const collectors = [collect(pair.near), collect(pair.far)] as const;
  pair.near.release();
  pair.far.release();
  return collectors;
}

async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

async function writeAll(
  transport: Transport,
  collector: Collector,
  sizes: readonly number[],
): Promise<Uint8Array> {
  const written = sizes.map((size, i) => pattern(size, i + 1));
  for (const chunk of written) if (!transport.write(chunk)) await collector.drain();
  return Buffer.concat(written);
}

describe("a protected transport", () => {
  it("delivers any bytes identically, however cut and however slow its layer", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 3000 }), { maxLength: 12 }),
        fc.array(fc.nat({ max: 3000 }), { maxLength: 12 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 400 })),
        fc.infiniteStream(fc.boolean()),
        fc.integer({ min: 1, max: 500 }),
        async (there, back, sizes, slow, highWaterMark) => {
          const pair = protectedPair(
            { chunkSize: () => Number(sizes.next().value), highWaterMark },
            () => slow.next().value === true,
          );
          const [atNear, atFar] = released(pair);
          const [sent, answered] = await Promise.all([
            writeAll(pair.near, atNear, there),
            writeAll(pair.far, atFar, back),
          ]);
          await Promise.all([atFar.received(sent.length), atNear.received(answered.length)]);
          expect(atFar.content.equals(sent)).toBe(true);
          expect(atNear.content.equals(answered)).toBe(true);
          pair.near.end();
          await Promise.all([atNear.closed, atFar.closed]);
          expect([...atNear.offences, ...atFar.offences]).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("says everything before it ends, and hears everything before it tells of the end", async () => {
    const pair = protectedPair({}, () => true);
    const [atNear, atFar] = released(pair);
    const sent = pattern(5000);
    pair.near.write(sent);
    pair.near.end();
    await Promise.all([atNear.closed, atFar.closed]);
    expect(atFar.content.equals(sent)).toBe(true);
    expect(atFar.error).toBeUndefined();
  });

  it("unwraps nothing before it is released, nor while it is paused, and reads no further", async () => {
    const pair = protectedPair({ highWaterMark: 1000 });
    const atNear = collect(pair.near);
    const atFar = collect(pair.far);
    pair.near.release();
    const write = async (): Promise<number> => {
      let taken = 0;
      for (; taken < 1_000_000; taken += 100) if (!pair.near.write(pattern(100))) break;
      await ticks(5);
      return taken;
    };
    expect(await write()).toBeLessThan(5000);
    expect(atFar.bytes).toBe(0);
    pair.far.release();
    await atNear.drain();
    await ticks(5);
    const before = atFar.bytes;
    expect(before).toBeGreaterThan(0);
    pair.far.pause();
    expect(await write()).toBeLessThan(5000);
    expect(atFar.bytes).toBe(before);
    pair.far.resume();
    await atNear.drain();
    pair.near.destroy();
    await atFar.closed;
  });

  it("tells of the end although it was paused or held before", async () => {
    for (const stop of ["pause", "hold"] as const) {
      const pair = protectedPair();
      const atNear = collect(pair.near);
      const atFar = collect(pair.far);
      pair.near.release();
      if (stop === "pause") {
        pair.far.release();
        pair.far.pause();
      }
      pair.near.write(pattern(300));
      pair.near.end();
      await ticks(3);
      if (stop === "pause") pair.far.resume();
      else pair.far.release();
      await Promise.all([atFar.closed, atNear.closed]);
      expect(atFar.bytes).toBe(300);
    }
  });

  it("closes when it is destroyed, whatever it was doing", async () => {
    for (const slow of [true, false]) {
      const pair = protectedPair({}, () => slow);
      const [atNear, atFar] = released(pair);
      pair.near.write(pattern(5000));
      pair.far.write(pattern(5000));
      const error = new Error("no more");
      pair.near.destroy(error);
      await Promise.all([atNear.closed, atFar.closed]);
      expect(atNear.error).toBe(error);
      expect(pair.near.write(pattern(1))).toBe(true);
      expect([...atNear.offences, ...atFar.offences]).toEqual([]);
    }
  });

  it("passes on that its predecessor's congestion is over", async () => {
    const [near, far] = memoryPair({ highWaterMark: 10 });
    const atFar = collect(far);
    expect(near.write(pattern(20))).toBe(false);
    const layered = new ProtectedTransport(near, new CountingLayer());
    const atNear = collect(layered);
    await atNear.drain();
    expect(atNear.drains).toBe(1);
    layered.destroy();
    await Promise.all([atNear.closed, atFar.closed]);
  });

  it.each([
    [
      "a length beyond what was agreed upon",
      Buffer.from("00000067a500", "hex"),
      "103 bytes where 102 were agreed upon",
    ],
    ["an absurd length", Buffer.from("ffffffff", "hex"), "4294967295 bytes where 102 were agreed upon"],
    ["a packet that the layer refuses", Buffer.from("00000002a501", "hex"), "a packet out of order"],
    ["an empty packet", Buffer.from("00000000", "hex"), "a packet out of order"],
  ])("ends the connection for %s", async (_, bytes, reason) => {
    const { near, bare } = protectedPair();
    const atNear = collect(near);
    const atFar = collect(bare[1]);
    near.release();
    bare[1].write(bytes);
    await Promise.all([atNear.closed, atFar.closed]);
    expect(atNear.error).toBeInstanceOf(ProtocolError);
    expect(atNear.error?.message).toContain(reason);
    expect(atNear.bytes).toBe(0);
  });

  it("delivers what came before a bad packet", async () => {
    const { near, bare } = protectedPair();
    const atNear = collect(near);
    const atFar = collect(bare[1]);
    near.release();
    bare[1].write(Buffer.from("00000003a5000700000003a50707", "hex"));
    await Promise.all([atNear.closed, atFar.closed]);
    expect(atNear.content).toEqual(Buffer.of(7));
    expect(atNear.error?.message).toContain("out of order");
  });
});
