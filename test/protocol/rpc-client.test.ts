import { describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import {
  CallAbortedError,
  CallTimeoutError,
  ConnectionClosedError,
  InvalidValueError,
  NotFoundError,
  ProtocolError,
  RemoteError,
  UnknownProcedureError,
} from "../../src/errors/index.js";
import { type EventProcedure, type Procedure, RpcClient } from "../../src/protocol/index.js";
import {
  type Codec,
  XdrWriter,
  xdrInt,
  xdrString,
  xdrStruct,
  xdrUint,
  xdrVoid,
} from "../../src/protocol/xdr-codec/index.js";
import { type MemoryPairOptions, memoryPair } from "../../src/transport/index.js";
import { FakeDaemon } from "./fake-daemon.js";
import { Random } from "./random.js";
import { scribbling } from "./scribbling.js";

const program = { name: "remote", id: 0x20008086, version: 1 };

function procedure<A, R>(
  number: number,
  args: Codec<A>,
  ret: Codec<R>,
  priority: "high" | "low",
): Procedure<A, R> {
  return {
    program,
    number,
    name: `PROC_${number}`,
    encodeArgs: (writer, value) => args.encode(writer, value),
    decodeRet: (reader) => ret.decode(reader),
    priority,
  };
}

const fast = procedure(1, xdrUint, xdrUint, "high");
const slow = procedure(2, xdrUint, xdrUint, "low");
const named = procedure(3, xdrStruct({ dom: xdrStruct({ name: xdrString(8) }) }), xdrVoid, "low");
const event: EventProcedure<number> = { program, number: 9, name: "EVENT_9", msg: xdrInt };

interface Rig {
  readonly client: RpcClient;
  readonly daemon: FakeDaemon;
  readonly warnings: ProtocolError[];
}

function rig(options: { maxInFlight?: number; memory?: MemoryPairOptions } = {}): Rig {
  const [near, far] = memoryPair({ peer: "unix:/test.sock", ...options.memory });
  const warnings: ProtocolError[] = [];
  const client = new RpcClient(scribbling(near), {
    maxInFlight: options.maxInFlight,
    onWarning: (w) => warnings.push(w),
  });
  return { client, daemon: new FakeDaemon(far), warnings };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000 && !condition(); i++) await new Promise((resolve) => setImmediate(resolve));
  expect(condition()).toBe(true);
}

describe("calls", () => {
  it("settles 10,000 pipelined calls, answered out of order, with their own answers", async () => {
    const { client, daemon } = rig({ maxInFlight: 10_000 });
    const answers = Array.from({ length: 10_000 }, (_, i) => client.call(i % 2 ? fast : slow, i));
    await until(() => daemon.calls.length === 10_000);
    const random = new Random(7);
    const shuffled = daemon.calls
      .map((call) => ({ call, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ call }) => call);
    for (const call of shuffled) call.reply(xdrUint, call.packet.payload.uint() + 1_000_000);
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 1_000_000));
  });

  it("settles each with its own answer whatever the chunks and the order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 60 }), async (seed, count) => {
        const random = new Random(seed);
        const chunkSize = (): number => 1 + random.below(70);
        const { client, daemon } = rig({ maxInFlight: 5, memory: { chunkSize } });
        const held: (() => void)[] = [];
        daemon.onCall = (call) => {
          const value = call.packet.payload.uint();
          held.push(() => call.reply(xdrUint, value * 2));
          setImmediate(() => held.splice(random.below(held.length), 1)[0]?.());
        };
        const answers = Array.from({ length: count }, (_, i) =>
          client.call(random.next() < 0.5 ? fast : slow, i),
        );
        expect(await Promise.all(answers)).toEqual(Array.from({ length: count }, (_, i) => i * 2));
        client.close();
      }),
      { numRuns: 40 },
    );
  });

  it("keeps at most 4 calls of low priority open, in their order, and lets the others pass", async () => {
    const { client, daemon } = rig();
    const slowOnes = Array.from({ length: 10 }, (_, i) => client.call(slow, i));
    const fastOnes = Array.from({ length: 10 }, (_, i) => client.call(fast, i));
    await until(() => daemon.calls.length === 14);
    expect(client.queued).toBe(6);
    expect(daemon.calls.filter((c) => c.procedure === 2).map((c) => c.packet.payload.uint())).toEqual([
      0, 1, 2, 3,
    ]);
    for (const call of daemon.calls.filter((c) => c.procedure === 1)) call.reply(xdrUint, 0);
    await Promise.all(fastOnes);
    expect(client.queued).toBe(6);
    daemon.onCall = (call) => call.reply(xdrUint, call.packet.payload.uint());
    for (const [i, call] of daemon.calls.filter((c) => c.procedure === 2).entries()) call.reply(xdrUint, i);
    expect(await Promise.all(slowOnes)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(client.queued).toBe(0);
  });

  it("refuses an argument that cannot travel, naming call, field and rule, and goes on", async () => {
    const { client, daemon } = rig();
    const call = client.call(named, { dom: { name: "much too long" } });
    await expect(call).rejects.toThrow(InvalidValueError);
    await expect(call).rejects.toThrow("PROC_3: argument dom.name: at most 8 bytes are allowed, got 13");
    daemon.onCall = (c) => c.reply(xdrVoid, undefined);
    await client.call(named, { dom: { name: "short" } });
    expect(daemon.calls).toHaveLength(1);
  });

  it("rejects with the daemon's error, all fields of it", async () => {
    const { client, daemon } = rig();
    daemon.onCall = (c) =>
      c.fail({ code: 42, domain: 10, message: "no such", str1: "a", str2: "b", int1: 3, int2: 4 });
    const error: unknown = await client.call(fast, 1).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({
      name: "NotFoundError",
      code: "NO_DOMAIN",
      number: 42,
      domain: "QEMU",
      domainNumber: 10,
      level: 2,
      message: "no such",
      str1: "a",
      str2: "b",
      str3: undefined,
      int1: 3,
      int2: 4,
      procedure: "PROC_1",
    });
  });

  it("keeps numbers that it does not know", async () => {
    const { client, daemon } = rig();
    daemon.onCall = (c) => c.fail({ code: 9999, domain: 8888, message: "new" });
    const error: unknown = await client.call(fast, 1).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ code: "ERROR_9999", number: 9999, domain: "8888" });
  });

  it("tells an old daemon from a refusal", async () => {
    const { client, daemon } = rig();
    daemon.onCall = (c) => c.fail({ code: 39, domain: 7, level: 2, message: "unknown procedure: 1" });
    const error: unknown = await client.call(fast, 1).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UnknownProcedureError);
    expect(error).toMatchObject({ code: "NO_SUPPORT", number: 3, procedure: "PROC_1" });
    // It is not asked a second time.
    const again: unknown = await client.call(fast, 1).catch((e: unknown) => e);
    expect(again).toMatchObject({ name: "UnknownProcedureError", code: "NO_SUPPORT", cause: error });
    expect(daemon.calls).toHaveLength(1);
  });

  it("shows who made a call that was refused", async () => {
    const { client, daemon } = rig();
    daemon.onCall = (c) => c.fail({ code: 42, message: "nobody" });
    const whoAsked = async (): Promise<number> => await client.call(fast, 1);
    const error: unknown = await whoAsked().catch((e: unknown) => e);
    expect((error as Error).stack).toMatch(/^NotFoundError: nobody\n +at (async )?whoAsked /);
  });

  it("rejects only the call whose reply cannot be decoded", async () => {
    const { client, daemon } = rig();
    daemon.onCall = (c) =>
      c.packet.payload.uint() === 1 ? c.reply(xdrVoid, undefined) : c.reply(xdrUint, 5);
    const bad = client.call(fast, 1);
    const good = client.call(fast, 2);
    await expect(bad).rejects.toThrow(/reply to PROC_1 could not be decoded: expected 4 more bytes/);
    expect(await good).toBe(5);
  });

  it("ignores bytes behind a reply that it knows", async () => {
    const { client, daemon } = rig();
    daemon.onCall = (c) => c.reply(xdrStruct({ a: xdrUint, b: xdrUint }), { a: 5, b: 6 });
    expect(await client.call(fast, 1)).toBe(5);
  });
});

describe("giving up", () => {
  it("rejects at once on abort, recognises the late reply and keeps the place until then", async () => {
    const { client, daemon } = rig({ maxInFlight: 1 });
    const controller = new AbortController();
    const first = client.call(slow, 1, { signal: controller.signal });
    const second = client.call(slow, 2);
    await until(() => daemon.calls.length === 1);
    controller.abort(new Error("no more"));
    const error: unknown = await first.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CallAbortedError);
    expect(error).toMatchObject({ name: "AbortError", code: "CALL_ABORTED", procedure: "PROC_2" });
    expect((error as Error).message).toMatch(/daemon may still be at work/);
    expect(((error as Error).cause as Error).message).toBe("no more");
    expect(client.queued).toBe(1);
    daemon.onCall = (c) => c.reply(xdrUint, 22);
    daemon.calls[0]?.reply(xdrUint, 11);
    expect(await second).toBe(22);
  });

  it("does not send what was aborted before its turn", async () => {
    const { client, daemon } = rig({ maxInFlight: 1 });
    const controller = new AbortController();
    const first = client.call(slow, 1);
    const second = client.call(slow, 2, { signal: controller.signal });
    const third = client.call(slow, 3);
    controller.abort();
    await expect(second).rejects.toThrow(/PROC_2 was aborted; it was not sent/);
    await expect(client.call(fast, 1, { signal: AbortSignal.abort() })).rejects.toThrow(/it was not sent/);
    daemon.onCall = (c) => c.reply(xdrUint, c.packet.payload.uint());
    expect(await Promise.all([first, third])).toEqual([1, 3]);
    expect(daemon.calls).toHaveLength(2);
  });

  it("times out, and a late reply harms nobody", async () => {
    const { client, daemon } = rig();
    const late = client.call(fast, 1, { timeoutMs: 5 });
    await expect(late).rejects.toThrow(CallTimeoutError);
    await expect(late).rejects.toThrow(/PROC_1 was not done within 5 ms/);
    daemon.calls[0]?.reply(xdrUint, 1);
    daemon.onCall = (c) => c.reply(xdrUint, 2);
    expect(await client.call(fast, 1, { timeoutMs: 60_000 })).toBe(2);
  });

  it.each([0, -1, Number.NaN, "5"])("refuses the time limit %p", async (timeoutMs) => {
    const { client } = rig();
    await expect(client.call(fast, 1, { timeoutMs: timeoutMs as number })).rejects.toThrow(
      /timeoutMs must be/,
    );
  });

  it("leaves no timer and no listener behind", async () => {
    const { client, daemon } = rig();
    const { signal } = new AbortController();
    const add = jest.spyOn(signal, "addEventListener");
    const remove = jest.spyOn(signal, "removeEventListener");
    const set = jest.spyOn(globalThis, "setTimeout");
    const clear = jest.spyOn(globalThis, "clearTimeout");
    daemon.onCall = (c) => c.reply(xdrUint, 1);
    await Promise.all(Array.from({ length: 50 }, () => client.call(fast, 1, { signal, timeoutMs: 60_000 })));
    // One listener serves all calls: more than ten would make Node warn of a leak.
    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([1, 1]);
    const timers = set.mock.results.map(({ value }) => value);
    expect(timers).toHaveLength(50);
    expect(clear.mock.calls.map(([timer]) => timer)).toEqual(expect.arrayContaining(timers));
    set.mockRestore();
    clear.mockRestore();
  });
});

describe("events and keepalive", () => {
  it("delivers to every listener until it is disposed of", async () => {
    const { client, daemon } = rig();
    const seen: string[] = [];
    const a = client.on(event, (value) => seen.push(`a${value}`));
    const b = client.on(event, (value) => {
      seen.push(`b${value}`);
      a[Symbol.dispose]();
    });
    daemon.send({ proc: 9 }, xdrInt, 1);
    daemon.send({ proc: 9 }, xdrInt, 2);
    daemon.send({ proc: 10 }, xdrVoid, undefined);
    await until(() => seen.length === 3);
    b[Symbol.dispose]();
    daemon.send({ proc: 9 }, xdrInt, 3);
    daemon.onCall = (c) => c.reply(xdrUint, 0);
    await client.call(fast, 0);
    expect(seen).toEqual(["a1", "b1", "b2"]);
  });

  it("takes no event for a reply, whenever it comes", async () => {
    const { client, daemon } = rig();
    const seen: (number | string)[] = [];
    client.on(event, (value) => seen.push(value));
    daemon.onCall = (c) => {
      const { serial } = c.packet.header;
      for (const value of [1, 2]) daemon.send({ proc: 9, serial }, xdrInt, value);
      c.reply(xdrUint, 5);
      daemon.send({ proc: 9, serial }, xdrInt, 3);
    };
    for (let i = 0; i < 2; i++) seen.push(`reply ${await client.call(fast, 1)}`);
    await until(() => seen.length === 8);
    expect(seen.filter((value) => typeof value === "number")).toEqual([1, 2, 3, 1, 2, 3]);
    expect(seen.filter((value) => typeof value === "string")).toEqual(["reply 5", "reply 5"]);
  });

  it("reports an event that it cannot decode, and lives on", async () => {
    const { client, daemon, warnings } = rig();
    client.on(event, () => undefined);
    daemon.send({ proc: 9 }, xdrVoid, undefined);
    daemon.onCall = (c) => c.reply(xdrUint, 1);
    expect(await client.call(fast, 1)).toBe(1);
    expect(warnings.map((w) => w.message)).toEqual([expect.stringContaining("event 9")]);
  });

  it("answers each ping", async () => {
    const { client, daemon } = rig();
    for (let i = 0; i < 5; i++) daemon.ping();
    await until(() => daemon.keepalive.length === 5);
    expect(daemon.keepalive).toEqual([2, 2, 2, 2, 2]);
    client.close();
  });

  it("does not grow under a flood of pings from a peer that does not read", async () => {
    const [near, far] = memoryPair({ highWaterMark: 1024 });
    let written = 0;
    const write = near.write.bind(near);
    near.write = (chunk) => {
      written += chunk.length;
      return write(chunk);
    };
    const client = new RpcClient(near);
    const daemon = new FakeDaemon(far);
    far.pause();
    for (let i = 0; i < 10_000; i++) daemon.ping();
    await until(() => written > 0);
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeLessThan(300_000);
    far.resume();
    const before = daemon.keepalive.length;
    await until(() => daemon.keepalive.length > before);
    client.close();
  });
});

describe("the end", () => {
  it("rejects 100 open calls with one clear error each when the daemon goes, and closes once", async () => {
    const { client, daemon } = rig();
    const open = Array.from({ length: 100 }, (_, i) => client.call(i < 50 ? slow : fast, i));
    await until(() => daemon.calls.length === 54);
    daemon.transport.destroy();
    const results = await Promise.allSettled(open);
    const errors = results.map((r) =>
      r.status === "rejected" ? (r.reason as ConnectionClosedError) : undefined,
    );
    expect(errors.every((e) => e instanceof ConnectionClosedError && e.reason === "eof")).toBe(true);
    expect(errors[0]?.message).toBe(
      "unix:/test.sock closed the connection, before PROC_2 was answered; the daemon may have carried it out",
    );
    expect(errors[49]?.message).toBe("unix:/test.sock closed the connection, before PROC_2 was sent");
    expect((await client.closed).reason).toBe("eof");
    expect(client.open).toBe(false);
    await expect(client.call(fast, 1)).rejects.toThrow(/so PROC_1 cannot be called/);
  });

  it("tells a broken connection from an ended one, and keeps the cause", async () => {
    const [near, far] = memoryPair({ peer: "unix:/test.sock" });
    const client = new RpcClient(near);
    const call = client.call(fast, 1);
    near.destroy(new Error("ECONNRESET"));
    await expect(call).rejects.toMatchObject({ reason: "error", cause: { message: "ECONNRESET" } });
    far.destroy();
  });

  it("says that it closed itself", async () => {
    const { client, daemon } = rig();
    const call = client.call(fast, 1);
    client.close();
    client.close();
    await expect(call).rejects.toMatchObject({ reason: "client" });
    expect((await client.closed).message).toBe(
      "the connection to unix:/test.sock was closed by this program",
    );
    await until(() => daemon.closed);
  });

  const breaches: ReadonlyArray<readonly [string, (daemon: FakeDaemon) => void, RegExp]> = [
    ["a reply to nobody", (d) => d.send({ type: 1, serial: 77 }, xdrVoid, undefined), /serial 77/],
    [
      "a reply for another procedure",
      (d) => d.send({ type: 1, serial: 0, proc: 5 }, xdrVoid, undefined),
      /procedure 5/,
    ],
    [
      "a reply of another program",
      (d) => d.send({ type: 1, serial: 0, proc: 1, prog: 5 }, xdrVoid, undefined),
      /0x5/,
    ],
    ["a call", (d) => d.send({ type: 0, proc: 1 }, xdrVoid, undefined), /type 0/],
    ["an unknown type", (d) => d.send({ type: 12 }, xdrVoid, undefined), /type 12/],
    ["too many descriptors", (d) => d.send({ type: 5, serial: 0, proc: 1 }, xdrUint, 500), /500 descriptors/],
    ["HTTP", (d) => void d.transport.write(Buffer.from("HTTP/1.1 400 Bad")), /HTTP server/],
  ];
  it.each(breaches)("gives the connection up on %s", async (_name, breach, message) => {
    const { client, daemon } = rig();
    const call = client.call(fast, 1);
    await until(() => daemon.calls.length === 1);
    breach(daemon);
    await expect(call).rejects.toMatchObject({ reason: "protocol", cause: expect.any(ProtocolError) });
    await expect(call).rejects.toThrow(message);
    await until(() => daemon.closed);
  });

  it("drops late packets of streams, as the protocol has them", async () => {
    const { client, daemon } = rig();
    daemon.send({ type: 3, proc: 209, serial: 5, status: 2 }, xdrUint, 1);
    daemon.send({ type: 6, proc: 209, serial: 5, status: 2 }, xdrUint, 1);
    daemon.onCall = (c) => c.reply(xdrUint, 1);
    expect(await client.call(fast, 1)).toBe(1);
  });

  it("survives any garbage: each byte stream ends in answers or in one error", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.boolean(),
        async (noise, framed) => {
          const { client, daemon } = rig();
          const call = client.call(fast, 1);
          const settled = call.then(
            () => "answer",
            (e: unknown) =>
              e instanceof ConnectionClosedError || e instanceof ProtocolError || e instanceof RemoteError
                ? "error"
                : e,
          );
          const bytes = framed ? new XdrWriter() : undefined;
          bytes?.uint(Math.max(28, noise.length + 4));
          daemon.transport.write(
            Buffer.concat([bytes?.finish() ?? new Uint8Array(0), noise, new Uint8Array(24)]),
          );
          daemon.transport.end();
          expect(["answer", "error"]).toContain(await settled);
          client.close();
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([0, -1, 1.5, "4"])("refuses the window %p", (maxInFlight) => {
    const [near] = memoryPair();
    expect(() => new RpcClient(near, { maxInFlight: maxInFlight as number })).toThrow(/maxInFlight must be/);
  });
});
