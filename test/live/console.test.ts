import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect, type Domain, DomainConsoleFlags } from "../../src/index.js";
import { linuxGuestXml } from "../support/guest.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { virsh } from "../support/virsh.js";

let daemon: Libvirtd;
let conn: Connection;
let domain: Domain;
beforeAll(async () => {
  daemon = await startLibvirtd();
  conn = await connect(daemon.uri("qemu"));
  const video = '<video><model type="vga"/></video><graphics type="vnc" socket="/tmp/console-test-vnc"/>';
  domain = await conn.domainCreateXML(
    await linuxGuestXml({ name: "talker" }, video.replace("/tmp/console-test", daemon.dir)),
  );
}, 300_000);
afterAll(async () => {
  await conn.close();
  await daemon.stop();
});

/** Types and reads, as somebody at a terminal would. */
class Terminal {
  text = "";
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.setEncoding("latin1");
    stream.on("data", (chunk: string) => {
      this.text += chunk;
    });
  }

  type(line: string): void {
    this.#stream.write(`${line}\r`);
  }

  async until(pattern: RegExp, seconds = 60): Promise<RegExpExecArray> {
    for (const end = Date.now() + seconds * 1000; ; await sleep(20)) {
      const match = pattern.exec(this.text);
      if (match !== null) {
        this.text = this.text.slice(match.index + match[0].length);
        return match;
      }
      if (Date.now() > end)
        throw new Error(`${String(pattern)} did not come: ${JSON.stringify(this.text.slice(-500))}`);
    }
  }
}

describe("a guest's console", () => {
  it("lets one log in, run a command and read what it says, 10,000 lines without loss", async () => {
    const stream = await domain.openConsole();
    const terminal = new Terminal(stream);
    // A guest that is waiting says so again.
    const nudge = setInterval(() => terminal.type(""), 1000);
    await terminal.until(/guest login: /, 90);
    clearInterval(nudge);
    terminal.type("root");
    await terminal.until(/# /);
    terminal.type("echo $((6 * 7))");
    await terminal.until(/\r\n42\r\n/);
    terminal.type("seq -w 1 10000 | sed 's/^/line /; s/$/ of many/'; echo THE\"\"END");
    const [all] = await terminal.until(/line 00001 of many[\s\S]*THEEND/, 90);
    const lines = all.split("\r\n").filter((line) => line.startsWith("line "));
    expect(lines).toEqual(
      Array.from({ length: 10_000 }, (_, i) => `line ${String(i + 1).padStart(5, "0")} of many`),
    );
    stream.end();
    await new Promise((resolve) => stream.once("close", resolve));
    expect(conn.isAlive()).toBe(true);
  }, 240_000);

  it("is one's own, unless another takes it", async () => {
    const first = await domain.openConsole();
    const taken = new Promise((resolve) => first.once("error", resolve));
    await expect(domain.openConsole()).rejects.toMatchObject({ code: "OPERATION_FAILED" });
    const second = await domain.openConsole(undefined, { flags: DomainConsoleFlags.FORCE });
    expect(await taken).toMatchObject({ message: expect.stringContaining("I/O failure") });
    second.destroy();
    await new Promise((resolve) => second.once("close", resolve));
    await expect(domain.openConsole("no-such-device")).rejects.toMatchObject({
      name: expect.stringMatching(/Error$/),
    });
  });

  it("ends when the guest ends", async () => {
    const other = await conn.domainCreateXML(await linuxGuestXml({ name: "short-lived" }));
    const stream = await other.openConsole();
    const closed = new Promise((resolve) => stream.once("close", resolve));
    stream.on("error", () => undefined).resume();
    await other.destroy();
    await closed;
    expect(conn.isAlive()).toBe(true);
  }, 60_000);
});

describe("a guest's channel", () => {
  it("carries bytes both ways", async () => {
    const stream = await domain.openChannel("org.example.echo");
    const received: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => received.push(chunk));
    const sent = Buffer.from(Array.from({ length: 5000 }, (_, i) => i & 255));
    stream.write(sent);
    const size = (): number => received.reduce((sum, chunk) => sum + chunk.length, 0);
    for (const end = Date.now() + 60_000; size() < sent.length && Date.now() < end; ) await sleep(20);
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    stream.end();
    await new Promise((resolve) => stream.once("close", resolve));
  }, 90_000);
});

describe("a guest's display", () => {
  it("is the picture that virsh gets", async () => {
    const { mimeType, stream } = await domain.screenshot();
    const picture = Buffer.concat(await stream.toArray());
    expect(mimeType).toBe("image/png");
    expect(picture.subarray(1, 4).toString()).toBe("PNG");
    const { code, stdout } = await virsh(
      daemon.uri("qemu"),
      "screenshot",
      "talker",
      `${daemon.dir}/by-virsh.png`,
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining(mimeType)]);
    await expect(domain.screenshot(7)).rejects.toMatchObject({
      code: expect.stringMatching(/INVALID_ARG|OPERATION/),
    });
  });
});
