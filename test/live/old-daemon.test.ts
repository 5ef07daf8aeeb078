import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect, NotSupportedError } from "../../src/index.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { type Recorder, startRecorder } from "../support/recorder.js";

describe("a call that is newer than the daemon", () => {
  let daemon: Libvirtd;
  let recorder: Recorder;
  let conn: Connection;
  beforeAll(async () => {
    daemon = await startLibvirtd();
    recorder = await startRecorder(daemon.socket);
    conn = await connect(`test+unix:///default?socket=${recorder.socket}`);
  }, 60_000);
  afterAll(async () => {
    await conn.close();
    await recorder.stop();
    await daemon.stop();
  });

  it("is refused with its name, and not sent a second time", async () => {
    const domain = await conn.domainLookupByName("test");
    const network = await conn.networkLookupByName("default");
    const device = await conn.nodeDeviceLookupByName("computer");
    const calls: ReadonlyArray<readonly [procedure: number, name: string, call: () => Promise<unknown>]> = [
      [444, "NETWORK_SET_METADATA", () => network.setMetadata(0, "x", undefined, undefined)],
      [445, "NETWORK_GET_METADATA", () => network.getMetadata(0)],
      [447, "NODE_DEVICE_UPDATE", () => device.update("<device/>")],
      [448, "DOMAIN_GRAPHICS_RELOAD", () => domain.graphicsReload(0)],
      [449, "DOMAIN_GET_AUTOSTART_ONCE", () => domain.getAutostartOnce()],
      [450, "DOMAIN_SET_AUTOSTART_ONCE", () => domain.setAutostartOnce(true)],
      [451, "DOMAIN_SET_THROTTLE_GROUP", () => domain.setThrottleGroup("group", {})],
      [452, "DOMAIN_DEL_THROTTLE_GROUP", () => domain.delThrottleGroup("group")],
      [456, "DOMAIN_ANNOUNCE_INTERFACE", () => domain.announceInterface(undefined, {})],
    ];
    for (const [procedure, name, call] of calls) {
      for (let attempt = 0; attempt < 3; attempt++) {
        const error: unknown = await call().catch((e: unknown) => e);
        expect(error).toBeInstanceOf(NotSupportedError);
        expect(error).toMatchObject({ code: "NO_SUPPORT", number: 3, procedure: `REMOTE_PROC_${name}` });
        expect((error as Error).message).toContain(`REMOTE_PROC_${name}`);
      }
      const sent = recorder.packets.filter((packet) => packet.fromClient && packet.procedure === procedure);
      expect([name, sent.length]).toEqual([name, 1]);
    }
  });
});
