import { randomBytes } from "node:crypto";
import { mkdtemp, open, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openSource } from "../../src/api/streams/source.js";

const content = randomBytes(9_000_001);
let dir = "";
let path = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "source-"));
  path = join(dir, "file");
  await writeFile(path, content);
});
afterAll(() => rm(dir, { recursive: true }));

async function openFiles(): Promise<number> {
  return (await readdir("/proc/self/fd")).length;
}

describe("a file as the source of an upload", () => {
  it.each([true, false])(
    "gives all of it, whether its memory may be used again (%p) or not",
    async (gone) => {
      const before = await openFiles();
      const { size, chunks, reuse, close } = await openSource(path);
      expect(size).toBe(BigInt(content.length));
      reuse?.(() => gone);
      const memory = new Set<ArrayBufferLike>();
      const copies: Uint8Array[] = [];
      const kept: Uint8Array[] = [];
      for await (const chunk of chunks) {
        memory.add(chunk.buffer);
        copies.push(Uint8Array.from(chunk));
        kept.push(chunk);
      }
      expect(Buffer.concat(copies).equals(content)).toBe(true);
      // What is still on its way out is not overwritten.
      expect(Buffer.concat(kept).equals(content)).toBe(!gone);
      expect(memory.size).toBe(gone ? 2 : copies.length);
      await close();
      expect(await openFiles()).toBe(before);
    },
  );

  it("is closed when nobody begins to read it, or stops in the middle", async () => {
    const before = await openFiles();
    await (await openSource(path)).close();
    expect(await openFiles()).toBe(before);
    const { chunks, close } = await openSource(path);
    for await (const _ of chunks) break;
    await close();
    expect(await openFiles()).toBe(before);
  });

  it("stays open if it was given open", async () => {
    const file = await open(path);
    const { chunks, close } = await openSource(file);
    for await (const _ of chunks) break;
    await close();
    expect((await file.stat()).size).toBe(content.length);
    await file.close();
    const folder = await openSource(dir);
    await expect(folder.chunks[Symbol.asyncIterator]().next()).rejects.toThrow("EISDIR");
    await folder.close();
  });
});
