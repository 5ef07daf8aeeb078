import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ConnectError, InvalidValueError } from "../../src/errors/index.js";
import { dial, parseUri } from "../../src/transport/index.js";
import { chooseClient } from "../../src/transport/ssh/client-choice.js";
import { freePort } from "../support/libvirtd.js";
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
    { passphrase: "" },
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

  it.each([{ hostKey: "SHA256:x" }, { knownHosts: "" }, { knownHostsFile: "/f" }])(
    "is the package for who says which host to trust, since the program would not know: %j",
    async (wish) => {
      expect(await chooseClient(uri, wish, path("there"))).toBe("ssh2");
      const asked = chooseClient(uri, { ...wish, client: "system" }, path("there"));
      await expect(asked).rejects.toThrow(
        `options.ssh.${Object.keys(wish)[0]} means nothing to the ssh program`,
      );
      const named = chooseClient(parseUri("qemu+ssh://h/system?command=/ssh"), wish, path("there"));
      await expect(named).rejects.toBeInstanceOf(InvalidValueError);
    },
  );

  it("is the package where there is no program", async () => {
    const port = await freePort();
    const failed = dial(parseUri(`qemu+ssh://127.0.0.1:${port}/system`), { env: path("none") });
    await expect(failed).rejects.toBeInstanceOf(ConnectError);
    await expect(failed).rejects.toThrow(
      /^Cannot connect to ssh2:.*@127\.0\.0\.1:.*an SSH server in front of it/,
    );
  });
});
