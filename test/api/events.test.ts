import { describe, expect, it, jest } from "@jest/globals";
import { Connection } from "../../src/api/connection.js";
import { EVENT_SOURCES, type EventSource } from "../../src/api/events/event-sources.js";
import type { HandleFactories } from "../../src/api/handle-factories.js";
import { makeHandles } from "../../src/api/make-handles.js";
import { Session } from "../../src/api/session.js";
import type { Domain, EventKind, LibvirtEvent } from "../../src/index.js";
import {
  REMOTE_PROC_CONNECT_EVENT_CONNECTION_CLOSED,
  REMOTE_PROC_CONNECT_SUPPORTS_FEATURE,
  RemoteConnectDomainEventCallbackRegisterAnyRet,
  RemoteConnectDomainEventRegisterRet,
  RemoteConnectSupportsFeatureRet,
} from "../../src/protocol/generated/remote/index.js";
import { RpcClient } from "../../src/protocol/index.js";
import { type Codec, xdrVoid } from "../../src/protocol/xdr-codec/index.js";
import { memoryPair } from "../../src/transport/index.js";
import { FakeDaemon } from "../protocol/fake-daemon.js";
import { heapInUse } from "../support/gc.js";

const uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";
const dom = { name: "guest", uuid, id: 3 };
const net = { name: "net", uuid };
const pool = { name: "pool", uuid };
const dev = { name: "dev" };
const secret = { uuid, usageType: 1, usageID: "id" };
const address = { family: 0, node: "h", service: "5900" };
const param = { field: "x", value: { type: 2 as const, value: 5 } };

/** What each kind carries besides its object: as the daemon sends it, and as users get it where that differs. */
const PAYLOADS: Readonly<Record<string, readonly [sent: object, got?: object]>> = {
  "domain.lifecycle": [{ event: 2, detail: 1 }],
  "domain.reboot": [{}],
  "domain.rtcChange": [{ offset: -3600n }],
  "domain.watchdog": [{ action: 2 }],
  "domain.ioError": [{ srcPath: "/a", devAlias: "d", action: 1 }],
  "domain.graphics": [
    { phase: 1, local: address, remote: address, authScheme: "vnc", subject: [{ type: "t", name: "n" }] },
  ],
  "domain.ioErrorReason": [{ srcPath: "/a", devAlias: "d", action: 1, reason: "enospc" }],
  "domain.controlError": [{}],
  "domain.blockJob": [{ path: "/a", type: 1, status: 0 }],
  "domain.diskChange": [{ oldSrcPath: "/a", newSrcPath: undefined, devAlias: "d", reason: 0 }],
  "domain.trayChange": [{ devAlias: "d", reason: 1 }],
  "domain.pmWakeup": [{}, { reason: 0 }],
  "domain.pmSuspend": [{}, { reason: 0 }],
  "domain.balloonChange": [{ actual: 2n ** 40n }],
  "domain.pmSuspendDisk": [{}, { reason: 0 }],
  "domain.deviceRemoved": [{ devAlias: "d" }],
  "domain.blockJob2": [{ dst: "vda", type: 1, status: 0 }],
  "domain.tunable": [{ params: [param] }, { params: { x: 5 } }],
  "domain.agentLifecycle": [{ state: 1, reason: 2 }],
  "domain.deviceAdded": [{ devAlias: "d" }],
  "domain.migrationIteration": [{ iteration: 7 }],
  "domain.jobCompleted": [{ params: [param] }, { params: { x: 5 } }],
  "domain.deviceRemovalFailed": [{ devAlias: "d" }],
  "domain.metadataChange": [{ type: 2, nsuri: "urn:x" }],
  "domain.blockThreshold": [{ dev: "vda", path: "/a", threshold: 5n, excess: 6n }],
  "domain.memoryFailure": [{ recipient: 1, action: 2, flags: 3 }],
  "domain.memoryDeviceSizeChange": [{ alias: "mem0", size: 4096n }],
  "domain.nicMacChange": [{ alias: "net0", oldMAC: "a", newMAC: "b" }],
  "domain.vcpuRemoved": [{ vcpuid: 4 }],
  "domain.channelLifecycle": [{ channelName: "org.x", state: 1, reason: 0 }],
  "network.lifecycle": [{ event: 1, detail: 0 }],
  "network.metadataChange": [{ type: 1, nsuri: undefined }],
  "storagePool.lifecycle": [{ event: 4, detail: 0 }],
  "storagePool.refresh": [{}],
  "nodeDevice.lifecycle": [{ event: 1, detail: 0 }],
  "nodeDevice.update": [{}],
  "secret.lifecycle": [{ event: 0, detail: 0 }],
  "secret.valueChanged": [{}],
  "qemu.monitor": [{ event: "STOP", seconds: 5n, micros: 6, details: "{}" }],
};
const OBJECTS = {
  domain: { dom },
  qemu: { dom },
  network: { net },
  storagePool: { pool },
  nodeDevice: { dev },
  secret: { secret },
} as const;
/** Where the payload lies behind a message of its own, with what newer daemons send before it. */
const WRAPPED = 16;

interface Rig {
  readonly conn: Connection;
  readonly daemon: FakeDaemon;
  /** Numbers of the callbacks that are registered, in order; a wish for an id, and its object. */
  readonly registered: number[];
  readonly deregistered: number[];
  readonly handle: (wire: typeof dom) => Domain;
  readonly send: (
    source: EventSource,
    payload: object,
    options?: { callbackID?: number; legacy?: boolean },
  ) => void;
}

function rig({ legacy = false } = {}): Rig {
  const [near, far] = memoryPair({ peer: "unix:/test.sock" });
  const daemon = new FakeDaemon(far);
  const registered: number[] = [];
  const deregistered: number[] = [];
  daemon.onCall = (call) => {
    const { procedure } = call;
    if (procedure === REMOTE_PROC_CONNECT_SUPPORTS_FEATURE.number) {
      call.reply(RemoteConnectSupportsFeatureRet, { supported: legacy ? 0 : 1 });
    } else if ([105, 106].includes(procedure)) {
      call.reply(RemoteConnectDomainEventRegisterRet, { cbRegistered: 1 });
    } else if ([317, 314, 369, 375, 381, 168].includes(procedure)) {
      deregistered.push(call.packet.payload.int());
      call.reply(xdrVoid, undefined);
    } else if ([167, 360].includes(procedure)) call.reply(xdrVoid, undefined);
    else if (call.packet.header.prog !== 0x20008086 && procedure === 5) call.reply(xdrVoid, undefined);
    else {
      registered.push(registered.length + 10);
      call.reply(RemoteConnectDomainEventCallbackRegisterAnyRet, { callbackID: registered.length + 9 });
    }
  };
  const session = new Session<HandleFactories>(new RpcClient(near), {
    factories: (own) => makeHandles(own, () => conn),
    leave: async () => undefined,
  });
  const conn: Connection = new Connection(session, {
    readOnly: false,
    uri: "test:///default",
    transport: { secure: true, encrypted: false },
  });
  return {
    conn,
    daemon,
    registered,
    deregistered,
    handle: (wire) => session.make.domain(wire),
    send: (source, payload, { callbackID = 10, legacy: old = false } = {}) => {
      const event = old ? source.legacy : source.message;
      if (event === undefined) throw new Error(`${source.kind} has no legacy form`);
      const flat = { ...OBJECTS[source.family], ...payload };
      const wrapped = source.family === "domain" && source.id < WRAPPED;
      const message = old ? flat : wrapped ? { callbackID, reason: 0, msg: flat } : { callbackID, ...flat };
      const { program, number } = event;
      daemon.send(
        { prog: program.id, vers: program.version, proc: number, serial: 1 },
        event.msg as Codec<object>,
        message,
      );
    },
  };
}

async function turns(count = 30): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

function plain(event: LibvirtEvent | undefined): unknown {
  return event === undefined
    ? undefined
    : JSON.parse(JSON.stringify(event, (_, v: unknown) => (typeof v === "bigint" ? `${v}n` : v)));
}

const sources = [...EVENT_SOURCES.values()];

describe("every kind of event", () => {
  it("is in the table: 30 of domains, and those of all others", () => {
    expect(sources.filter(({ family }) => family === "domain").map(({ id }) => id)).toEqual(
      Array.from({ length: 30 }, (_, id) => id),
    );
    expect(Object.keys(PAYLOADS).toSorted()).toEqual(sources.map(({ kind }) => kind).toSorted());
  });

  it.each(sources.map((source) => [source.kind, source] as const))("arrives: %s", async (kind, source) => {
    const { conn, send } = rig();
    const stream = conn.events(kind);
    await stream.ready;
    const [sent, got = {}] = PAYLOADS[kind] ?? [{}];
    send(source, sent);
    const { value } = await stream.next();
    const object = source.family === "qemu" ? "domain" : source.family;
    const expected = {
      ...JSON.parse(JSON.stringify(sent, (_, v: unknown) => (typeof v === "bigint" ? `${v}n` : v))),
      ...got,
    };
    expect(plain(value)).toEqual({ kind, [object]: expect.objectContaining({}), ...expected });
    expect(Object.keys(value ?? {})).not.toContain("callbackID");
  });

  it.each(
    sources.filter(({ legacy }) => legacy !== undefined).map((source) => [source.kind, source] as const),
  )("arrives from daemons before 1.2.6, filtered here: %s", async (kind, source) => {
    const { conn, send, registered, handle } = rig({ legacy: true });
    const all = conn.events(kind as "domain.reboot");
    const object = handle({ ...dom, uuid: uuid.replace("6", "7") });
    const others = conn.events(kind as "domain.reboot", { object });
    await Promise.all([all.ready, others.ready]);
    const [sent, got = {}] = PAYLOADS[kind] ?? [{}];
    send(source, sent, { legacy: true });
    const { value } = await all.next();
    expect(plain(value)).toMatchObject({ kind, ...(plain(sent as LibvirtEvent) as object), ...got });
    await turns();
    expect([others.queued, registered]).toEqual([0, []]);
  });
});

describe("registrations", () => {
  const lifecycle = EVENT_SOURCES.get("domain.lifecycle") as EventSource;

  it("catch an event that comes in the same chunk as their reply", async () => {
    const { conn, daemon, send } = rig();
    const answer = daemon.onCall;
    daemon.onCall = (call) => {
      answer(call);
      if (call.procedure === 316) send(lifecycle, { event: 2, detail: 0 });
    };
    const stream = conn.events("domain.lifecycle");
    expect((await stream.next()).value?.event).toBe(2);
  });

  it("drop what comes for one that is not there, or no more", async () => {
    const { conn, send, deregistered } = rig();
    const stream = conn.events("domain.lifecycle");
    await stream.ready;
    send(lifecycle, { event: 1, detail: 0 }, { callbackID: 99 });
    await turns();
    expect(stream.queued).toBe(0);
    await stream.return();
    send(lifecycle, { event: 1, detail: 0 });
    await turns();
    expect(deregistered).toEqual([10]);
    expect(stream.queued).toBe(0);
    expect(conn.isAlive()).toBe(true);
  });

  it("have numbers that may be the same in another family", async () => {
    const { conn, send } = rig();
    const domains = conn.events("domain.lifecycle");
    await domains.ready;
    const networks = conn.events("network.lifecycle");
    await networks.ready;
    send(EVENT_SOURCES.get("network.lifecycle") as EventSource, { event: 1, detail: 0 }, { callbackID: 11 });
    send(EVENT_SOURCES.get("network.lifecycle") as EventSource, { event: 2, detail: 0 }, { callbackID: 10 });
    await turns();
    expect([domains.queued, networks.queued]).toEqual([0, 1]);
  });

  it("are one for each object and pattern, and no more", async () => {
    const { conn, registered, handle } = rig();
    const object = handle(dom);
    const streams = [
      conn.events("domain.lifecycle"),
      conn.events("domain.lifecycle"),
      conn.events("domain.lifecycle", { object }),
      conn.events("domain.lifecycle", { object: handle({ ...dom, id: -1 }) }),
      conn.events("qemu.monitor", { event: "STOP" }),
      conn.events("qemu.monitor", { event: "STOP" }),
      conn.events("qemu.monitor", { event: "stop", ignoreCase: true }),
      conn.events(["domain.lifecycle", "domain.reboot"]),
    ];
    await Promise.all(streams.map(({ ready }) => ready));
    expect(registered).toHaveLength(5);
  });
});

describe("a daemon that loses its own connection to the hypervisor", () => {
  it("tells each consumer once, is asked once, and the connection lives on", async () => {
    const { conn, daemon } = rig();
    const seen: unknown[] = [];
    const places = [1, 2].map(() => conn.on("connection.closed", ({ reason }) => seen.push(reason)));
    const stream = conn.events("connection.closed");
    await Promise.all([...places.map(({ ready }) => ready), stream.ready]);
    const { number, msg } = REMOTE_PROC_CONNECT_EVENT_CONNECTION_CLOSED;
    daemon.send({ proc: number, serial: 1 }, msg, { reason: 2 });
    expect((await stream.next()).value).toEqual({
      kind: "connection.closed",
      reason: "keepalive",
      error: undefined,
    });
    await turns();
    expect([seen, stream.queued]).toEqual([["keepalive", "keepalive"], 0]);
    expect(daemon.calls.filter(({ procedure }) => procedure === 360)).toHaveLength(1);
    expect(conn.isAlive()).toBe(true);
  });
});

describe("a consumer that is slow", () => {
  const source = EVENT_SOURCES.get("domain.blockThreshold") as EventSource;
  const COUNT = 100_000;
  const LIMIT = 1000;
  /** Of the heap, in bytes; what is in the queue takes less than 2 MiB. */
  const MOST_GROWTH = 8 * 1024 * 1024;

  async function flood(overflow: "drop-oldest" | "drop-newest" | "coalesce" | "error"): Promise<{
    stream: ReturnType<Connection["events"]>;
    thresholds: bigint[];
    grown: number;
  }> {
    const { conn, send } = rig();
    const stream = conn.events("domain.blockThreshold", { limit: LIMIT, overflow });
    await stream.ready;
    const before = heapInUse();
    let most = before;
    for (let i = 0; i < COUNT; i++) {
      send(source, { dev: "vda", path: undefined, threshold: BigInt(i), excess: 0n });
      if (i % 1000 === 0) await turns(2);
      if (i % 20_000 === 0) most = Math.max(most, heapInUse());
    }
    await turns(200);
    const grown = Math.max(most, heapInUse()) - before;
    const thresholds: bigint[] = [];
    for (let i = stream.queued; i > 0; i--) {
      const { value } = await stream.next();
      if (value !== undefined) thresholds.push(value.threshold);
    }
    return { stream: stream as unknown as ReturnType<Connection["events"]>, thresholds, grown };
  }

  it(`keeps the newest of ${COUNT} by default, and counts the others`, async () => {
    const { stream, thresholds, grown } = await flood("drop-oldest");
    expect(thresholds).toEqual(Array.from({ length: LIMIT }, (_, i) => BigInt(COUNT - LIMIT + i)));
    expect(stream.dropped).toBe(COUNT - LIMIT);
    expect(grown).toBeLessThan(MOST_GROWTH);
  }, 120_000);

  it("may keep the oldest instead", async () => {
    const { stream, thresholds, grown } = await flood("drop-newest");
    expect(thresholds).toEqual(Array.from({ length: LIMIT }, (_, i) => BigInt(i)));
    expect(stream.dropped).toBe(COUNT - LIMIT);
    expect(grown).toBeLessThan(MOST_GROWTH);
  }, 120_000);

  it("may keep the newest of each object", async () => {
    const { stream, thresholds, grown } = await flood("coalesce");
    expect(thresholds).toEqual([BigInt(COUNT - 1)]);
    expect(stream.dropped).toBe(COUNT - 1);
    expect(grown).toBeLessThan(MOST_GROWTH);
  }, 120_000);

  it("may fail", async () => {
    const { stream, thresholds } = await flood("error");
    expect(thresholds).toEqual(Array.from({ length: LIMIT }, (_, i) => BigInt(i)));
    await expect(stream.next()).rejects.toMatchObject({ code: "EVENTS_OVERFLOWED" });
    expect(await stream.next()).toEqual({ value: undefined, done: true });
  }, 120_000);
});

describe("a listener that throws", () => {
  it("harms nobody else", async () => {
    const { conn, send } = rig();
    const seen: EventKind[] = [];
    const bad = conn.on("domain.reboot", () => {
      throw new Error("mine");
    });
    const good = conn.on("domain.reboot", ({ kind }) => seen.push(kind));
    await Promise.all([bad.ready, good.ready]);
    send(EVENT_SOURCES.get("domain.reboot") as EventSource, {});
    // Where the error ends up: in a microtask of its own, which jest would take for a failure.
    const tasks: (() => void)[] = [];
    const spy = jest.spyOn(globalThis, "queueMicrotask").mockImplementation((task) => tasks.push(task));
    await turns();
    spy.mockRestore();
    expect(seen).toEqual(["domain.reboot"]);
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toThrow("mine");
  });
});
