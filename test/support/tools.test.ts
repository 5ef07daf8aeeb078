import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect as connectSocket, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { expectNoLeaks } from "./leaks.js";
import { type Libvirtd, startLibvirtd } from "./libvirtd.js";
import { Oracle, type OracleHandle } from "./oracle.js";
import { startRecorder } from "./recorder.js";
import { run, virsh } from "./virsh.js";

let daemon: Libvirtd;
beforeAll(async () => {
  daemon = await startLibvirtd();
}, 60_000);
afterAll(() => daemon.stop());

describe("Oracle", () => {
  it("says what virsh says", async () => {
    const uri = daemon.uri("test");
    const oracle = await Oracle.start(uri);
    const domain = await oracle.call<OracleHandle>("conn", "lookupByName", "test");
    const said = [
      [await oracle.call("conn", "getHostname"), await virsh(uri, "hostname")],
      [await oracle.call(domain, "UUIDString"), await virsh(uri, "domuuid", "test")],
      [await oracle.call(domain, "XMLDesc", 0n), await virsh(uri, "dumpxml", "test")],
    ] as const;
    for (const [answer, { stdout }] of said) expect(String(answer).trim()).toBe(stdout.trim());
    expect(await oracle.call(domain, "maxMemory")).toBe(8388608n);
    await oracle.stop();
    await oracle.stop();
  }, 30_000);

  it("ends though a daemon that is stopped keeps it waiting", async () => {
    const stopped = await startLibvirtd();
    const oracle = await Oracle.start(stopped.uri("test"));
    stopped.kill("SIGSTOP");
    const failed = expect(oracle.call("conn", "getHostname")).rejects.toThrow(/oracle ended/);
    await oracle.stop();
    await failed;
    await stopped.stop();
  }, 30_000);

  it("says why it did not start", async () => {
    await expect(Oracle.start("test+unix:///default?socket=/nonexistent")).rejects.toThrow(/nonexistent/);
  }, 30_000);
});

describe("startRecorder", () => {
  it("records what virsh asks and is told", async () => {
    const recorder = await startRecorder(daemon.socket);
    const uri = `test+unix:///default?socket=${recorder.socket}`;
    expect((await virsh(uri, "uri")).stdout.trim()).toBe(uri);
    const asked = recorder.packets.filter(({ fromClient }) => fromClient);
    // open, close, supports feature, auth list, register and unregister the close callback
    expect(new Set(asked.map(({ procedure }) => procedure))).toEqual(new Set([1, 2, 60, 66, 360, 361]));
    for (const { program, procedure, serial, bytes } of asked) {
      expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)).toBe(bytes.length);
      const answers = recorder.packets.filter(
        (packet) => !packet.fromClient && packet.serial === serial && packet.program === program,
      );
      expect(answers).toMatchObject([{ procedure, type: 1, status: 0 }]);
    }
    await recorder.stop();
  }, 30_000);

  it("passes on what is not this protocol", async () => {
    const recorder = await startRecorder(daemon.socket);
    const socket = connectSocket({ path: recorder.socket });
    socket.end("GET / HTTP/1.1\r\n\r\n");
    await once(socket.resume(), "close");
    expect(recorder.packets).toEqual([]);
    await recorder.stop();
  }, 30_000);
});

describe("run", () => {
  it("gives what a program wrote, and how it ended", async () => {
    const script = 'cat; echo "$WORD" >&2; exit 3';
    expect(await run("sh", ["-c", script], { input: "in", env: { WORD: "err" } })).toEqual({
      code: 3,
      stdout: "in",
      stderr: "err\n",
    });
  });

  it("rejects what does not end or is not there", async () => {
    await expect(run("sleep", ["60"], { timeoutMs: 50 })).rejects.toThrow(/sleep 60: ended by SIGKILL/);
    await expectNoLeaks(() => expect(run("/nonexistent/program", [])).rejects.toThrow(/could not be run/));
  });
});

describe("expectNoLeaks", () => {
  it("gives the result of what leaves nothing behind", async () => {
    expect(await expectNoLeaks(() => readFile("package.json", "utf8"))).toContain("libvirt-rpc");
    expect(await expectNoLeaks(() => run("true", []))).toMatchObject({ code: 0 });
  });

  it("names what is left behind", async () => {
    const server = createServer();
    const leak = expectNoLeaks(async () => {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    });
    await expect(leak).rejects.toThrow(/left open: 1 TCPServerWrap/);
    server.close();
    await once(server, "close");
  });
});
