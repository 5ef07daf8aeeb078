import { execFile } from "node:child_process";
import { subscribe, tracingChannel, unsubscribe } from "node:diagnostics_channel";
import { join } from "node:path";
import { inspect, promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type CallTrace, type ConnectionState, connect, type LibvirtEvent } from "../../src/index.js";
import { bundleProgram } from "../support/bundle.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";

let daemon: Libvirtd;
beforeAll(async () => {
  daemon = await startLibvirtd();
}, 60_000);
afterAll(() => daemon.stop());

describe("diagnostics channels", () => {
  it("tell of a connection's states", async () => {
    const states: string[] = [];
    const listener = (message: unknown): void => {
      states.push((message as ConnectionState).state);
    };
    subscribe("libvirt-rpc:connection", listener);
    const conn = await connect(daemon.uri("test"), { reconnect: { minDelayMs: 5, maxDelayMs: 20 } });
    await daemon.restart();
    await conn.getHostname();
    await conn.close();
    await conn.closed;
    unsubscribe("libvirt-rpc:connection", listener);
    expect(states.filter((state) => state !== "reconnecting")).toEqual([
      "open",
      "lost",
      "reconnected",
      "closed",
    ]);
    expect(states).toContain("reconnecting");
  }, 30_000);

  it("tell of events", async () => {
    const seen: LibvirtEvent[] = [];
    const listener = (message: unknown): void => {
      seen.push(message as LibvirtEvent);
    };
    subscribe("libvirt-rpc:event", listener);
    await using conn = await connect(daemon.uri("test"));
    const stream = conn.events("domain.lifecycle");
    await stream.ready;
    await (await conn.domainLookupByName("test")).suspend();
    const { value } = await stream.next();
    unsubscribe("libvirt-rpc:event", listener);
    expect(seen).toEqual([value]);
    await (await conn.domainLookupByName("test")).resume();
  });

  it("tell of calls, without arguments and results", async () => {
    const channel = tracingChannel<CallTrace>("libvirt-rpc:call");
    const seen: [string, unknown][] = [];
    const note =
      (name: string) =>
      (message: unknown): void => {
        seen.push([name, message]);
      };
    const subscribers = {
      start: note("start"),
      end: note("end"),
      asyncStart: note("asyncStart"),
      asyncEnd: note("asyncEnd"),
      error: note("error"),
    };
    await using conn = await connect(daemon.uri("test"));
    channel.subscribe(subscribers as never);
    const host = await conn.getHostname();
    await conn.domainLookupByName("hunter2").catch(() => undefined);
    channel.unsubscribe(subscribers as never);
    await conn.getHostname();
    const names = seen.map(([name]) => name);
    expect(names.filter((name) => name === "start")).toHaveLength(2);
    expect(names.filter((name) => name === "asyncEnd")).toHaveLength(2);
    expect(names.filter((name) => name === "error")).toHaveLength(1);
    expect(seen[0]?.[1]).toMatchObject({
      procedure: "REMOTE_PROC_CONNECT_GET_HOSTNAME",
      peer: `unix:${daemon.socket}`,
    });
    expect(inspect(seen.filter(([name]) => name !== "error").map(([, message]) => message))).not.toContain(
      host,
    );
  });
});

describe("a connection that is dropped without being closed", () => {
  it.each(["{}", "{ reconnect: true }"])(
    "is reported once, and closed: %s",
    async (options) => {
      const script = join(daemon.dir, "leak.mjs");
      await bundleProgram(
        `
      import { connect } from "./src/index.ts";
      const warnings = [];
      process.on("warning", (warning) => warnings.push(warning));
      const uri = ${JSON.stringify(daemon.uri("test"))};
      await (async () => { await (await connect(uri, ${options})).getHostname(); })();
      const kept = await connect(uri);
      await (async () => { await using used = await connect(uri); await used.getHostname(); })();
      for (let i = 0; i < 50 && warnings.length === 0; i++) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      console.log(JSON.stringify(warnings.map(({ code, message }) => ({ code, message }))), kept.isAlive());
      await kept.close();
      `,
        script,
      );
      const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script], {
        timeout: 20_000,
      });
      expect(stdout).toContain('"code":"LIBVIRT_RPC_LEAK"');
      expect(stdout).toContain(`A connection to unix:${daemon.socket} was dropped`);
      expect(stdout.match(/LIBVIRT_RPC_LEAK/g)).toHaveLength(1);
      expect(stdout.trimEnd()).toMatch(/true$/);
    },
    30_000,
  );
});
