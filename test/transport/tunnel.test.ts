import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { parseUri } from "../../src/transport/index.js";
import { dialTunnel } from "../../src/transport/tunnel/index.js";
import { freePort } from "../support/libvirtd.js";
import { TempDir } from "./temp-dir.js";

async function listening(where: object): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((socket) => socket.end("hello")).listen(where);
  await once(server, "listening");
  return {
    port: (server.address() as Partial<AddressInfo>).port ?? 0,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

async function heard(uri: string | undefined, target: Parameters<typeof dialTunnel>[1]): Promise<string> {
  const stream = await dialTunnel(uri === undefined ? undefined : parseUri(uri), target, {});
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

describe("a tunnel to the daemon's host", () => {
  it("is a connection where that is this host, or shows itself to others", async () => {
    await using server = await listening({ host: "127.0.0.1", port: 0 });
    const { port } = server;
    using dir = new TempDir();
    await using _socket = await listening({ path: dir.join("s") });
    for (const host of ["127.0.0.1", "0.0.0.0", ""]) {
      expect(await heard(undefined, { host, port })).toBe("hello");
      expect(await heard("qemu+tcp://127.0.0.1/system", { host, port })).toBe("hello");
    }
    expect(await heard("qemu:///system", { path: dir.join("s") })).toBe("hello");
    expect(await heard("qemu://localhost/system", { path: dir.join("s") })).toBe("hello");
  });

  it.each([
    [{ host: "127.0.0.1", port: 5900 }, "127.0.0.1:5900"],
    [{ host: "::1", port: 5900 }, "[::1]:5900"],
    [{ path: "/run/vnc" }, "/run/vnc"],
  ])("does not lead to what only another host can reach: %j", async (target, name) => {
    for (const uri of ["qemu+tcp://far.example/system", "qemu://far.example/system"]) {
      await expect(dialTunnel(parseUri(uri), target, {})).rejects.toThrow(
        `${name} can only be reached on far.example itself; connect with +ssh`,
      );
    }
    await expect(dialTunnel(parseUri("qemu+ext:///system?command=/bin/cat"), target, {})).rejects.toThrow(
      `there is no way to ${name}`,
    );
  });

  it("says when nobody listens, and can be given up", async () => {
    const port = await freePort();
    await expect(dialTunnel(undefined, { host: "127.0.0.1", port }, {})).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      message: expect.stringContaining(
        `Cannot connect to 127.0.0.1:${port} (ECONNREFUSED: connection refused)`,
      ),
    });
    const signal = AbortSignal.abort();
    await expect(dialTunnel(undefined, { host: "127.0.0.1", port }, { signal })).rejects.toMatchObject({
      code: "CALL_ABORTED",
    });
  });
});
