import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ConnectError } from "../../src/errors/index.js";
import { dial, parseUri } from "../../src/transport/index.js";
import { chooseClient } from "../../src/transport/ssh/client-choice.js";
import { TempDir } from "./temp-dir.js";

const dir = new TempDir();
beforeAll(() => {
  for (const name of ["none", "there", "plain", "folder/ssh"]) mkdirSync(dir.join(name), { recursive: true });
  for (const name of ["there", "plain"]) writeFileSync(dir.join(name, "ssh"), "");
  chmodSync(dir.join("there", "ssh"), 0o755);
  chmodSync(dir.join("plain", "ssh"), 0o644);
});
afterAll(() => dir[Symbol.dispose]());

function path(...names: string[]): { readonly PATH: string } {
  return { PATH: names.map((name) => dir.join(name)).join(":") };
}

describe("who speaks SSH", () => {
  const uri = parseUri("qemu+ssh://h/system");

  it.each([
    [["there"], "system"],
    [["none", "plain", "folder", "there"], "system"],
    [["none"], "ssh2"],
    [["plain", "folder"], "ssh2"],
  ] as const)("is the program where PATH has one: %j", async (folders, client) => {
    expect(await chooseClient(uri, {}, path(...folders))).toBe(client);
  });

  it.each([
    { privateKey: "key" },
    { password: "" },
    { agent: "/sock" },
    { agent: false },
    { client: "ssh2" } as const,
  ])("is the package for who hands something over, or asks for it: %j", async (wish) => {
    expect(await chooseClient(uri, wish, path("there"))).toBe("ssh2");
  });

  it("is the program where the caller or the URI insists on it", async () => {
    expect(await chooseClient(uri, { client: "system", privateKey: "key" }, path("none"))).toBe("system");
    const named = parseUri("qemu+ssh://h/system?command=/opt/ssh");
    expect(await chooseClient(named, { client: "ssh2" }, path("none"))).toBe("system");
  });

  it("is nobody where there is no program", async () => {
    const failed = dial(uri, { env: path("none") });
    await expect(failed).rejects.toBeInstanceOf(ConnectError);
    await expect(failed).rejects.toThrow("qemu+ssh://h/system: there is no ssh program in PATH");
  });
});
