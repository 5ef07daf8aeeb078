import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { ErrorDomain, ErrorNumber } from "../../../src/protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_GET_HOSTNAME,
  REMOTE_PROC_STORAGE_VOL_DOWNLOAD,
  REMOTE_PROC_STORAGE_VOL_UPLOAD,
} from "../../../src/protocol/generated/remote/index.js";
import { remoteConnectProcedures } from "../../../src/protocol/generated/remote/served/connect.js";
import { remoteStorageVolProcedures } from "../../../src/protocol/generated/remote/served/storage-vol.js";
import { RpcClient } from "../../../src/protocol/index.js";
import {
  RouteTable,
  RpcServer,
  refusal,
  route,
  type ServedStream,
  type StreamHole,
} from "../../../src/protocol/server/index.js";
import { openStream, type RpcStream } from "../../../src/protocol/streams/index.js";
import { memoryPair } from "../../../src/transport/index.js";
import { scribbling } from "../scribbling.js";

const SERVED = [...remoteConnectProcedures, ...remoteStorageVolProcedures];
const ARGS = { vol: { pool: "p", name: "v", key: "k" }, offset: 0n, length: 0n, flags: 0 };

interface Rig {
  readonly client: RpcClient;
  readonly server: RpcServer<object>;
  readonly ends: boolean[];
  readonly download: () => Promise<RpcStream>;
  readonly upload: () => Promise<RpcStream>;
}

function rig(served: ServedStream, chunkSize?: () => number): Rig {
  const [here, there] = memoryPair(chunkSize === undefined ? {} : { chunkSize });
  const ends: boolean[] = [];
  const open = { ...served, ended: (finished: boolean) => ends.push(finished) };
  const routes = new RouteTable<object>(SERVED, [
    route(REMOTE_PROC_CONNECT_GET_HOSTNAME, () => ({ hostname: "here" })),
    route(REMOTE_PROC_STORAGE_VOL_DOWNLOAD, (_args, call) => call.openStream(open)),
    route(REMOTE_PROC_STORAGE_VOL_UPLOAD, (_args, call) => call.openStream(open)),
  ]);
  const server = new RpcServer(scribbling(there), { open: () => ({}), routes });
  const client = new RpcClient(scribbling(here));
  return {
    client,
    server,
    ends,
    download: async () => (await openStream(client, REMOTE_PROC_STORAGE_VOL_DOWNLOAD, ARGS)).stream,
    upload: async () => (await openStream(client, REMOTE_PROC_STORAGE_VOL_UPLOAD, ARGS)).stream,
  };
}

/** Reads a stream to its end, and finishes it there. */
async function readAll(stream: RpcStream): Promise<(string | bigint)[]> {
  const items: (string | bigint)[] = [];
  await new Promise<void>((resolve, reject) => {
    stream.start({
      onData: (bytes) => items.push(Buffer.from(bytes).toString("latin1")),
      onHole: (length) => items.push(length),
      onEnd: () => stream.finish(),
      onDrain: () => undefined,
      onClose: (error) => (error === undefined ? resolve() : reject(error)),
    });
  });
  return items;
}

function closing(stream: RpcStream): Promise<Error | undefined> {
  return new Promise((resolve) => {
    stream.start({
      onData: () => undefined,
      onHole: () => undefined,
      onEnd: () => undefined,
      onDrain: () => undefined,
      onClose: resolve,
    });
  });
}

const settled = async (condition: () => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
};

async function* items(...all: readonly (Uint8Array | StreamHole)[]): AsyncGenerator<Uint8Array | StreamHole> {
  yield* all;
}

describe("a stream that is served", () => {
  it.each([undefined, () => 7])("gives bytes and holes in their order", async (chunkSize) => {
    const { client, download, ends } = rig(
      { source: items(Buffer.from("one"), { hole: 5_000_000_000n }, Buffer.from("two")) },
      chunkSize,
    );
    expect(await readAll(await download())).toEqual(["one", 5_000_000_000n, "two"]);
    expect(ends).toEqual([true]);
    client.close();
  });

  it("cuts what is too long for a packet", async () => {
    const bytes = Buffer.alloc(1_000_003, "abcdefg");
    const { client, download } = rig({ source: items(bytes) });
    const pieces = await readAll(await download());
    expect(pieces.length).toBe(4);
    expect(pieces.join("")).toBe(bytes.toString());
    client.close();
  });

  it("asks the source for no more than the client takes", async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given++;
        yield Buffer.alloc(65_536);
      }
    }
    const { client, download, ends } = rig({ source: endless() });
    const stream = await download();
    await settled(() => given > 1000);
    // 8 MiB wait at the client until somebody reads, and then the transport fills.
    expect(given).toBeLessThan(300);
    stream.abort();
    await settled(() => ends.length > 0);
    expect(ends).toEqual([false]);
    await expect(client.call(REMOTE_PROC_CONNECT_GET_HOSTNAME, undefined)).resolves.toBeDefined();
    client.close();
  });

  it("ends with the error of its source", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("some");
      throw refusal(ErrorNumber.SYSTEM_ERROR, ErrorDomain.STORAGE, "the disk is gone", { int1: 5 });
    }
    const { client, download, ends } = rig({ source: broken() });
    await expect(readAll(await download())).rejects.toMatchObject({
      code: "SYSTEM_ERROR",
      message: "the disk is gone",
      int1: 5,
    });
    expect(ends).toEqual([false]);
    client.close();
  });

  it("hands on what the client sends, and confirms the end", async () => {
    const hash = createHash("sha256");
    const holes: bigint[] = [];
    let most = 0;
    let writing = 0;
    const { client, upload, ends } = rig({
      sink: {
        write: async (bytes) => {
          most = Math.max(most, ++writing);
          await new Promise((resolve) => setImmediate(resolve));
          hash.update(bytes);
          writing--;
        },
        hole: (length) => {
          holes.push(length);
        },
        finish: () => undefined,
      },
    });
    const stream = await upload();
    const closed = closing(stream);
    const expected = createHash("sha256");
    for (let i = 0; i < 50; i++) {
      const bytes = Buffer.alloc(10_000 + i, i);
      expected.update(bytes);
      stream.send(bytes);
      stream.sendHole(BigInt(i + 1));
    }
    stream.finish();
    expect(await closed).toBeUndefined();
    expect(hash.digest("hex")).toBe(expected.digest("hex"));
    expect(holes).toEqual(Array.from({ length: 50 }, (_, i) => BigInt(i + 1)));
    expect(most).toBe(1);
    expect(ends).toEqual([true]);
    client.close();
  });

  it.each(["write", "finish"] as const)("tells the client that its sink failed to %s", async (step) => {
    const fail = (): never => {
      throw refusal(ErrorNumber.SYSTEM_ERROR, ErrorDomain.STREAMS, "no space");
    };
    const sink = { write: () => undefined, finish: () => undefined, [step]: fail };
    const { client, upload, ends } = rig({ sink });
    const stream = await upload();
    const closed = closing(stream);
    stream.send(Buffer.from("x"));
    stream.finish();
    expect(await closed).toMatchObject({ message: "no space" });
    expect(ends).toEqual([false]);
    await expect(client.call(REMOTE_PROC_CONNECT_GET_HOSTNAME, undefined)).resolves.toBeDefined();
    client.close();
  });

  it("refuses bytes where nothing can be written", async () => {
    const { client, download } = rig({ source: items() });
    const stream = await download();
    const closed = closing(stream);
    stream.send(Buffer.from("x"));
    expect(await closed).toMatchObject({ code: "NO_SUPPORT" });
    client.close();
  });

  it("takes a hole that was not agreed on for the end of the connection, as libvirtd does", async () => {
    const { client, upload, ends } = rig({ sink: { write: () => undefined, finish: () => undefined } });
    const stream = await upload();
    const closed = closing(stream);
    stream.sendHole(1n);
    expect(await closed).toMatchObject({ code: "CONNECTION_CLOSED" });
    expect(ends).toEqual([false]);
    await client.closed;
  });

  it.each(["client", "server"])("ends when the %s's connection does", async (side) => {
    async function* waiting(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("first");
      await new Promise(() => undefined);
    }
    const { client, server, download, ends } = rig({ source: waiting() });
    const closed = closing(await download());
    if (side === "client") client.close();
    else server.close();
    expect(await closed).toMatchObject({ code: "CONNECTION_CLOSED" });
    await settled(() => ends.length > 0);
    expect(ends).toEqual([false]);
  });
});
