import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { build } from "esbuild";
import { type Connection, connect } from "../../src/index.js";
import { createTestServer, type TestServer } from "../../src/testing/index.js";
import { until } from "../support/until.js";
import { type Output, run } from "../support/virsh.js";
import { SlowHypervisor } from "./slow-hypervisor.js";

/** Milliseconds: a program at a terminal is started, and waited for again and again. */
const LONG = 180_000;
jest.setTimeout(LONG);

let dir = "";
let program = "";
let server: TestServer;
let conn: Connection;
/** Where some things never get done. */
let hypervisor: SlowHypervisor;
let slow: TestServer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lvt-cli-"));
  program = join(dir, "dist", "cli", "main.js");
  await mkdir(join(dir, "dist", "cli"), { recursive: true });
  await build({
    entryPoints: ["src/cli/main.ts"],
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["kerberos", "multicast-dns", "node-forge", "ssh2"],
    outdir: join(dir, "dist", "cli"),
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  await copyFile("package.json", join(dir, "package.json"));
  await writeFile(join(dir, "libvirt-rpc"), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`, {
    mode: 0o755,
  });
  server = await createTestServer({ path: join(dir, "sock") });
  conn = await connect(server.uri);
  hypervisor = new SlowHypervisor();
  slow = await createTestServer({ path: join(dir, "slow"), hypervisor });
}, LONG);
afterAll(async () => {
  await conn.close();
  await Promise.all([server.close(), slow.close()]);
  await rm(dir, { recursive: true });
});

interface Seen {
  readonly shown: string;
  readonly code: number | null;
  readonly restored: boolean;
  readonly problem: string | null;
}
type Step =
  | { readonly until: string }
  | { readonly send: string }
  | { readonly raw: true }
  | { readonly size: readonly number[] };

/** Has a program sit at a terminal, where somebody does as the steps say. */
async function sit(command: readonly string[], steps: readonly Step[]): Promise<Seen> {
  const input = steps.map((step) => `${JSON.stringify(step)}\n`).join("");
  const { stdout, stderr } = await run("/usr/bin/python3", ["test/support/terminal.py", ...command], {
    input,
    env: { TERM: "xterm" },
    timeoutMs: LONG,
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Seen;
}

function atTerminal(words: readonly string[], steps: readonly Step[], uri = server.uri): Promise<Seen> {
  return sit([process.execPath, program, "-c", uri, ...words], steps);
}

const CLEAN = { restored: true, problem: null };
const CTRL_C = { send: "\u0003" };
const LEAVE = { send: "\u001d" };

/** Nobody is left but us, nobody listens, and the server answers. */
async function expectServerClean(): Promise<void> {
  await until(() => server.clients === 1 && slow.clients === 0);
  expect([server.clients, slow.clients]).toEqual([1, 0]);
  expect(server.hypervisor.events.find(() => true)).toBeUndefined();
  expect((await conn.listAllDomains()).length).toBe(1);
}

/** Suspends and resumes the domain, over and over, until there is nobody who waits for it. */
async function toggleDuring<T>(waiting: Promise<T>): Promise<T> {
  let over = false;
  const ended = (): void => {
    over = true;
  };
  void waiting.then(ended, ended);
  const domain = await conn.domainLookupByName("test");
  while (!over) {
    await domain.suspend();
    await domain.resume();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return await waiting;
}

describe("at a terminal", () => {
  it("a list looks as in a pipe", async () => {
    const { shown, ...rest } = await atTerminal(["list", "--all"], []);
    expect(rest).toEqual({ ...CLEAN, code: 0 });
    const piped = await run(process.execPath, [program, "-c", server.uri, "list", "--all"]);
    expect(piped).toMatchObject({ code: 0, stderr: "" });
    expect(shown.replaceAll("\r\n", "\n")).toBe(piped.stdout);
  });

  it("the console echoes, takes Ctrl-C for the guest's, and is left by its escape, as virsh's", async () => {
    const connected = { until: "Escape character is \\^\\]" };
    const talk = [{ send: "hello" }, { until: "hello" }, CTRL_C, { until: "\\x03" }, LEAVE];
    const seen = await atTerminal(["console", "test"], [connected, ...talk]);
    expect(seen).toMatchObject({ ...CLEAN, code: 0 });
    await expectServerClean();
    // virsh says that it is connected before it is ready for it.
    const theirs = await sit(
      ["/usr/bin/virsh", "-c", server.uri, "console", "test"],
      [connected, { raw: true }, ...talk],
    );
    // Where there is no polkit, virsh says so at a terminal.
    const shown = theirs.shown.replace(/^Authorization not available.*\r\n/, "");
    expect(seen).toEqual({ ...theirs, shown });
    await expectServerClean();
  });

  it("events are printed until Ctrl-C", async () => {
    const seen = await toggleDuring(
      atTerminal(
        ["event", "--all", "--loop"],
        [{ until: "lifecycle' for domain 'test': Suspended Paused" }, { until: "Resumed Unpaused" }, CTRL_C],
      ),
    );
    expect(seen).toMatchObject({ ...CLEAN, code: 0 });
    expect(seen.shown).toMatch(/event loop interrupted\r\nevents received: \d+/);
    await expectServerClean();
  });

  it("watch draws over its own screen until Ctrl-C, as large as that is, and gives back the old one", async () => {
    const seen = await atTerminal(
      ["watch", "--all", "--interval", "1"],
      [
        { size: [200, 24] },
        { until: "test +running" },
        { until: "\\d+\\.\\d %" },
        { until: "Receive +Send" },
        { size: [50, 24] },
        { until: "CPU +Memory\\x1b" },
        CTRL_C,
      ],
    );
    expect(seen).toMatchObject({ ...CLEAN, code: 0 });
    expect(seen.shown).toContain("\u001b[?1049h");
    expect(seen.shown).toContain("\u001b[?25h\u001b[?1049l");
    await expectServerClean();
  });

  it("an upload shows how far it is, and is broken off by Ctrl-C", async () => {
    const file = join(dir, "large");
    await writeFile(file, "");
    await truncate(file, 300 << 20);
    await using there = await connect(slow.uri);
    const pool = await there.storagePoolLookupByName("default-pool");
    await pool.storageVolCreateXML("<volume><name>up</name><capacity>1073741824</capacity></volume>");
    await there.close();
    const seen = await atTerminal(
      ["vol-upload", "up", file, "--pool", "default-pool"],
      [{ until: "Uploading up \\[#+ *\\] +\\d+%" }, CTRL_C],
      slow.uri,
    );
    expect(seen).toMatchObject({ ...CLEAN, code: 130 });
    expect(seen.shown).toMatch(/\nerror: cannot upload to volume up\r\nerror: interrupted\r\n$/);
    await expectServerClean();
    // The daemon was told, or has at least noticed.
    await until(() => hypervisor.ended.length > 0);
    expect(hypervisor.ended).toEqual([false]);
  });

  it("a call that hangs is given up by Ctrl-C", async () => {
    const child = spawn(process.execPath, [program, "-c", slow.uri, "hostname"], { stdio: "ignore" });
    await until(() => hypervisor.asked.includes("hostname"));
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(130);
    await expectServerClean();
  });
});

describe("in a pipe", () => {
  it("what is read by nobody is no error", async () => {
    const { code, stderr } = await run("sh", [
      "-c",
      '"$@" | head -c 10 > /dev/null',
      "sh",
      process.execPath,
      program,
      "-c",
      server.uri,
      "capabilities",
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("what is opened without -c is what virsh opens", async () => {
    const nowhere = `test+unix:///default?socket=${join(dir, "nowhere")}`;
    const ways: readonly (readonly [env: Readonly<Record<string, string>>, words: readonly string[]])[] = [
      [{ LIBVIRT_DEFAULT_URI: server.uri }, ["uri"]],
      [{ LIBVIRT_DEFAULT_URI: slow.uri, VIRSH_DEFAULT_CONNECT_URI: server.uri }, ["uri"]],
      [{ LIBVIRT_DEFAULT_URI: slow.uri, VIRSH_DEFAULT_CONNECT_URI: "" }, ["uri"]],
      [{ LIBVIRT_DEFAULT_URI: slow.uri }, ["-c", server.uri, "uri"]],
      [{ VIRSH_DEFAULT_CONNECT_URI: slow.uri }, ["--connect", server.uri, "uri"]],
      [{ LIBVIRT_DEFAULT_URI: server.uri }, ["-r", "destroy", "test"]],
      [{ LIBVIRT_DEFAULT_URI: nowhere }, ["list"]],
      [{ LIBVIRT_DEFAULT_URI: server.uri }, ["-c", "nonsense:///", "list"]],
    ];
    for (const [env, words] of ways) {
      const theirs = await run("virsh", words, { env, timeoutMs: LONG });
      const mine = await run(process.execPath, [program, ...words], { env, timeoutMs: LONG });
      // Why a connection failed, ours tells in words of its own.
      const what = ({ code, stdout, stderr }: Output): unknown => {
        const said = stderr.replace(/(?<=failed to connect to the hypervisor\n)[\s\S]*/, "");
        // And virsh may end before there is anything to end with a blank line.
        return { env, words, code, stdout: stdout.trimEnd(), said };
      };
      expect(what(mine)).toEqual(what(theirs));
    }
  });

  it("events are lines of JSON, if they are to be", async () => {
    const child = spawn(process.execPath, [program, "-c", server.uri, "event", "--all", "--json"]);
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    const [code] = (await toggleDuring(once(child, "exit"))) as [number];
    expect(code).toBe(0);
    expect(JSON.parse(out.split("\n")[0] ?? "")).toMatchObject({
      kind: "domain.lifecycle",
      domain: { name: "test" },
    });
  });

  it("completes what stands at the cursor", async () => {
    const complete = async (...words: readonly string[]): Promise<string[]> => {
      const { stdout, code } = await run(process.execPath, [program, "-q", "complete", "--", ...words]);
      expect(code).toBe(0);
      return stdout.split("\n").filter((line) => line !== "");
    };
    expect(await complete("dom")).toContain("dominfo");
    expect(await complete("-c", server.uri, "dominfo", "te")).toEqual(["test"]);
    expect(await complete("-c", server.uri, "net-info", "")).toEqual(["default"]);
    expect(await complete("list", "--state-")).toEqual([
      "--state-running",
      "--state-paused",
      "--state-shutoff",
      "--state-other",
    ]);
  });
});

describe("a shell", () => {
  it.each<[name: string, command: string[], prepare: string]>([
    ["bash", ["/bin/bash", "--norc", "--noprofile"], 'eval "$(libvirt-rpc completion bash)"'],
    [
      "zsh",
      ["/usr/bin/zsh", "-f"],
      'autoload -U compinit; compinit -u -D; eval "$(libvirt-rpc completion zsh)"',
    ],
    ["fish", ["/usr/bin/fish", "--no-config"], "libvirt-rpc completion fish | source"],
  ])("completes our command lines: %s", async (_name, command, prepare) => {
    const path = `PATH=${dir}:/usr/local/bin:/usr/bin:/bin`;
    const { shown, problem } = await sit(
      // fish makes itself a folder where it is told that configuration lies.
      ["/usr/bin/env", path, `HOME=${dir}`, `XDG_CONFIG_HOME=${dir}`, ...command],
      [
        { send: `${prepare}; echo RE''ADY\r` },
        { until: "READY" },
        // Command, then object: the answer comes only if both were completed.
        { send: `libvirt-rpc -c '${server.uri}' domuu\tte\t\r` },
        { until: "6695eb01-f6a4-8304-79aa-97f2502e193f" },
        { send: "exit\r" },
      ],
    );
    expect({ shown, problem }).toEqual({ shown, problem: null });
    await expectServerClean();
  });
});
