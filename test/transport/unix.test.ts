import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ConnectError } from "../../src/errors/index.js";
import { dialUnix } from "../../src/transport/index.js";
import { collect, pattern } from "./collector.js";
import { TempDir } from "./temp-dir.js";
import { UnixServer } from "./unix-server.js";

/** What would keep this process alive: sockets, and timers. */
function open(kind: RegExp): number {
  return process.getActiveResourcesInfo().filter((name) => kind.test(name)).length;
}

const SOCKETS = /Pipe|TCP/;
let sockets = 0;
let timers = 0;
beforeEach(() => {
  sockets = open(SOCKETS);
  timers = open(/Timeout/);
});
afterEach(async () => {
  const leftOver = (): boolean => open(SOCKETS) > sockets || open(/Timeout/) > timers;
  for (let tries = 0; tries < 2000 && leftOver(); tries++) await sleep(5);
  expect(leftOver()).toBe(false);
});

async function connected(): Promise<{
  server: UnixServer;
  far: Socket;
  near: Awaited<ReturnType<typeof dialUnix>>;
}> {
  const server = await UnixServer.listen();
  const near = await dialUnix({ path: server.path });
  return { server, near, far: await server.accepted() };
}

describe("a unix transport", () => {
  it("says what it is", async () => {
    await using server = await UnixServer.listen();
    const near = await dialUnix({ path: server.path });
    expect(near).toMatchObject({ peer: `unix:${server.path}`, secure: true, encrypted: false });
    near.destroy();
  });

  it("carries bytes both ways", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    const got = collect(near);
    const bytes = pattern(3_000_000);
    far.pipe(far);
    near.write(bytes);
    await got.received(bytes.length);
    expect(got.content.equals(bytes)).toBe(true);
    near.end();
    await got.closed;
    expect(got.error).toBeUndefined();
    expect(got.offences).toEqual([]);
  });

  it("keeps what comes before start, and the end after it", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    const bytes = pattern(150_000);
    far.end(bytes);
    await once(far, "finish").catch(() => {});
    await sleep(20);
    const got = collect(near);
    await got.closed;
    expect(got.content.equals(bytes)).toBe(true);
    expect(got.error).toBeUndefined();
  });

  it("reports an end that came before start", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    far.destroy();
    near.destroy(new Error("why"));
    await sleep(10);
    const got = collect(near);
    expect(got.isClosed).toBe(false);
    await got.closed;
    expect(got.error?.message).toBe("why");
  });

  it("delivers nothing while paused, and makes the peer wait", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    near.pause();
    const got = collect(near);
    const bytes = pattern(4_000_000);
    far.write(bytes);
    await sleep(50);
    expect(got.bytes).toBe(0);
    expect(far.writableLength).toBeGreaterThan(0);
    near.resume();
    await got.received(bytes.length);
    expect(got.content.equals(bytes)).toBe(true);
    near.destroy();
    await got.closed;
  });

  it("stops within onData", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    const got = collect(near, () => near.pause());
    const bytes = pattern(1_000_000);
    far.end(bytes);
    while (!got.isClosed) {
      const seen = got.chunks.length;
      await sleep(1);
      expect(got.chunks.length).toBeLessThanOrEqual(seen + 1);
      near.resume();
    }
    expect(got.content.equals(bytes)).toBe(true);
  });

  it("tells a writer to wait, takes the bytes all the same, and calls once there is room", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    const got = collect(near);
    let sent = 0;
    const bytes = pattern(100_000);
    do sent += bytes.length;
    while (near.write(bytes));
    expect(sent).toBeLessThan(2_000_000);
    expect(got.drains).toBe(0);
    expect(near.flushed).toBe(false);
    let received = 0;
    far.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    far.resume();
    await got.drain();
    expect(got.drains).toBe(1);
    expect(near.flushed).toBe(true);
    expect(near.write(new Uint8Array(1))).toBe(true);
    near.end();
    await once(far, "end");
    expect(received).toBe(sent + 1);
    far.end();
    await got.closed;
  });

  it("flushes on end, even to a slow reader, and still hears the peer's last words", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    const got = collect(near);
    const bytes = pattern(2_000_000);
    near.write(bytes);
    near.end();
    near.end();
    expect(near.write(new Uint8Array(5))).toBe(true);
    await sleep(20);
    expect(got.isClosed).toBe(false);
    let received = 0;
    far.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    far.resume();
    await once(far, "end");
    expect(received).toBe(bytes.length);
    far.end("goodbye");
    await got.closed;
    expect(got.text).toBe("goodbye");
    expect(got.error).toBeUndefined();
  });

  it("does not wait for ever for a peer that never closes", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    const got = collect(near);
    near.end();
    far.resume();
    await got.closed;
    expect(got.error).toBeUndefined();
  });

  it("ends at the peer's end of file, once", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    const got = collect(near);
    far.end("x");
    await got.closed;
    expect(got.text).toBe("x");
    expect(got.error).toBeUndefined();
    expect(near.write(Buffer.from("y"))).toBe(true);
    near.pause();
    near.resume();
    near.end();
    near.destroy(new Error("late"));
    await sleep(10);
    expect(got.offences).toEqual([]);
    expect(got.error).toBeUndefined();
  });

  it("reports a reset", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    const got = collect(near);
    near.write(Buffer.from("never read"));
    await sleep(10);
    // Closing with unread bytes is what resets a unix socket.
    far.destroy();
    await got.closed;
    expect(got.error).toMatchObject({ code: "ECONNRESET" });
  });

  it("reports a write that nobody can read any more", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    near.pause();
    const got = collect(near);
    far.destroy();
    await sleep(10);
    near.write(Buffer.from("x"));
    await got.closed;
    expect(got.error).toMatchObject({ code: "EPIPE" });
    expect(got.offences).toEqual([]);
  });

  it("drops everything on destroy, from inside onData too", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    const error = new Error("enough");
    const got = collect(near, () => near.destroy(error));
    far.write(pattern(500_000));
    await got.closed;
    expect(got.chunks.length).toBe(1);
    expect(got.error).toBe(error);
    await sleep(10);
    expect(got.offences).toEqual([]);
  });

  it("sends what was written in one tick in one piece", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    const got = collect(near);
    for (const text of ["a", "b", "c", "d"]) near.write(Buffer.from(text));
    const [chunk] = (await once(far.resume(), "data")) as [Buffer];
    expect(chunk.toString()).toBe("abcd");
    near.destroy();
    await got.closed;
  });

  it("tells a later owner, and no more the first", async () => {
    const { server, near, far } = await connected();
    await using _ = server;
    const first = collect(near);
    const later = collect(near);
    far.end("for the later one");
    await later.closed;
    expect(later.text).toBe("for the later one");
    expect(first.text).toBe("");
  });

  it("echoes any writes identically, however they are cut", async () => {
    await using server = await UnixServer.listen();
    const sizes = fc.array(fc.integer({ min: 0, max: 70_000 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), async (lengths, waits) => {
        const near = await dialUnix({ path: server.path });
        const far = await server.accepted();
        far.pipe(far);
        const got = collect(near);
        const chunks = lengths.map((length, index) => pattern(length, index + 1));
        for (const chunk of chunks) if (!near.write(chunk) && waits) await got.drain();
        near.end();
        await got.closed;
        expect(got.error).toBeUndefined();
        expect(got.content.equals(Buffer.concat(chunks))).toBe(true);
        expect(got.offences).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

describe("dialUnix", () => {
  async function failure(path: string): Promise<ConnectError> {
    const error: unknown = await dialUnix({ path }).catch((caught: unknown) => caught);
    if (!(error instanceof ConnectError)) throw new Error(`no ConnectError but ${String(error)}`);
    return error;
  }

  it("says what is missing", async () => {
    using dir = new TempDir();
    const error = await failure(dir.join("no-such"));
    expect(error.message).toContain(`unix:${dir.join("no-such")} (ENOENT: no such file or directory)`);
    expect(error.code).toBe("CONNECT_FAILED");
    expect(error.cause).toMatchObject({ code: "ENOENT" });
  });

  it("names the service that would listen there", async () => {
    using dir = new TempDir();
    expect((await failure(dir.join("libvirt-sock"))).message).toContain("systemctl start libvirtd.socket");
    expect((await failure(dir.join("libvirt-sock-ro"))).message).toContain("libvirtd-ro.socket");
    expect((await failure(dir.join("virtqemud-sock"))).message).toContain("systemctl start virtqemud.socket");
  });

  it("tells a stale socket and a plain file from a missing one", async () => {
    using dir = new TempDir();
    writeFileSync(dir.join("libvirt-sock"), "");
    const error = await failure(dir.join("libvirt-sock"));
    expect(error.message).toContain("ECONNREFUSED: connection refused");
    expect(error.message).toContain("stale");
  });

  it("tells a path that goes through a file", async () => {
    using dir = new TempDir();
    writeFileSync(dir.join("file"), "");
    expect((await failure(dir.join("file", "sock"))).message).toContain("ENOTDIR");
  });

  it("refuses a path that no socket can have, before it is cut short", async () => {
    const error = await failure(`/tmp/${"x".repeat(103)}`);
    expect(error.message).toMatch(/108 bytes.*107/);
    expect((await failure(`/tmp/${"x".repeat(102)}`)).message).toContain("ENOENT");
    expect((await failure(`/tmp/${"é".repeat(52)}`)).message).toContain("109 bytes");
  });

  it("serves a hundred at once, where the listener's queue is short too", async () => {
    await using server = await UnixServer.listen(1);
    const all = await Promise.all(
      Array.from({ length: 100 }, async () => await dialUnix({ path: server.path })),
    );
    expect(all.length).toBe(100);
    const gots = all.map((near) => collect(near));
    for (const near of all) near.end();
    for (const far of server.sockets) far.resume().on("end", () => far.end());
    await Promise.all(gots.map(async (got) => await got.closed));
    expect(gots.every((got) => got.error === undefined)).toBe(true);
  });

  it("rejects at once for a signal that has fired already", async () => {
    await using server = await UnixServer.listen();
    const dialling = dialUnix({ path: server.path, signal: AbortSignal.abort("because") });
    await expect(dialling).rejects.toMatchObject({
      code: "CALL_ABORTED",
      name: "AbortError",
      cause: "because",
    });
    await sleep(20);
    expect(server.sockets.length).toBe(0);
  });

  it("leaves no socket behind when aborted on the way", async () => {
    await using server = await UnixServer.listen();
    const controller = new AbortController();
    const dialling = dialUnix({ path: server.path, signal: controller.signal });
    controller.abort();
    await expect(dialling).rejects.toMatchObject({ code: "CALL_ABORTED" });
  });

  it("forgets the signal once it is connected", async () => {
    await using server = await UnixServer.listen();
    const controller = new AbortController();
    const near = await dialUnix({ path: server.path, signal: controller.signal, timeoutMs: 1000 });
    controller.abort();
    await sleep(1100);
    const got = collect(near);
    (await server.accepted()).end("still here");
    await got.closed;
    expect(got.text).toBe("still here");
  });
});

describe("dialUnix to a listener that accepts nobody", () => {
  it("gives up at the time limit or the signal, and leaves nothing behind", async () => {
    using dir = new TempDir();
    const path = dir.join("s");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen({ path, backlog: 1 }, resolve));
    // As long as this turn of the loop lasts nothing is accepted; dialling begins in it, before any await.
    const queued = Array.from({ length: 3 }, async () => await dialUnix({ path }));
    const late = dialUnix({ path, timeoutMs: 0 });
    const controller = new AbortController();
    const aborted = dialUnix({ path, signal: controller.signal });
    controller.abort(new Error("no longer wanted"));
    await expect(late).rejects.toMatchObject({
      code: "CALL_TIMEOUT",
      message: expect.stringContaining("0 ms"),
    });
    await expect(aborted).rejects.toMatchObject({ code: "CALL_ABORTED" });
    for (const near of await Promise.all(queued)) near.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});
