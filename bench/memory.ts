/** memory.js garbage URI allocated|kept; idle|bare URI COUNT heap|rss: prints kB. Wants --expose-gc. */
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../src/index.js";

const [, , what = "", uri = "", ...rest] = process.argv;
const collect = (globalThis as { gc?: () => void }).gc ?? ((): void => undefined);

async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let i = 0; i < 3; i++) {
    collect();
    await sleep(20);
  }
  return process.memoryUsage();
}

async function garbage(which: string): Promise<number> {
  await using conn = await connect(uri);
  for (let i = 0; i < 5; i++) await conn.getAllDomainStats();
  const before = await settled();
  const result = await conn.getAllDomainStats();
  const after = which === "kept" ? await settled() : process.memoryUsage();
  if (result.length === 0) throw new Error("nothing came");
  return after.heapUsed - before.heapUsed;
}

async function open(): Promise<() => Promise<void>> {
  if (what === "bare") {
    const socket = connectSocket(new URL(uri).searchParams.get("socket") ?? "");
    socket.on("data", () => undefined);
    await once(socket, "connect");
    return async () => {
      socket.destroy();
    };
  }
  const conn = await connect(uri);
  await conn.getLibVersion();
  return () => conn.close();
}

async function idle(count: number, which: string): Promise<number> {
  // The first one loads what all need.
  const close = [await open(), await open()];
  const before = await settled();
  for (let i = 0; i < count; i++) close.push(await open());
  const after = await settled();
  const key = which === "rss" ? "rss" : "heapUsed";
  await Promise.all(close.map((each) => each()));
  return (after[key] - before[key]) / count;
}

const bytes =
  what === "garbage" ? await garbage(rest[0] ?? "") : await idle(Number(rest[0]), rest[1] ?? "heap");
console.log(bytes / 1000);
