import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { build } from "esbuild";
import { type Connection, connect } from "../../src/index.js";
import { createTestServer, type TestServer } from "../../src/testing/index.js";
import { run } from "../support/virsh.js";

let dir = "";
let program = "";
let server: TestServer;
let conn: Connection;
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
  server = await createTestServer({ path: join(dir, "sock") });
  conn = await connect(server.uri);
});
afterAll(async () => {
  await conn.close();
  await server.close();
  await rm(dir, { recursive: true });
});

interface Seen {
  readonly shown: string;
  readonly code: number | null;
  readonly restored: boolean;
  readonly problem: string | null;
}
type Step = { readonly until: string } | { readonly send: string };

/** Sits at a terminal and does as the steps say. */
async function atTerminal(words: readonly string[], steps: readonly Step[]): Promise<Seen> {
  const args = ["test/support/terminal.py", process.execPath, program, "-c", server.uri, ...words];
  const input = steps.map((step) => `${JSON.stringify(step)}\n`).join("");
  const { stdout, stderr } = await run("/usr/bin/python3", args, { input, env: { TERM: "xterm" } });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Seen;
}

const CLEAN = { restored: true, problem: null };
const CTRL_C = { send: "\u0003" };
const LEAVE = { send: "\u001d" };

/** The server has nobody left but us, and answers. */
async function expectServerClean(): Promise<void> {
  expect((await conn.listAllDomains()).length).toBe(1);
}

describe("at a terminal", () => {
  it("a list looks as in a pipe", async () => {
    const { shown, ...rest } = await atTerminal(["list", "--all"], []);
    expect(rest).toEqual({ ...CLEAN, code: 0 });
    const piped = await run(process.execPath, [program, "-c", server.uri, "list", "--all"]);
    expect(piped).toMatchObject({ code: 0, stderr: "" });
    expect(shown.replaceAll("\r\n", "\n")).toBe(piped.stdout);
  });

  it("the console echoes, takes Ctrl-C for the guest's, and is left by its escape", async () => {
    const seen = await atTerminal(
      ["console", "test"],
      [
        { until: "Escape character is \\^\\]" },
        { send: "hello" },
        { until: "hello" },
        CTRL_C,
        { until: "\\x03" },
        LEAVE,
      ],
    );
    expect(seen).toMatchObject({ ...CLEAN, code: 0 });
    await expectServerClean();
  });

  it("events are printed until Ctrl-C", async () => {
    const waiting = atTerminal(
      ["event", "--all", "--loop"],
      [{ until: "lifecycle' for domain 'test': Suspended Paused" }, { until: "Resumed Unpaused" }, CTRL_C],
    );
    const domain = await conn.domainLookupByName("test");
    // Until somebody listens.
    const toggling = setInterval(() => {
      void domain.suspend().then(() => domain.resume());
    }, 300);
    const seen = await waiting;
    clearInterval(toggling);
    expect(seen).toMatchObject({ ...CLEAN, code: 0 });
    expect(seen.shown).toMatch(/event loop interrupted\r\nevents received: \d+/);
    await expectServerClean();
  });

  it("watch draws over its own screen until Ctrl-C, and gives back the old one", async () => {
    const seen = await atTerminal(
      ["watch", "--all", "--interval", "1"],
      [{ until: "test +running" }, { until: "\\d+\\.\\d %" }, CTRL_C],
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
    const pool = await conn.storagePoolLookupByName("default-pool");
    const volume = await pool.storageVolCreateXML(
      "<volume><name>up</name><capacity>1073741824</capacity><allocation>0</allocation></volume>",
    );
    const seen = await atTerminal(
      ["vol-upload", "up", file, "--pool", "default-pool"],
      [{ until: "Uploading up \\[#* *\\] +\\d+%" }, CTRL_C],
    );
    expect(seen).toMatchObject({ ...CLEAN, code: 1 });
    expect(seen.shown).toContain("error: cannot upload to volume up");
    await volume.delete();
    await expectServerClean();
  });

  it("a call that hangs is given up by Ctrl-C", async () => {
    server.hypervisor.faults = { delay: { REMOTE_PROC_CONNECT_GET_HOSTNAME: 60_000 } };
    const child = spawn(process.execPath, [program, "-c", server.uri, "hostname"], { stdio: "ignore" });
    await new Promise((resolve) => setTimeout(resolve, 700));
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(130);
    server.hypervisor.faults = {};
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

  it("events are lines of JSON, if they are to be", async () => {
    const child = spawn(process.execPath, [program, "-c", server.uri, "event", "--all", "--json"]);
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    const domain = await conn.domainLookupByName("test");
    const toggling = setInterval(() => {
      void domain.suspend().then(() => domain.resume());
    }, 100);
    const [code] = (await once(child, "exit")) as [number];
    clearInterval(toggling);
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
    const { stdout } = await run("bash", [
      "-c",
      `PATH=${dir}:$PATH; eval "$("$0" "$1" completion bash)"; COMP_WORDS=(libvirt-rpc domi); COMP_CWORD=1; _libvirt_rpc; echo "\${COMPREPLY[*]}"`,
      process.execPath,
      program,
    ]);
    expect(stdout).toBe("\n");
    await writeFile(join(dir, "libvirt-rpc"), `#!/bin/sh\nexec ${process.execPath} ${program} -q "$@"\n`, {
      mode: 0o755,
    });
    const { stdout: found } = await run("bash", [
      "-c",
      `PATH=${dir}:$PATH; eval "$(libvirt-rpc completion bash)"; COMP_WORDS=(libvirt-rpc domi); COMP_CWORD=1; _libvirt_rpc; echo "\${COMPREPLY[*]}"`,
    ]);
    expect(found.split(/\s+/)).toContain("dominfo");
    expect((await stat(join(dir, "libvirt-rpc"))).isFile()).toBe(true);
  });
});
