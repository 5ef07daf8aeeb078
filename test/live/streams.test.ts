import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createReadStream } from "node:fs";
import { open, readdir, readFile, readlink, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type Connection,
  type ConnectionState,
  connect,
  type StoragePool,
  type StorageVol,
} from "../../src/index.js";
import { Random, runSeed } from "../protocol/random.js";
import { bundleProgram } from "../support/bundle.js";
import { expectNoLeaks } from "../support/leaks.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { virsh } from "../support/virsh.js";

const MiB = 1024 * 1024;

let daemon: Libvirtd;
let conn: Connection;
let pool: StoragePool;
let count = 0;
beforeAll(async () => {
  // With a file system that is full soon.
  const small = "mkdir -p /var/lib/libvirt/small; mount -t tmpfs -o size=2m tmpfs /var/lib/libvirt/small";
  daemon = await startLibvirtd({ prepare: small });
  conn = await connect(daemon.uri("qemu"));
  const xml = `<pool type="dir"><name>files</name><target><path>${join(daemon.dir, "pool")}</path></target></pool>`;
  pool = await conn.storagePoolDefineXML(xml);
  await pool.build();
  await pool.create();
}, 60_000);
afterAll(async () => {
  await conn.close();
  await daemon.stop();
});

async function volume(bytes: number): Promise<StorageVol> {
  const name = `volume-${count++}`;
  return await pool.storageVolCreateXML(
    `<volume><name>${name}</name><capacity>${bytes}</capacity><allocation>0</allocation><target><format type="raw"/></target></volume>`,
  );
}

function path(vol: StorageVol): string {
  return vol.key;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

async function allocated(file: string): Promise<number> {
  return (await stat(file)).blocks * 512;
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  return Buffer.concat(await stream.toArray());
}

/** Random bytes at some places of a file that is otherwise a hole. */
async function sparseFile(file: string, size: number): Promise<void> {
  await writeFile(file, "");
  await truncate(file, size);
  const handle = await open(file, "r+");
  for (const at of [0, Math.floor(size / 3), Math.floor(size / 2) + 12_345, size - 2 * MiB]) {
    await handle.write(randomBytes(MiB), 0, MiB, at);
  }
  await handle.close();
}

describe("a volume", () => {
  it("takes what it is given, and gives it back", async () => {
    const content = randomBytes(5 * MiB + 123);
    const sources: [string, () => Promise<Parameters<StorageVol["upload"]>[0]>][] = [
      ["bytes", async () => content],
      ["a blob", async () => new Blob([content])],
      ["a Node stream", async () => Readable.from([content.subarray(0, 1000), content.subarray(1000)])],
      ["a web stream", async () => new Blob([content]).stream() as never],
      ["chunks", async () => [content.subarray(0, MiB), content.subarray(MiB, MiB), content.subarray(MiB)]],
      [
        "a path",
        async () => {
          await writeFile(join(daemon.dir, "source"), content);
          return join(daemon.dir, "source");
        },
      ],
    ];
    for (const [name, source] of sources) {
      const vol = await volume(content.length);
      await vol.upload(await source());
      const onDisk = await readFile(path(vol));
      expect([name, onDisk.equals(content)]).toEqual([name, true]);
      expect([name, (await bytesOf(await vol.download())).equals(content)]).toEqual([name, true]);
      await vol.delete();
    }
  }, 60_000);

  it("gives and takes a part", async () => {
    const vol = await volume(MiB);
    const content = randomBytes(MiB);
    await vol.upload(content);
    const part = randomBytes(1000);
    await vol.upload(part, { offset: 5000n, length: 1000n });
    part.copy(content, 5000);
    expect((await readFile(path(vol))).equals(content)).toBe(true);
    const middle = await bytesOf(await vol.download({ offset: 4000n, length: 3000n }));
    expect(middle.equals(content.subarray(4000, 7000))).toBe(true);
    const web = Readable.toWeb(await vol.download()) as ReadableStream<Uint8Array>;
    expect(Buffer.from(await new Response(web).arrayBuffer()).equals(content)).toBe(true);
  });

  it("tells how far it is", async () => {
    const vol = await volume(3 * MiB);
    const seen: bigint[] = [];
    await vol.upload(randomBytes(3 * MiB), {
      onProgress: ({ transferred, total }) => {
        expect(total).toBe(BigInt(3 * MiB));
        seen.push(transferred);
      },
    });
    expect(seen.at(-1)).toBe(BigInt(3 * MiB));
    const down: bigint[] = [];
    const stream = await vol.download({ onProgress: ({ transferred }) => down.push(transferred) });
    await bytesOf(stream);
    expect(down.at(-1)).toBe(BigInt(3 * MiB));
    expect(down.length).toBeGreaterThan(5);
  });

  it("keeps its holes, both ways", async () => {
    const file = join(daemon.dir, "sparse");
    await sparseFile(file, 64 * MiB);
    const vol = await volume(64 * MiB);
    await vol.upload(file, { sparse: true });
    expect(await sha256(path(vol))).toBe(await sha256(file));
    expect(await allocated(path(vol))).toBeLessThan(6 * MiB);
    const copy = join(daemon.dir, "copy");
    await vol.downloadTo(copy);
    expect(await sha256(copy)).toBe(await sha256(file));
    expect(await allocated(copy)).toBeLessThan(6 * MiB);
    // As bytes, holes are zeros, whether they travel or not.
    for (const sparse of [false, true]) {
      const hash = createHash("sha256");
      for await (const chunk of await vol.download({ sparse })) {
        hash.update(chunk as Buffer);
        // They are the reader's, to do with as it likes.
        (chunk as Buffer).fill(7);
      }
      expect([sparse, hash.digest("hex")]).toEqual([sparse, await sha256(file)]);
    }
    let holes = 0n;
    let data = 0;
    for await (const segment of await vol.downloadSegments({ sparse: true })) {
      if ("hole" in segment) holes += segment.hole;
      else data += segment.data.length;
    }
    expect(holes + BigInt(data)).toBe(BigInt(64 * MiB));
    expect(data).toBeLessThan(6 * MiB);
  }, 60_000);

  it("is the same to virsh", async () => {
    const content = randomBytes(3 * MiB);
    const vol = await volume(content.length);
    await vol.upload(content);
    const file = join(daemon.dir, "by-virsh");
    expect((await virsh(daemon.uri("qemu"), "vol-download", path(vol), file)).code).toBe(0);
    expect((await readFile(file)).equals(content)).toBe(true);
    await writeFile(file, content.reverse());
    expect((await virsh(daemon.uri("qemu"), "vol-upload", path(vol), file)).code).toBe(0);
    expect((await bytesOf(await vol.download())).equals(content)).toBe(true);
  });
});

describe("large volumes", () => {
  // Bytes go through and are not kept: measured in a process that does nothing else.
  const PROGRAM = `
    import { createHash } from "node:crypto";
    import { connect } from "./src/index.ts";
    const [uri, key, file, sparse] = process.argv.slice(2);
    const conn = await connect(uri);
    const vol = await conn.storageVolLookupByKey(key);
    globalThis.gc();
    const idle = process.memoryUsage().rss;
    let peak = 0;
    const watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss); }, 5);
    await vol.upload(file, { sparse: sparse === "sparse" });
    const hash = createHash("sha256");
    for await (const chunk of await vol.download({ sparse: sparse === "sparse" })) hash.update(chunk);
    if (sparse === "sparse") await vol.downloadTo(file + ".copy");
    clearInterval(watch);
    console.log(JSON.stringify({ hash: hash.digest("hex"), grown: peak - idle }));
    await conn.close();
  `;

  it.each([
    ["1 GiB sparse", 1024 * MiB, true],
    ["256 MiB dense", 256 * MiB, false],
  ])(
    "go up and down in little memory: %s",
    async (_, size, sparse) => {
      const program = join(daemon.dir, "transfer.mjs");
      await bundleProgram(PROGRAM, program);
      const file = join(daemon.dir, "large");
      if (sparse) await sparseFile(file, size);
      else {
        const handle = await open(file, "w");
        for (let at = 0; at < size; at += 16 * MiB) await handle.write(randomBytes(16 * MiB));
        await handle.close();
      }
      const vol = await volume(size);
      const args = ["--expose-gc", program, daemon.uri("qemu"), path(vol), file, sparse ? "sparse" : "dense"];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 400_000 });
      const { hash, grown } = JSON.parse(stdout) as { hash: string; grown: number };
      const expected = await sha256(file);
      expect(hash).toBe(expected);
      expect(await sha256(path(vol))).toBe(expected);
      console.info(`${size / MiB} MiB: memory grew by ${Math.round(grown / MiB)} MiB`);
      expect(grown).toBeLessThan(100 * MiB);
      if (sparse) {
        expect(await allocated(path(vol))).toBeLessThan(8 * MiB);
        expect(await sha256(`${file}.copy`)).toBe(expected);
        expect(await allocated(`${file}.copy`)).toBeLessThan(8 * MiB);
      }
      await vol.delete();
    },
    600_000,
  );
});

describe("a transfer that goes wrong", () => {
  it.each([
    ["fewer", 900n, "STREAM_SHORT"],
    ["more", 1100n, "STREAM_LONG"],
  ])("fails if the source has %s bytes than announced", async (_, size, code) => {
    const vol = await volume(MiB);
    const source = Readable.from([Buffer.alloc(Number(size))]);
    await expect(vol.upload(source, { length: 1000n })).rejects.toMatchObject({ code });
    expect(conn.isAlive()).toBe(true);
    await vol.upload(Buffer.alloc(1000), { length: 1000n });
  });

  it("fails with the source's own error", async () => {
    const vol = await volume(MiB);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(100_000);
      throw new Error("the tape is torn");
    }
    await expect(vol.upload(broken())).rejects.toThrow("the tape is torn");
    await expect(vol.upload(["text"] as never)).rejects.toThrow(/gave string, not a Uint8Array/);
    await expect(vol.upload(join(daemon.dir, "none"))).rejects.toThrow(/ENOENT/);
    expect((await bytesOf(await vol.download())).length).toBe(MiB);
  });

  it("fails with the daemon's error, in the beginning and in the middle", async () => {
    const vol = await volume(MiB);
    await expect(vol.download({ offset: -1n })).rejects.toMatchObject({ code: "INVALID_VALUE" });
    await vol.delete();
    await expect(vol.download()).rejects.toMatchObject({ code: "NO_STORAGE_VOL" });
    await expect(vol.upload(Buffer.alloc(10))).rejects.toMatchObject({ code: "NO_STORAGE_VOL" });
    const small = await conn.storagePoolDefineXML(
      '<pool type="dir"><name>small</name><target><path>/var/lib/libvirt/small</path></target></pool>',
    );
    await small.create();
    const full = await small.storageVolCreateXML(
      "<volume><name>full</name><capacity>8388608</capacity><allocation>0</allocation></volume>",
    );
    await expect(full.upload(randomBytes(8 * MiB))).rejects.toMatchObject({ code: "SYSTEM_ERROR", int1: 28 });
    expect(conn.isAlive()).toBe(true);
  });

  it("takes up nothing if it has nowhere to go, or is left before it began", async () => {
    const vol = await volume(64 * MiB);
    await expectNoLeaks(async () => {
      for (const dedicated of [false, true]) {
        const nowhere = vol.downloadTo(join(daemon.dir, "none", "file"), { dedicated });
        await expect(nowhere).rejects.toMatchObject({ code: "ENOENT" });
        const pieces = await vol.downloadSegments({ dedicated });
        await pieces.return?.();
        expect(await pieces.next()).toEqual({ value: undefined, done: true });
      }
    });
    // The volume is free at once.
    await vol.upload(Buffer.alloc(1000), { length: 1000n });
  });

  it("leaves its source closed, though it never began", async () => {
    const gone = await volume(MiB);
    await gone.delete();
    const file = join(daemon.dir, "closed");
    await writeFile(file, randomBytes(1000));
    const openFiles = async (): Promise<string[]> => {
      const fds = await readdir("/proc/self/fd");
      const paths = await Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
      return paths.filter((path) => path === file);
    };
    await expect(gone.upload(file)).rejects.toMatchObject({ code: "NO_STORAGE_VOL" });
    const source = Readable.from([Buffer.alloc(10)]);
    await expect(gone.upload(source)).rejects.toMatchObject({ code: "NO_STORAGE_VOL" });
    expect(source.destroyed).toBe(true);
    const web = new Blob(["text"]).stream();
    await expect(gone.upload(web as never)).rejects.toMatchObject({ code: "NO_STORAGE_VOL" });
    expect(await web.getReader().read()).toMatchObject({ done: true });
    for (const end = Date.now() + 10_000; (await openFiles()).length > 0 && Date.now() < end; )
      await sleep(5);
    expect(await openFiles()).toEqual([]);
  });

  it("ends by its signal", async () => {
    const vol = await volume(64 * MiB);
    const controller = new AbortController();
    const stream = await vol.download({ signal: controller.signal });
    stream.once("data", () => controller.abort());
    await expect(bytesOf(stream)).rejects.toMatchObject({ name: "AbortError", code: "CALL_ABORTED" });
    const uploading = vol.upload(forever(), { signal: AbortSignal.timeout(100) });
    await expect(uploading).rejects.toMatchObject({ code: "CALL_ABORTED" });
    await expect(vol.download({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "CALL_ABORTED",
    });
    expect((await conn.storageVolLookupByKey(vol.key)).name).toBe(vol.name);
  });

  it("ends after its time", async () => {
    const vol = await volume(64 * MiB);
    const stream = await vol.download({ timeoutMs: 1000 });
    const late = { name: "CallTimeoutError", code: "CALL_TIMEOUT" };
    await expect(new Promise((_, reject) => stream.once("error", reject))).rejects.toMatchObject({
      ...late,
      message:
        "the stream of REMOTE_PROC_STORAGE_VOL_DOWNLOAD was not done within 1000 ms; it was broken off",
    });
    await expect(vol.upload(forever(), { timeoutMs: 100 })).rejects.toMatchObject(late);
    const slowly = async (): Promise<void> => {
      for await (const _ of await vol.downloadSegments({ timeoutMs: 100 })) await sleep(30);
    };
    await expect(slowly()).rejects.toMatchObject(late);
    // What is in time is not touched.
    await expectNoLeaks(async () => {
      await vol.upload(Buffer.alloc(1000), { timeoutMs: 60_000, length: 1000n });
      expect((await bytesOf(await vol.download({ timeoutMs: 60_000, length: 10n }))).length).toBe(10);
    });
  });

  it("ends though its source gives nothing", async () => {
    const vol = await volume(MiB);
    const silent = (): Readable => new Readable({ read: () => undefined });
    await expectNoLeaks(async () => {
      const source = silent();
      const aborted = vol.upload(source, { signal: AbortSignal.timeout(50) });
      await expect(aborted).rejects.toMatchObject({ code: "CALL_ABORTED" });
      expect(source.destroyed).toBe(true);
      await expect(vol.upload(silent(), { timeoutMs: 50 })).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
      const other = await connect(daemon.uri("qemu"));
      const theirs = await other.storageVolLookupByKey(vol.key);
      const lost = expect(theirs.upload(silent())).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
      await sleep(50);
      await other.close();
      await lost;
    });
    expect((await bytesOf(await vol.download())).length).toBe(MiB);
  });

  it("ends with the connection", async () => {
    const other = await connect(daemon.uri("qemu"));
    const vol = await other.storageVolLookupByKey((await volume(64 * MiB)).key);
    const stream = await vol.download();
    const reading = bytesOf(stream);
    const uploading = vol.upload(forever());
    const settled = Promise.allSettled([reading, uploading]);
    await other.close();
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_CLOSED" } });
    }
  });

  it("leaves the connection as it was, however often it is broken off", async () => {
    const vol = await volume(4 * MiB);
    await vol.upload(randomBytes(4 * MiB));
    const random = new Random(runSeed("streams"));
    await expectNoLeaks(async () => {
      for (let i = 0; i < 200; i++) {
        const limit = random.below(3 * MiB);
        if (i % 2 === 0) {
          const stream = await vol.download();
          let got = 0;
          for await (const chunk of stream) {
            got += (chunk as Buffer).length;
            if (got > limit) break;
          }
        } else {
          const controller = new AbortController();
          const uploading = vol.upload(forever(), {
            signal: controller.signal,
            onProgress: ({ transferred }) => transferred > BigInt(limit) && controller.abort(),
          });
          await expect(uploading).rejects.toMatchObject({
            code: expect.stringMatching(/ABORTED|SYSTEM_ERROR/),
          });
        }
      }
    });
    expect((await bytesOf(await vol.download())).length).toBeGreaterThanOrEqual(4 * MiB);
    expect(await conn.getHostname()).not.toBe("");
  }, 120_000);
});

async function* forever(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.alloc(100_000, 7);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("streams beside other things", () => {
  it("go on together, with calls between them", async () => {
    const content = randomBytes(8 * MiB);
    const volumes = await Promise.all([volume(8 * MiB), volume(8 * MiB), volume(8 * MiB)]);
    const transfers = Promise.all(
      volumes.map(async (vol) => {
        await vol.upload(content);
        return await bytesOf(await vol.download());
      }),
    );
    for (let i = 0; i < 50; i++) expect(await conn.getHostname()).not.toBe("");
    for (const bytes of await transfers) expect(bytes.equals(content)).toBe(true);
  }, 60_000);

  it("that nobody reads do not stop the others for ever", async () => {
    const vol = await volume(64 * MiB);
    await vol.upload(randomBytes(64 * MiB));
    const states: [string, string | undefined][] = [];
    const note = (message: unknown): void => {
      const { state, stream: name } = message as ConnectionState;
      states.push([state, name]);
    };
    subscribe("libvirt-rpc:connection", note);
    const stream = await vol.download({ bufferBytes: MiB, stallMs: 300 });
    const error = new Promise((resolve) => stream.once("error", resolve));
    // Waits while the connection is paused, then comes through.
    expect(await conn.getHostname()).not.toBe("");
    stream.once("data", () => stream.pause());
    expect(await error).toMatchObject({ code: "STREAM_STALLED" });
    expect(await conn.getHostname()).not.toBe("");
    unsubscribe("libvirt-rpc:connection", note);
    const name = "REMOTE_PROC_STORAGE_VOL_DOWNLOAD";
    expect(states.slice(0, 2)).toEqual([
      ["paused", name],
      ["resumed", name],
    ]);
    expect(states.at(-1)).toEqual(["resumed", name]);
  }, 60_000);

  it("are given up before they have a connection of their own, or if there is none any more", async () => {
    const vol = await volume(MiB);
    await expectNoLeaks(async () => {
      const controller = new AbortController();
      const opening = vol.download({ dedicated: true, signal: controller.signal });
      controller.abort();
      await expect(opening).rejects.toMatchObject({ code: "CALL_ABORTED" });
      await expect(vol.download({ dedicated: true, timeoutMs: 0.1 })).rejects.toMatchObject({
        code: "CALL_TIMEOUT",
      });
      const other = await connect(daemon.uri("qemu"));
      const theirs = await other.storageVolLookupByKey(vol.key);
      await other.close();
      await expect(theirs.download({ dedicated: true })).rejects.toMatchObject({
        code: "CONNECTION_CLOSED",
        reason: "client",
      });
    });
  });

  it("may have a connection of their own", async () => {
    const content = randomBytes(4 * MiB);
    const vol = await volume(content.length);
    await expectNoLeaks(async () => {
      await vol.upload(content, { dedicated: true });
      const stream = await vol.download({ dedicated: true, bufferBytes: 100_000, stallMs: 60_000 });
      for (let i = 0; i < 5; i++) expect(await conn.getHostname()).not.toBe("");
      expect((await bytesOf(stream)).equals(content)).toBe(true);
    });
  });
});
