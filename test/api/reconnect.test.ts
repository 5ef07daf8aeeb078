import { describe, expect, it } from "@jest/globals";
import { Connection } from "../../src/api/connection.js";
import type { HandleFactories } from "../../src/api/handle-factories.js";
import { makeHandles } from "../../src/api/make-handles.js";
import { reconnector } from "../../src/api/reconnect.js";
import { Session } from "../../src/api/session.js";
import { StorageVol } from "../../src/api/storage-vol.js";
import {
  REMOTE_PROC_CONNECT_NETWORK_EVENT_REGISTER_ANY,
  REMOTE_PROC_CONNECT_SUPPORTS_FEATURE,
  REMOTE_PROC_NETWORK_EVENT_LIFECYCLE,
  RemoteConnectNetworkEventRegisterAnyRet,
  RemoteConnectSupportsFeatureRet,
} from "../../src/protocol/generated/remote/index.js";
import { RpcClient } from "../../src/protocol/index.js";
import { xdrVoid } from "../../src/protocol/xdr-codec/index.js";
import { memoryPair } from "../../src/transport/index.js";
import { type FakeCall, FakeDaemon } from "../protocol/fake-daemon.js";

// What no real daemon can be made to do at the right moment.

const INVALID_ARG = 8;
const NO_NETWORK = 43;
const REGISTER = REMOTE_PROC_CONNECT_NETWORK_EVENT_REGISTER_ANY.number;
const net = { name: "net", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f" };

/** A connection that reconnects, to one daemon after the other. */
class Rig {
  readonly daemons: FakeDaemon[] = [];
  readonly conn: Connection;
  /** Questions for features, which wait for this. */
  gate: Promise<void> = Promise.resolve();
  /** Whether registrations are refused. */
  refuses = false;
  /** Whether calls are answered. */
  answers = true;
  readonly session: Session<HandleFactories>;

  constructor() {
    const rpc = this.#dial();
    const open = async (): Promise<RpcClient> => this.#dial();
    this.session = new Session<HandleFactories>(rpc, {
      factories: (own) => makeHandles(own, () => this.conn),
      leave: async () => undefined,
      keepalive: true,
      keeper: reconnector({ minDelayMs: 1 })(rpc, open),
      again: { open, way: () => Promise.reject(new Error("there is none")) },
    });
    const transport = { secure: true, encrypted: false };
    this.conn = new Connection(this.session, { readOnly: false, uri: "test:///default", transport });
  }

  get daemon(): FakeDaemon {
    return this.daemons.at(-1) as FakeDaemon;
  }

  #dial(): RpcClient {
    const [near, far] = memoryPair({ peer: "unix:/test.sock" });
    const daemon = new FakeDaemon(far);
    this.daemons.push(daemon);
    let registered = 0;
    daemon.onCall = (call: FakeCall) => {
      if (!this.answers) return;
      if (call.procedure === REMOTE_PROC_CONNECT_SUPPORTS_FEATURE.number) {
        void this.gate.then(() => call.reply(RemoteConnectSupportsFeatureRet, { supported: 1 }));
      } else if (call.procedure !== REGISTER) call.reply(xdrVoid, undefined);
      else if (this.refuses) call.fail({ code: NO_NETWORK, message: "no network" });
      // A daemon takes each registration once.
      else if (registered++ === 0) call.reply(RemoteConnectNetworkEventRegisterAnyRet, { callbackID: 5 });
      else call.fail({ code: INVALID_ARG, message: "event callback already tracked" });
    };
    return new RpcClient(near);
  }

  tell(event: number): void {
    const { number: proc, msg } = REMOTE_PROC_NETWORK_EVENT_LIFECYCLE;
    this.daemon.send({ proc, serial: 1 }, msg, { callbackID: 5, net, event, detail: 0 });
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !condition() && Date.now() < end; ) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(condition()).toBe(true);
}

describe("a connection that reconnects", () => {
  it("registers once for those who were there and those who come meanwhile", async () => {
    const rig = new Rig();
    const closed = rig.conn.events("connection.closed");
    const before = rig.conn.events("network.lifecycle");
    await Promise.all([closed.ready, before.ready]);
    let open = (): void => undefined;
    rig.gate = new Promise((resolve) => {
      open = resolve;
    });
    rig.daemon.transport.destroy();
    await until(() => rig.daemons.length === 2 && rig.daemon.calls.length > 0);
    const after = rig.conn.events("network.lifecycle");
    await after.ready;
    open();
    await until(() => rig.daemon.calls.length >= 3);
    await rig.conn.getLibVersion().catch(() => undefined);
    expect(rig.daemon.calls.filter(({ procedure }) => procedure === REGISTER)).toHaveLength(1);
    rig.tell(2);
    for (const stream of [before, after]) expect((await stream.next()).value?.event).toBe(2);
    await rig.conn.close();
  });

  it("ends a subscription that the next daemon refuses, and no other", async () => {
    const rig = new Rig();
    const refused = rig.conn.events("network.lifecycle");
    const kept = rig.conn.events("connection.reconnected");
    await Promise.all([refused.ready, kept.ready]);
    rig.refuses = true;
    rig.daemon.transport.destroy();
    await expect(refused.next()).rejects.toMatchObject({ code: "NO_NETWORK" });
    expect(await refused.next()).toEqual({ value: undefined, done: true });
    expect((await kept.next()).value).toEqual({ kind: "connection.reconnected", attempts: 1 });
    rig.refuses = false;
    const again = rig.conn.events("network.lifecycle");
    await again.ready;
    rig.tell(3);
    expect((await again.next()).value?.event).toBe(3);
    await rig.conn.close();
  });

  it("is not taken for lost when another is, which was opened for a stream", async () => {
    const rig = new Rig();
    const vol = new StorageVol(rig.session, { pool: "p", name: "v", key: "/v" });
    rig.answers = false;
    const download = vol.download({ dedicated: true });
    await until(() => rig.daemons.length === 2 && rig.daemon.calls.length > 0);
    rig.daemon.transport.destroy();
    await expect(download).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    rig.answers = true;
    await expect(rig.conn.getLibVersion({ timeoutMs: 10_000 })).rejects.toThrow(/could not be decoded/);
    expect(rig.daemons).toHaveLength(2);
    await rig.conn.close();
  });

  it("goes on watching the daemon as it was last told to", async () => {
    const rig = new Rig();
    const pings = (): number => rig.daemon.keepalive.length;
    expect(rig.conn.setKeepAlive(0.01, 1000)).toBe(true);
    await until(() => pings() > 0);
    rig.daemon.transport.destroy();
    await until(() => rig.daemons.length === 2 && pings() > 0);
    expect(rig.conn.setKeepAlive(0, 0)).toBe(true);
    rig.daemon.transport.destroy();
    await until(() => rig.daemons.length === 3 && rig.conn.isAlive());
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(pings()).toBe(0);
    await rig.conn.close();
  });
});
