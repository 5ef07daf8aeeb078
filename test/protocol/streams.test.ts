import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { VirNetMessageError, VirNetStreamHole } from "../../src/protocol/generated/net/index.js";
import {
  REMOTE_PROC_STORAGE_VOL_DOWNLOAD,
  REMOTE_PROC_STORAGE_VOL_UPLOAD,
} from "../../src/protocol/generated/remote/index.js";
import { type ConnectionPause, type Packet, type Procedure, RpcClient } from "../../src/protocol/index.js";
import {
  MAX_CHUNK,
  openStream,
  type RpcStream,
  type StreamLimits,
} from "../../src/protocol/streams/index.js";
import { encodeVoid, xdrUint, xdrVoid } from "../../src/protocol/xdr-codec/index.js";
import { memoryPair } from "../../src/transport/index.js";
import { type FakeCall, FakeDaemon } from "./fake-daemon.js";
import { scribbling } from "./scribbling.js";

const OK = 0;
const ERROR = 1;
const CONTINUE = 2;
const STREAM = 3;
const HOLE = 6;

const vol = { pool: "p", name: "v", key: "/v" };
const args = { vol, offset: 0n, length: 0n, flags: 0 };
const other: Procedure<void, number> = {
  program: { name: "remote", id: 0x20008086, version: 1 },
  number: 1,
  name: "OTHER",
  encodeArgs: encodeVoid,
  decodeRet: (reader) => reader.uint(),
  priority: "low",
};

function rig(memory: { highWaterMark?: number } = {}): {
  client: RpcClient;
  daemon: FakeDaemon;
  packets: Packet[];
  pauses: ConnectionPause[];
} {
  const [near, far] = memoryPair({ peer: "unix:/test.sock", ...memory });
  const pauses: ConnectionPause[] = [];
  const client = new RpcClient(scribbling(near), { onPause: (pause) => pauses.push(pause) });
  const daemon = new FakeDaemon(far);
  const packets: Packet[] = [];
  daemon.onStream = (packet) => packets.push(packet);
  return { client, daemon, packets, pauses };
}

async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

function bytes(size: number, first = 0): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (first + i) & 255);
}

/** What an owner was told, in order. */
class Log {
  readonly lines: string[] = [];
  received = 0;
  error: unknown;
  constructor(stream: RpcStream) {
    stream.start({
      onData: (data) => {
        this.received += data.length;
        this.lines.push(`data ${data.length} from ${data[0]}`);
      },
      onHole: (length) => this.lines.push(`hole ${length}`),
      onEnd: () => this.lines.push("end"),
      onDrain: () => this.lines.push("drain"),
      onClose: (error) => {
        this.error = error;
        this.lines.push(error === undefined ? "closed" : `closed: ${(error as { code?: string }).code}`);
      },
    });
  }
}

async function opened(
  { client, daemon }: { client: RpcClient; daemon: FakeDaemon },
  limits: StreamLimits = {},
): Promise<{ stream: RpcStream; call: FakeCall }> {
  const opening = openStream(client, REMOTE_PROC_STORAGE_VOL_DOWNLOAD, args, limits);
  await turns();
  const call = daemon.calls.at(-1) as FakeCall;
  call.reply(xdrVoid, undefined);
  const { stream } = await opening;
  return { stream, call };
}

afterEach(() => {
  jest.useRealTimers();
});

describe("a stream", () => {
  it("hands over what follows the reply at once, however late its owner comes", async () => {
    const { client, daemon } = rig();
    daemon.onCall = (call) => {
      call.reply(xdrVoid, undefined);
      daemon.sendStream(call, CONTINUE, bytes(5, 7));
      daemon.send({ ...call.packet.header, type: HOLE, status: CONTINUE }, VirNetStreamHole, {
        length: 2n ** 40n,
        flags: 0,
      });
      daemon.sendStream(call, CONTINUE, bytes(3, 1));
      daemon.sendStream(call, CONTINUE);
    };
    const { stream } = await openStream(client, REMOTE_PROC_STORAGE_VOL_DOWNLOAD, args);
    await turns();
    const log = new Log(stream);
    expect(log.lines).toEqual(["data 5 from 7", `hole ${2 ** 40}`, "data 3 from 1", "end"]);
  });

  it("keeps what comes before the reply, as a daemon's worker may be faster than its answer", async () => {
    const { client, daemon } = rig();
    daemon.onCall = (call) => {
      daemon.sendStream(call, CONTINUE, bytes(5, 7));
      daemon.sendStream(call, CONTINUE);
      call.reply(xdrVoid, undefined);
    };
    const { stream } = await openStream(client, REMOTE_PROC_STORAGE_VOL_DOWNLOAD, args);
    expect(new Log(stream).lines).toEqual(["data 5 from 7", "end"]);
    daemon.onCall = (call) => {
      const refusal = { code: 38, domain: 38, level: 2, message: "gone", int1: 5, int2: -1 };
      daemon.send({ ...call.packet.header, type: STREAM, status: ERROR }, VirNetMessageError, refusal);
      call.reply(xdrVoid, undefined);
    };
    const failed = await openStream(client, REMOTE_PROC_STORAGE_VOL_DOWNLOAD, args);
    expect(new Log(failed.stream).lines).toEqual(["closed: SYSTEM_ERROR"]);
    daemon.onCall = (call) => {
      daemon.sendStream(call, CONTINUE, bytes(5, 7));
      call.fail({ code: 50 });
    };
    const refused = openStream(client, REMOTE_PROC_STORAGE_VOL_DOWNLOAD, args);
    await expect(refused).rejects.toMatchObject({ code: "NO_STORAGE_VOL" });
  });

  it("is finished when the daemon has confirmed it, and no sooner", async () => {
    const it = rig();
    const { stream, call } = await opened(it);
    const log = new Log(stream);
    stream.finish();
    await turns();
    expect(it.packets.map(({ header }) => [header.type, header.status, header.serial])).toEqual([
      [STREAM, OK, call.packet.header.serial],
    ]);
    // Data under way when the end was asked for comes first, and nobody wants it.
    it.daemon.sendStream(call, CONTINUE, bytes(5));
    it.daemon.sendStream(call, CONTINUE);
    await turns();
    expect(log.lines).toEqual([]);
    it.daemon.sendStream(call, OK);
    await turns();
    expect(log.lines).toEqual(["closed"]);
    it.daemon.sendStream(call, CONTINUE, bytes(5));
    it.daemon.sendStream(call, OK);
    await turns();
    expect(log.lines).toEqual(["closed"]);
    expect(it.client.open).toBe(true);
  });

  it("is aborted with the reason that its owner gives", async () => {
    const it = rig();
    const { stream, call } = await opened(it);
    const log = new Log(stream);
    const reason = new Error("enough");
    stream.abort(reason);
    stream.abort(new Error("again"));
    await turns();
    expect(it.packets.map(({ header }) => header.status)).toEqual([ERROR]);
    it.daemon.sendStream(call, OK);
    await turns();
    expect(log.error).toBe(reason);
    expect(() => stream.send(bytes(1))).toThrow(/has ended/);
    expect(() => stream.finish()).toThrow(expect.objectContaining({ code: "STREAM_CLOSED" }));
  });

  it.each([
    ["a stream packet", STREAM],
    ["a reply, as for a hole that it does not like", 1],
  ])("ends with the daemon's error in %s", async (_, type) => {
    const it = rig();
    const { stream, call } = await opened(it);
    const log = new Log(stream);
    const refusal = { code: 38, domain: 38, level: 2, message: "no space left", int1: 28, int2: -1 };
    it.daemon.send({ ...call.packet.header, type, status: ERROR }, VirNetMessageError, refusal);
    await turns();
    expect(log.lines).toEqual(["closed: SYSTEM_ERROR"]);
    expect(log.error).toMatchObject({
      message: "no space left",
      procedure: "REMOTE_PROC_STORAGE_VOL_DOWNLOAD",
    });
    it.daemon.sendStream(call, OK);
    await turns();
    expect(it.client.open).toBe(true);
    const answer = it.client.call(other, undefined);
    await turns();
    it.daemon.calls.at(-1)?.reply(xdrUint, 5);
    expect(await answer).toBe(5);
  });

  it("is none if the call is refused", async () => {
    const { client, daemon } = rig();
    daemon.onCall = (call) => {
      call.fail({ code: 50, message: "no such volume" });
      daemon.sendStream(call, CONTINUE, bytes(5));
    };
    const opening = openStream(client, REMOTE_PROC_STORAGE_VOL_DOWNLOAD, args);
    await expect(opening).rejects.toMatchObject({ code: "NO_STORAGE_VOL" });
    await turns();
    expect(client.open).toBe(true);
  });

  it("is aborted if it comes after its caller has gone", async () => {
    const { client, daemon, packets } = rig();
    const controller = new AbortController();
    const opening = openStream(client, REMOTE_PROC_STORAGE_VOL_DOWNLOAD, args, { signal: controller.signal });
    await turns();
    controller.abort();
    await expect(opening).rejects.toMatchObject({ code: "CALL_ABORTED" });
    const call = daemon.calls[0] as FakeCall;
    call.reply(xdrVoid, undefined);
    daemon.sendStream(call, CONTINUE, bytes(100));
    await turns();
    expect(packets.map(({ header }) => header.status)).toEqual([ERROR]);
    daemon.sendStream(call, OK);
    await turns();
    expect(client.open).toBe(true);
  });

  it("sends bytes in packets that every daemon takes, holes between them, and nothing for nothing", async () => {
    const it = rig();
    const { stream } = await opened(it);
    new Log(stream);
    const large = bytes(2 * MAX_CHUNK + 10);
    stream.send(large);
    stream.send(new Uint8Array());
    stream.sendHole(0n);
    stream.sendHole(2n ** 33n);
    stream.send(bytes(3));
    await turns(200);
    const sent = it.packets.map(({ header, payload }) =>
      header.type === HOLE ? `hole ${VirNetStreamHole.decode(payload).length}` : payload.rest().length,
    );
    expect(sent).toEqual([MAX_CHUNK, MAX_CHUNK, 10, `hole ${2 ** 33}`, 3]);
  });

  it("takes packets of any size for bytes and nothing more", async () => {
    const it = rig();
    const { stream, call } = await opened(it);
    const log = new Log(stream);
    // A daemon reads 262,144 bytes and sends what a packet takes: the rest follows in a small one.
    const sizes = [MAX_CHUNK, 24, MAX_CHUNK, 24, 1, 4, 28, 262_144, 2 * 1024 * 1024, 3];
    for (const [i, size] of sizes.entries()) it.daemon.sendStream(call, CONTINUE, bytes(size, i));
    it.daemon.sendStream(call, CONTINUE);
    await turns(200);
    expect(log.lines).toEqual([...sizes.map((size, i) => `data ${size} from ${i}`), "end"]);
  });

  it("tells when to wait, and when to go on", async () => {
    const it = rig({ highWaterMark: 1000 });
    const { stream } = await opened(it);
    const log = new Log(stream);
    it.daemon.transport.pause();
    let sent = 0;
    while (stream.send(bytes(500))) sent++;
    expect(sent).toBeLessThan(5);
    it.daemon.transport.resume();
    await turns();
    expect(log.lines).toEqual(["drain"]);
  });

  it("ends with the connection, once", async () => {
    const it = rig();
    const { stream } = await opened(it);
    const log = new Log(stream);
    it.client.close();
    it.client.close();
    stream.abort();
    expect(log.lines).toEqual(["closed: CONNECTION_CLOSED"]);
    expect(log.error).toMatchObject({
      reason: "client",
      message: expect.stringContaining("STORAGE_VOL_DOWNLOAD"),
    });
    const late = openStream(it.client, REMOTE_PROC_STORAGE_VOL_UPLOAD, args);
    await expect(late).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  });

  it("breaks the connection with what no daemon may send", async () => {
    const it = rig();
    const { stream, call } = await opened(it);
    const log = new Log(stream);
    it.daemon.send({ ...call.packet.header, type: STREAM, status: 7 }, xdrVoid, undefined);
    await turns();
    expect(log.lines).toEqual(["closed: CONNECTION_CLOSED"]);
  });
});

describe("a stream that nobody reads", () => {
  it("keeps so much, then holds the connection up, and lets it go on when it is read", async () => {
    const it = rig();
    const { stream, call } = await opened(it, { bufferBytes: 10_000 });
    for (let i = 0; i < 20; i++) it.daemon.sendStream(call, CONTINUE, bytes(1000, i));
    const answer = it.client.call(other, undefined);
    await turns();
    it.daemon.calls.at(-1)?.reply(xdrUint, 5);
    await turns();
    expect(it.pauses).toEqual([{ stream: "REMOTE_PROC_STORAGE_VOL_DOWNLOAD", paused: true }]);
    expect(stream.buffered).toBeLessThan(25_000);
    const log = new Log(stream);
    expect(await answer).toBe(5);
    await turns();
    expect(log.received).toBe(20_000);
    expect(it.pauses.at(-1)).toEqual({ stream: "REMOTE_PROC_STORAGE_VOL_DOWNLOAD", paused: false });
  });

  it("is given up after a while, for the sake of everything else", async () => {
    const it = rig();
    const { stream, call } = await opened(it, { bufferBytes: 1000, stallMs: 5000 });
    jest.useFakeTimers({ doNotFake: ["setImmediate", "queueMicrotask", "nextTick"] });
    for (let i = 0; i < 20; i++) it.daemon.sendStream(call, CONTINUE, bytes(1000, i));
    await turns();
    expect(it.pauses).toHaveLength(1);
    jest.advanceTimersByTime(5000);
    await turns();
    expect(it.packets.map(({ header }) => header.status)).toEqual([ERROR]);
    it.daemon.sendStream(call, OK);
    await turns();
    const log = new Log(stream);
    expect(log.error).toMatchObject({
      code: "STREAM_STALLED",
      message: expect.stringContaining("nobody read it"),
    });
    expect(it.pauses.map(({ paused }) => paused)).toEqual([true, false]);
    expect(it.client.open).toBe(true);
  });

  it("may pause and go on", async () => {
    const it = rig();
    const { stream, call } = await opened(it);
    const log = new Log(stream);
    stream.pause();
    it.daemon.sendStream(call, CONTINUE, bytes(1, 1));
    it.daemon.sendStream(call, CONTINUE, bytes(1, 2));
    await turns();
    expect(log.lines).toEqual([]);
    stream.resume();
    expect(log.lines).toEqual(["data 1 from 1", "data 1 from 2"]);
  });
});
