import { mkdirSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { ConnectError } from "../../src/errors/index.js";
import { describeErrno, dial, errnoCode, parseUri } from "../../src/transport/index.js";
import { unixErrorMessage } from "../../src/transport/unix-error.js";
import { collect } from "./collector.js";
import { TempDir } from "./temp-dir.js";
import { UnixServer } from "./unix-server.js";

describe("dial", () => {
  it("reaches a socket that the URI names", async () => {
    await using server = await UnixServer.listen();
    const near = await dial(parseUri(`qemu+unix:///system?socket=${server.path}`));
    const got = collect(near);
    (await server.accepted()).end("hello");
    await got.closed;
    expect(got.text).toBe("hello");
  });

  it("lists everything it tried, with the reason of each", async () => {
    using dir = new TempDir();
    const error: unknown = await dial(parseUri("qemu:///system"), { euid: 0, systemDir: dir.path }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(ConnectError);
    const message = String(error);
    expect(message).toContain(`unix:${dir.join("libvirt-sock")} (ENOENT: no such file or directory)`);
    expect(message).toContain(`${dir.join("virtqemud-sock")} (ENOENT: no such file or directory)`);
    expect(message).toContain('"systemctl start libvirtd.socket" or "systemctl start virtqemud.socket"');
  });

  it("speaks of programs and not of services in a session", async () => {
    using dir = new TempDir();
    mkdirSync(dir.join("libvirt"));
    const options = { euid: 1000, env: { XDG_RUNTIME_DIR: dir.path } };
    await expect(dial(parseUri("qemu:///session"), options)).rejects.toThrow(
      '"libvirtd --daemon" or "virtqemud --daemon" as this user',
    );
    await expect(dial(undefined, options)).rejects.toThrow(dir.join("libvirt", "libvirt-sock"));
  });
});

describe("the advice for a socket that cannot be reached", () => {
  const system = "/var/run/libvirt/virtqemud-sock";
  const session = { path: "/x/libvirt-sock", mode: "legacy", session: true, missing: [], why: "" } as const;

  it.each([
    ["EACCES", undefined, 'add it to the group "libvirt"'],
    ["EACCES", session, "who owns the socket"],
    ["EPERM", undefined, "qemu:///session"],
    ["EAGAIN", undefined, "max_queued_clients"],
    ["EMFILE", undefined, "ulimit"],
    ["EPROTOTYPE", undefined, "stream socket"],
    ["ECONNREFUSED", undefined, "systemctl start virtqemud.socket"],
    ["EIO", undefined, "Does the daemon run?"],
  ])("fits %s", (code, choice, words) => {
    const error = Object.assign(new Error(`connect ${code}`), { code });
    const message = unixErrorMessage(system, error, choice);
    expect(message).toContain(`unix:${system} (`);
    expect(message).toContain(words);
  });
});

describe("errno", () => {
  it("reads the code of a system error only", () => {
    expect(errnoCode(Object.assign(new Error("x"), { code: "ENOENT" }))).toBe("ENOENT");
    expect(errnoCode(Object.assign(new Error("x"), { code: 2 }))).toBeUndefined();
    expect(errnoCode("ENOENT")).toBeUndefined();
  });

  it("puts it into words", () => {
    expect(describeErrno("EACCES")).toBe("EACCES: permission denied");
    expect(describeErrno(Object.assign(new Error("connect EPIPE"), { code: "EPIPE" }))).toBe(
      "EPIPE: the peer closed the connection",
    );
    expect(describeErrno(Object.assign(new Error("odd"), { code: "EODD" }))).toBe("odd");
    expect(describeErrno(new Error("plain"))).toBe("plain");
    expect(describeErrno("EODD")).toBe("EODD");
    expect(describeErrno(7)).toBe("7");
  });
});
