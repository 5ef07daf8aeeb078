import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { memoryPair, type TransportHandlers } from "../../src/transport/index.js";
import { collect, pattern } from "./collector.js";

async function ticks(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await new Promise((resolve) => setImmediate(resolve));
}

describe("memoryPair", () => {
  it("delivers after the call that wrote, in order, in both directions", async () => {
    const [a, b] = memoryPair();
    const atA = collect(a);
    const atB = collect(b);
    expect(a.write(Buffer.from("one"))).toBe(true);
    a.write(Buffer.from("two"));
    b.write(Buffer.from("back"));
    expect(atB.bytes).toBe(0);
    await atB.received(6);
    await atA.received(4);
    expect(atB.text).toBe("onetwo");
    expect(atA.text).toBe("back");
  });

  it("keeps what arrives before start, and the end too", async () => {
    const [a, b] = memoryPair();
    a.write(Buffer.from("early"));
    a.end();
    await ticks(3);
    const atB = collect(b);
    await atB.closed;
    expect(atB.text).toBe("early");
    expect(atB.error).toBeUndefined();
  });

  it("gives the receiver an array of its own", async () => {
    const [a, b] = memoryPair();
    const atB = collect(b);
    const mine = Buffer.from("abc");
    a.write(mine);
    mine.fill(0);
    await atB.received(3);
    expect(atB.text).toBe("abc");
  });

  it("ends both sides in order after the last byte", async () => {
    const [a, b] = memoryPair();
    const atA = collect(a);
    const atB = collect(b);
    b.write(Buffer.from("last words"));
    a.write(Buffer.from("bye"));
    a.end();
    expect(a.write(Buffer.from("too late"))).toBe(true);
    await Promise.all([atA.closed, atB.closed]);
    expect(atB.text).toBe("bye");
    expect(atA.text).toBe("last words");
    expect([atA.error, atB.error]).toEqual([undefined, undefined]);
    expect(b.write(Buffer.from("after the end"))).toBe(true);
    a.destroy(new Error("too late"));
    b.end();
    await ticks(3);
    expect([...atA.offences, ...atB.offences]).toEqual([]);
  });

  it("destroys with its error on one side and an end of file on the other", async () => {
    const [a, b] = memoryPair();
    const atA = collect(a);
    const atB = collect(b);
    const error = new Error("enough");
    a.write(Buffer.from("never sent"));
    a.destroy(error);
    await Promise.all([atA.closed, atB.closed]);
    expect(atA.error).toBe(error);
    expect(atB.error).toBeUndefined();
    expect(atB.bytes).toBe(0);
  });

  it("says nothing after a destroy from inside onData", async () => {
    const [a, b] = memoryPair();
    const atB = collect(b, () => b.destroy());
    a.write(Buffer.from("1"));
    a.write(Buffer.from("2"));
    await atB.closed;
    await ticks(3);
    expect(atB.text).toBe("1");
    expect(atB.offences).toEqual([]);
  });

  it("holds back while paused, from inside onData too", async () => {
    const [a, b] = memoryPair();
    const atB = collect(b, () => b.pause());
    a.write(Buffer.from("1"));
    a.write(Buffer.from("2"));
    a.end();
    await ticks(5);
    expect(atB.text).toBe("1");
    expect(atB.isClosed).toBe(false);
    b.resume();
    await ticks(5);
    b.resume();
    await atB.closed;
    expect(atB.text).toBe("12");
  });

  it("lets a paused side that has ended go", async () => {
    const [a, b] = memoryPair();
    const atA = collect(a);
    collect(b);
    a.pause();
    b.write(Buffer.from("unread"));
    a.end();
    await atA.closed;
    expect(atA.bytes).toBe(0);
  });

  it("asks a writer to wait, and calls it once there is room", async () => {
    const [a, b] = memoryPair({ highWaterMark: 10 });
    const atA = collect(a);
    const atB = collect(b);
    b.pause();
    expect(a.write(new Uint8Array(9))).toBe(true);
    expect(a.write(new Uint8Array(1))).toBe(false);
    await ticks(3);
    expect(atA.drains).toBe(0);
    b.resume();
    await atA.drain();
    expect(atA.drains).toBe(1);
    expect(atB.bytes).toBe(10);
    expect(a.write(new Uint8Array(1))).toBe(true);
  });

  it("can be taken over, even within a delivery", async () => {
    const [a, b] = memoryPair({ chunkSize: () => 1 });
    const got: string[] = [];
    const owner = (name: string, then?: () => void): TransportHandlers => ({
      onData: (chunk) => {
        got.push(name + Buffer.from(chunk).toString());
        then?.();
      },
      onDrain: () => undefined,
      onClose: () => got.push(`${name}closed`),
    });
    a.start(owner("first ", () => a.start(owner("later "))));
    b.write(Buffer.from("xyz"));
    b.end();
    await ticks(5);
    expect(got).toEqual(["first x", "later y", "later z", "later closed"]);
  });

  it("delivers any writes identically, however cut and paused, within its bound", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 30 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        fc.infiniteStream(fc.boolean()),
        fc.integer({ min: 1, max: 100 }),
        async (writes, sizes, pauses, highWaterMark) => {
          const [a, b] = memoryPair({ highWaterMark, chunkSize: () => Number(sizes.next().value) });
          let taken = 0;
          let mostUnderWay = 0;
          const atA = collect(a);
          const atB = collect(b, () => {
            if (pauses.next().value !== true) return;
            b.pause();
            setImmediate(() => b.resume());
          });
          for (const chunk of writes) {
            const more = a.write(chunk);
            taken += chunk.length;
            mostUnderWay = Math.max(mostUnderWay, taken - atB.bytes);
            if (!more) await atA.drain();
          }
          a.end();
          await Promise.all([atA.closed, atB.closed]);
          expect(atB.content).toEqual(Buffer.concat(writes));
          expect(mostUnderWay).toBeLessThan(highWaterMark + 60);
          expect([...atA.offences, ...atB.offences]).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("carries megabytes one byte at a time", async () => {
    const bytes = pattern(300_000);
    const [a, b] = memoryPair({ chunkSize: () => 1 });
    const atB = collect(b);
    collect(a);
    a.write(bytes);
    await atB.received(bytes.length);
    expect(atB.content.equals(bytes)).toBe(true);
    expect(atB.chunks.length).toBe(bytes.length);
  });
});
