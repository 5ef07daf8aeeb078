import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { InvalidUriError } from "../../src/errors/index.js";
import { parseUri, type RemoteProxy } from "../../src/transport/index.js";
import { sshArguments, sshEnvironment } from "../../src/transport/ssh/system-ssh.js";
import { TempDir } from "./temp-dir.js";
import { run, virshEnv } from "./virsh.js";

// What virsh runs in place of ssh, when command= names a recorder, is the truth that ours is held against.

interface Way {
  readonly readOnly?: boolean;
  /** As an ordinary user, who has sessions. */
  readonly user?: boolean;
  /** In libvirt.conf. */
  readonly remoteProxy?: RemoteProxy;
}

interface Recorded {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const NOBODY = 65534;
const dir = new TempDir();
const recorder = dir.join("ssh");
const notes = dir.join("notes");
beforeAll(() => {
  chmodSync(dir.path, 0o777);
  writeFileSync(
    recorder,
    // It waits for the first byte, since virsh would die of writing to one that is gone.
    `#!/bin/sh\nprintf '%s\\0' "$@" > ${notes}/args\ncat /proc/$$/environ > ${notes}/env\nhead -c 1 > /dev/null\n`,
  );
  chmodSync(recorder, 0o755);
  for (const proxy of ["auto", "netcat", "native"]) {
    mkdirSync(dir.join(proxy, "libvirt"), { recursive: true });
    writeFileSync(dir.join(proxy, "libvirt", "libvirt.conf"), `remote_proxy = "${proxy}"\n`);
  }
});
afterAll(() => dir[Symbol.dispose]());

/** In front of the other parameters: behind them it would change what a semicolon means. */
function withCommand(uri: string): string {
  return uri.includes("?") ? uri.replace("?", `?command=${recorder}&`) : `${uri}?command=${recorder}`;
}

/** What virsh runs for a URI; or what it says if it runs nothing. */
async function virsh(uri: string, way: Way = {}, env: NodeJS.ProcessEnv = {}): Promise<Recorded | string> {
  rmSync(notes, { recursive: true, force: true });
  mkdirSync(notes);
  chmodSync(notes, 0o777);
  const config = way.remoteProxy === undefined ? {} : { XDG_CONFIG_HOME: dir.join(way.remoteProxy) };
  const ids = ["--reuid", `${NOBODY}`, "--regid", `${NOBODY}`, "--clear-groups"];
  const [program, ...args] = [
    ...(way.user === true ? ["setpriv", ...ids] : []),
    "virsh",
    ...(way.readOnly === true ? ["-r"] : []),
    "-c",
    withCommand(uri),
    "uri",
  ];
  const { text } = await run(program, args, { env: virshEnv({ ...config, ...env }) });
  const words = (file: string): string[] =>
    readFileSync(`${notes}/${file}`, "latin1").split("\0").slice(0, -1);
  try {
    const pairs = words("env").map((word): [string, string] => [
      word.replace(/=.*/s, ""),
      word.replace(/^[^=]*=/, ""),
    ]);
    return { args: words("args"), env: Object.fromEntries(pairs) };
  } catch {
    return text;
  }
}

function ours(uri: string, way: Way = {}): readonly string[] | string {
  try {
    return sshArguments(parseUri(withCommand(uri)), {
      readOnly: way.readOnly === true,
      euid: way.user === true ? NOBODY : 0,
      remoteProxy: way.remoteProxy,
    });
  } catch (error) {
    if (error instanceof InvalidUriError) return "refused";
    throw error;
  }
}

const user = true;
const readOnly = true;
const SAME: readonly (readonly [uri: string, way?: Way])[] = [
  ["qemu+ssh://h/system"],
  ["qemu+ssh://h/system", { readOnly }],
  ["qemu+ssh://h/system", { user }],
  ["qemu+ssh:///system"],
  ["qemu+ssh://u@/system"],
  ["qemu+ssh://:22/system"],
  ["qemu+ssh://u@h:2222/system"],
  ["qemu+ssh://h:0/system"],
  ["qemu+ssh://h:00022/system"],
  ["qemu+ssh://u%20x:pw@h/system"],
  ["qemu+ssh://-oProxyCommand=x@-h/system"],
  ["qemu+ssh://[::1]/system"],
  ["qemu+ssh://[fe80::1%25eth0]:22/system"],
  ["QEMU+SSH://H/system"],
  ["qemu+ssh://h/"],
  ["qemu+ssh://h"],
  ["qemu+ssh://h/session"],
  ["qemu+ssh://h/session", { user }],
  ["qemu+ssh://h/session", { user, readOnly }],
  ["qemu+ssh://h/session?socket=/s", { user }],
  ["qemu+ssh://h/session?proxy=native", { user }],
  ["qemu+ssh://h/session?proxy=auto&socket=/s", { user }],
  ["test+ssh://h/default"],
  ["test+ssh://h/default", { user }],
  ["remote+ssh://h/system"],
  ["remote+ssh://h/session", { user }],
  ["qemu+ssh://h/system?keyfile=/k"],
  ["qemu+ssh://h/system?keyfile=~/k%20'x"],
  ["qemu+ssh://h/system?keyfile="],
  ["qemu+ssh://h/system?no_tty=1"],
  ["qemu+ssh://h/system?no_verify=1"],
  ["qemu+ssh://u@h:1/system?no_verify=1&no_tty=1&keyfile=/k", { readOnly }],
  ["qemu+ssh://h/system?no_tty=0&no_verify=0"],
  ["qemu+ssh://h/system?proxy=auto"],
  ["qemu+ssh://h/system?proxy=native"],
  ["qemu+ssh://h/system?proxy=native", { readOnly }],
  ["qemu+ssh://h/system?proxy=native&socket=/s"],
  ["qemu+ssh://h/system?proxy=netcat"],
  ["qemu+ssh://h/system?proxy=netcat", { readOnly }],
  ["qemu+ssh://h/system?netcat=/opt/nc"],
  ["qemu+ssh://h/system?netcat=nc&proxy=auto"],
  ["qemu+ssh://h/system?netcat=/a%20b/n%27c$x"],
  ["qemu+ssh://h/system?netcat=%22%3Breboot%3B%60x%60%5C"],
  ["qemu+ssh://h/system?netcat="],
  ["qemu+ssh://h/system?socket=/s", { readOnly }],
  ["qemu+ssh://h/system?socket=relative&netcat=/n"],
  ["qemu+ssh://h/system?socket=/s&proxy=auto"],
  ["qemu+ssh://h/system?socket=/s&mode=direct"],
  ["qemu+ssh://h/system?mode=legacy"],
  ["qemu+ssh://h/system?mode=auto"],
  ["qemu+ssh://h/system?x=1&y=a%20b"],
  ["qemu+ssh://h/system?x=1;y=2#frag"],
  ["qemu+ssh://h/sys%20tem%27s$(x)"],
  ["qemu+ssh://h/system?name=qemu:///foo%20'bar'"],
  ["qemu+ssh://h/system?proxy=native&name="],
  ["qemu+ssh://h/system?authfile=/x&pkipath=/y&known_hosts=/z&sshauth=agent"],
  ["qemu+ssh://h/system", { user, remoteProxy: "netcat" }],
  ["qemu+ssh://h/system", { user, remoteProxy: "native", readOnly }],
  ["qemu+ssh://h/session?socket=/s", { user, remoteProxy: "auto" }],
  ["qemu+ssh://h/system?proxy=auto", { user, remoteProxy: "native" }],
  ["qemu+ssh://h/system?netcat=/n", { user, remoteProxy: "auto" }],
];

const REFUSED: readonly (readonly [uri: string, way?: Way])[] = [
  ["qemu+ssh://h/system?mode=direct"],
  ["qemu+ssh://h/system?mode=direct&proxy=native"],
  ["qemu+ssh://h/system?netcat=nc&proxy=native"],
  ["qemu+ssh://h/system?netcat=nc&proxy=native&socket=/s"],
  ["qemu+ssh://h/session?netcat=nc", { user }],
  ["qemu+ssh://h/system?netcat=/n", { user, remoteProxy: "native" }],
  ["qemu+ssh://h/system?proxy=both"],
];

describe("what ssh is run with", () => {
  it.each(SAME)("is what virsh has it run with: %s %j", async (uri, way = {}) => {
    const theirs = await virsh(uri, way);
    if (typeof theirs === "string") throw new Error(`virsh ran nothing:\n${theirs}`);
    expect(ours(uri, way)).toEqual(theirs.args);
  });

  it("quotes every character as virsh does", async () => {
    const ascii = Array.from({ length: 0x5f }, (_, i) => String.fromCharCode(0x20 + i));
    const chars = [...ascii, "\t", "\n", "\r", "\x01", "\x7f", "é", "'"];
    const text = fc.array(fc.constantFrom(...chars), { maxLength: 8 }).map((list) => list.join(""));
    await fc.assert(
      fc.asyncProperty(text, text, async (netcat, name) => {
        const encode = encodeURIComponent;
        for (const query of [`netcat=${encode(netcat)}`, `proxy=native&name=${encode(name)}`]) {
          const theirs = await virsh(`qemu+ssh://h/system?${query}`);
          if (typeof theirs === "string") throw new Error(theirs);
          const utf8 = theirs.args.map((word) => Buffer.from(word, "latin1").toString("utf8"));
          expect(ours(`qemu+ssh://h/system?${query}`)).toEqual(utf8);
        }
      }),
      { numRuns: 30, examples: chars.map((char) => [char, char]) },
    );
  });

  it.each(REFUSED)("does not exist where virsh refuses: %s %j", async (uri, way = {}) => {
    expect(await virsh(uri, way)).toMatch(/invalid argument|Operation not supported|not valid|URI/);
    expect(ours(uri, way)).toBe("refused");
  });

  it("is the same environment, and nothing else of ours", async () => {
    const names = `LANG LC_ALL LC_MESSAGES LD_LIBRARY_PATH USER LOGNAME TMPDIR XDG_RUNTIME_DIR XDG_CACHE_HOME
      KRB5CCNAME SSH_AUTH_SOCK SSH_ASKPASS GPG_TTY TERM OPENSSL_CONF DISPLAY XAUTHORITY WAYLAND_DISPLAY PWD SHELL
      SSH_CONNECTION MY_PASSWORD`.split(/\s+/);
    const set = Object.fromEntries(names.map((name) => [name, name === "DISPLAY" ? "" : "/dev/null"]));
    const env = virshEnv({ ...set, LC_ALL: "C.UTF-8" });
    for (const each of [env, virshEnv()]) {
      const theirs = await virsh("qemu+ssh://h/system", {}, each);
      if (typeof theirs === "string") throw new Error(theirs);
      expect(sshEnvironment(each)).toEqual(theirs.env);
    }
  });
});

describe("what is different on purpose", () => {
  const socketOf = (words: readonly string[] | string): string =>
    /-U (.*)'$/s.exec(words.at(-1) ?? "")?.[1] ?? "";

  it("quotes a socket's path, which virsh has the far side's shell take apart", async () => {
    const uri = "qemu+ssh://h/system?socket=/a%20b$(x)";
    const theirs = await virsh(uri);
    if (typeof theirs === "string") throw new Error(theirs);
    expect(socketOf(theirs.args)).toBe("/a b$(x)");
    expect(socketOf(ours(uri))).toBe(`'''\\''/a b$(x)'\\''''`);
  });

  it("refuses an empty path, for which virsh has nc complain", async () => {
    const uri = "qemu+ssh://h/system?socket=";
    const theirs = await virsh(uri);
    if (typeof theirs === "string") throw new Error(theirs);
    expect(socketOf(theirs.args)).toBe("");
    expect(ours(uri)).toBe("refused");
  });

  it("lets the far side say where its user's sockets are, where virsh names ours", async () => {
    const uri = "qemu+ssh://h/session?proxy=netcat";
    const theirs = await virsh(uri, { user }, { XDG_RUNTIME_DIR: "/run/user/7" });
    if (typeof theirs === "string") throw new Error(theirs);
    expect(socketOf(theirs.args)).toBe("/run/user/7/libvirt/libvirt-sock");
    const word = socketOf(ours(uri, { user }));
    const there = async (env: NodeJS.ProcessEnv): Promise<string> =>
      (await run("sh", ["-c", `sh -c 'echo ${word}'`], { env })).text.trim();
    expect(await there({ XDG_RUNTIME_DIR: "/r u", HOME: "/h" })).toBe("/r u/libvirt/libvirt-sock");
    expect(await there({ XDG_CACHE_HOME: "/c", HOME: "/h" })).toBe("/c/libvirt/libvirt-sock");
    expect(await there({ HOME: "/h" })).toBe("/h/.cache/libvirt/libvirt-sock");
  });

  it("hands on SSH_ASKPASS_REQUIRE, as newer versions of libvirt do", async () => {
    const env = { SSH_ASKPASS_REQUIRE: "never" };
    const theirs = await virsh("qemu+ssh://h/system", {}, env);
    if (typeof theirs === "string") throw new Error(theirs);
    expect(theirs.env).not.toHaveProperty("SSH_ASKPASS_REQUIRE");
    expect(sshEnvironment(env)).toHaveProperty("SSH_ASKPASS_REQUIRE", "never");
  });
});
