import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { RpcClient } from "../../src/protocol/index.js";
import { memoryPair } from "../../src/transport/index.js";
import { FakeDaemon } from "./fake-daemon.js";

const PING = 1;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ["setImmediate", "queueMicrotask", "nextTick"] });
});
afterEach(() => {
  jest.useRealTimers();
});

async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

function rig(): { client: RpcClient; daemon: FakeDaemon } {
  const [near, far] = memoryPair({ peer: "unix:/test.sock" });
  return { client: new RpcClient(near), daemon: new FakeDaemon(far) };
}

async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    jest.advanceTimersByTime(1000);
    await turns();
  }
}

it("asks count times, an interval apart, then gives up an interval later", async () => {
  const { client, daemon } = rig();
  client.keepAlive({ interval: 5, count: 3 });
  await pass(4);
  expect(daemon.keepalive).toEqual([]);
  await pass(1);
  expect(daemon.keepalive).toEqual([PING]);
  await pass(14);
  expect(daemon.keepalive).toEqual([PING, PING, PING]);
  expect(client.open).toBe(true);
  await pass(1);
  expect(client.open).toBe(false);
  expect(await client.closed).toMatchObject({ reason: "keepalive" });
});

it("never gives up a peer that answers, whenever the answer comes", async () => {
  for (const answerAfter of [0, 1, 4]) {
    const { client, daemon } = rig();
    client.keepAlive({ interval: 5, count: 1 });
    let asked = 0;
    for (let second = 0; second < 120; second++) {
      await pass(1);
      if (daemon.keepalive.length <= asked) continue;
      asked = daemon.keepalive.length;
      await pass(answerAfter);
      daemon.ping();
      await turns();
      asked = daemon.keepalive.length;
    }
    expect([answerAfter, client.open]).toEqual([answerAfter, true]);
    client.close();
  }
});

it("counts any packet as a sign of life, and can be turned off", async () => {
  const { client, daemon } = rig();
  client.keepAlive({ interval: 5, count: 0 });
  for (let i = 0; i < 10; i++) {
    await pass(4);
    daemon.ping();
    await turns();
  }
  expect(client.open).toBe(true);
  client.keepAlive(undefined);
  await pass(100);
  expect(client.open).toBe(true);
  expect(daemon.keepalive.every((procedure) => procedure !== PING)).toBe(true);
});
