import { setTimeout as sleep } from "node:timers/promises";

/** How long closing may take: sockets tell of their end some turns later, and farewells wait for a busy daemon. */
const SETTLE_MS = 10_000;
/** What a program holds by mistake. Others, such as a write to the terminal, come and go on their own. */
const KINDS = /Socket|Server|Pipe|Process|Timeout|Immediate|TLS/;

/** Runs `body`, then rejects when more sockets, processes or timers keep Node from ending than before. */
export async function expectNoLeaks<T>(body: () => Promise<T>): Promise<T> {
  const before = countOpen();
  const result = await body();
  const end = Date.now() + SETTLE_MS;
  let left = newSince(before);
  while (left.length > 0) {
    if (Date.now() > end) throw new Error(`left open: ${left.join(", ")}`);
    await sleep(10);
    left = newSince(before);
  }
  return result;
}

function countOpen(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (KINDS.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function newSince(before: ReadonlyMap<string, number>): string[] {
  const excess = Array.from(countOpen(), ([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const);
  return excess.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
}
