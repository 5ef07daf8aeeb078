import { describe, expect, it } from "@jest/globals";
import { InvalidUriError } from "../../src/errors/index.js";
import { chooseSocket, parseUri, type SocketEnvironment } from "../../src/transport/index.js";

const RUN = "/var/run/libvirt";

function having(...paths: string[]): (path: string) => string | undefined {
  return (path) => (paths.includes(path) ? undefined : "ENOENT");
}

function choose(uri: string | undefined, options: SocketEnvironment = {}): string {
  const choice = chooseSocket(uri === undefined ? undefined : parseUri(uri), {
    euid: 0,
    env: {},
    probe: having(),
    ...options,
  });
  return `${choice.path} ${choice.mode ?? "given"}`;
}

const user: SocketEnvironment = { euid: 1000, env: { XDG_RUNTIME_DIR: "/run/user/1000" } };
const modular: SocketEnvironment = {
  probe: having(
    `${RUN}/virtqemud-sock`,
    `${RUN}/virtqemud-sock-ro`,
    `${RUN}/libvirt-sock`,
    "/run/user/1000/libvirt/virtqemud-sock",
  ),
};
const monolithic: SocketEnvironment = { probe: having(`${RUN}/libvirt-sock`, `${RUN}/libvirt-sock-ro`) };

describe("chooseSocket", () => {
  it.each<[string | undefined, SocketEnvironment, string]>([
    ["qemu:///system", monolithic, `${RUN}/libvirt-sock legacy`],
    ["qemu:///system", { ...monolithic, readOnly: true }, `${RUN}/libvirt-sock-ro legacy`],
    ["qemu:///session", monolithic, `${RUN}/libvirt-sock legacy`],
    ["qemu:///system", modular, `${RUN}/virtqemud-sock direct`],
    ["qemu:///system", { ...modular, readOnly: true }, `${RUN}/virtqemud-sock-ro direct`],
    ["qemu:///system", { ...modular, ...user }, `${RUN}/virtqemud-sock direct`],
    ["lxc:///system", modular, `${RUN}/libvirt-sock legacy`],
    ["qemu:///system?mode=legacy", modular, `${RUN}/libvirt-sock legacy`],
    ["qemu:///system?mode=direct", monolithic, `${RUN}/virtqemud-sock direct`],
    ["qemu:///system", { ...modular, remoteMode: "legacy" }, `${RUN}/libvirt-sock legacy`],
    ["qemu:///system?mode=auto", { ...modular, remoteMode: "legacy" }, `${RUN}/virtqemud-sock direct`],
    ["qemu:///session", user, "/run/user/1000/libvirt/libvirt-sock legacy"],
    ["qemu:///session", { ...modular, ...user }, "/run/user/1000/libvirt/virtqemud-sock direct"],
    [
      "qemu:///session",
      { ...modular, ...user, readOnly: true },
      "/run/user/1000/libvirt/virtqemud-sock direct",
    ],
    ["test+unix:///default", user, "/run/user/1000/libvirt/libvirt-sock legacy"],
    ["test:///default", user, `${RUN}/libvirt-sock legacy`],
    ["qemu:///session/", user, `${RUN}/libvirt-sock legacy`],
    ["qemu:///%73ession", user, "/run/user/1000/libvirt/libvirt-sock legacy"],
    [undefined, monolithic, `${RUN}/libvirt-sock legacy`],
    [undefined, user, "/run/user/1000/libvirt/libvirt-sock legacy"],
    ["qemu:///session?socket=/x", { ...modular, ...user, readOnly: true }, "/x given"],
    ["qemu:///system?mode=direct&socket=/x", {}, "/x given"],
    ["qemu:///system", { defaultMode: "direct" }, `${RUN}/virtqemud-sock direct`],
    [undefined, { defaultMode: "direct" }, `${RUN}/libvirt-sock legacy`],
    ["qemu:///system", { systemDir: "/opt/run" }, "/opt/run/libvirt-sock legacy"],
    ["qemu+ssh://h/system", modular, `${RUN}/libvirt-sock legacy`],
    ["qemu+ssh://h/system?socket=/y", modular, "/y given"],
  ])("%s with %j gives %s", (uri, options, want) => {
    expect(choose(uri, options)).toBe(want);
  });

  it("finds the user's folder as the session's services do", () => {
    const path = (env: Record<string, string>): string => choose("qemu:///session", { euid: 1000, env });
    expect(path({ XDG_RUNTIME_DIR: "/r", XDG_CACHE_HOME: "/c", HOME: "/h" })).toBe(
      "/r/libvirt/libvirt-sock legacy",
    );
    expect(path({ XDG_CACHE_HOME: "/c", HOME: "/h" })).toBe("/c/libvirt/libvirt-sock legacy");
    expect(path({ XDG_RUNTIME_DIR: "", XDG_CACHE_HOME: "", HOME: "/h" })).toBe(
      "/h/.cache/libvirt/libvirt-sock legacy",
    );
  });

  it("lists what it looked for in vain", () => {
    const choice = chooseSocket(parseUri("qemu:///system"), {
      euid: 0,
      probe: (path) => (path.includes("qemu") ? "EACCES" : "ENOENT"),
    });
    expect(choice.missing).toEqual([
      { path: `${RUN}/virtqemud-sock`, code: "EACCES" },
      { path: `${RUN}/libvirt-sock`, code: "ENOENT" },
    ]);
    expect(chooseSocket(parseUri("qemu:///system"), { ...modular, euid: 0 }).missing).toEqual([]);
  });

  it("refuses direct mode where it has no meaning", () => {
    expect(() => choose(undefined, { remoteMode: "direct" })).toThrow(InvalidUriError);
    expect(() => choose("qemu+ssh://u:pw@h/system?mode=direct")).toThrow(/u:\*\*\*@h.*direct/);
  });
});
