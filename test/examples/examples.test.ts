import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { build } from "esbuild";
import { type Connection, connect } from "../../src/index.js";
import { createTestServer, Hypervisor, type TestServer } from "../../src/testing/index.js";
import { freePort } from "../support/libvirtd.js";
import { until } from "../support/until.js";
import { type Output, run } from "../support/virsh.js";

const LINES = 40;

// Each starts a program or two, which a busy machine takes its time for.
jest.setTimeout(180_000);

let dir = "";
let names: string[] = [];
let server: TestServer;
let other: TestServer;
let conn: Connection;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lvt-examples-"));
  names = (await readdir("examples")).filter((name) => name.endsWith(".ts"));
  await build({
    entryPoints: names.map((name) => join("examples", name)),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["kerberos", "multicast-dns", "node-forge", "ssh2"],
    outdir: dir,
    outExtension: { ".js": ".mjs" },
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  server = await createTestServer({ path: join(dir, "one") });
  other = await createTestServer({ path: join(dir, "other"), hypervisor: new Hypervisor({ contents: {} }) });
  conn = await connect(server.uri);
});
afterAll(async () => {
  await conn.close();
  await Promise.all([server.close(), other.close()]);
  await rm(dir, { recursive: true });
});

/** Runs an example to its end. */
function example(name: string, args: readonly string[] = [], input = ""): Promise<Output> {
  return run(process.execPath, [join(dir, `${name}.mjs`), ...args], { input, timeoutMs: 120_000 });
}

/** Starts an example that goes on until it is stopped, and waits for what it says first. */
async function started(
  name: string,
  args: readonly string[],
): Promise<{ readonly child: ChildProcessWithoutNullStreams; readonly shown: () => string }> {
  const child = spawn(process.execPath, [join(dir, `${name}.mjs`), ...args]);
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += String(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    text += String(chunk);
  });
  await once(child.stdout, "data");
  return { child, shown: () => text };
}

describe("the examples", () => {
  it("are short", async () => {
    for (const name of names) {
      const lines = (await readFile(join("examples", name), "utf8")).trimEnd().split("\n");
      expect({ name, lines: Math.max(LINES, lines.length) }).toEqual({ name, lines: LINES });
    }
  });

  it("list", async () => {
    expect(await example("list")).toEqual({
      code: 0,
      stderr: "",
      stdout: "test: running, 2 CPUs, 2048 MiB\n",
    });
    expect((await example("list", [server.uri])).stdout).toBe("test: running, 2 CPUs, 2048 MiB\n");
  });

  it("create, and clean up", async () => {
    expect(await example("create", [server.uri])).toEqual({
      code: 0,
      stderr: "",
      stdout: "example runs: true\n",
    });
    expect((await conn.listAllDomains()).map(({ name }) => name)).toEqual(["test"]);
  });

  it("upload", async () => {
    const file = join(dir, "disk.img");
    await writeFile(file, Buffer.alloc(1_000_000, "x"));
    const { code, stdout, stderr } = await example("upload", [file, server.uri]);
    expect(stdout).toBe("/default-pool/disk.img has 1000000 bytes\n");
    expect(stderr).toMatch(/1000000 of 1000000 bytes\n$/);
    expect(code).toBe(0);
  });

  it("watch events, until they are interrupted", async () => {
    const { child, shown } = await started("events", [server.uri]);
    const domain = await conn.domainLookupByName("test");
    await domain.suspend();
    await domain.resume();
    await until(() => shown().includes("resumed"));
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number];
    expect(shown()).toBe("waiting for events, Ctrl-C ends it\ndomain test suspended\ndomain test resumed\n");
    expect(code).toBe(0);
  });

  it("open a console", async () => {
    const child = spawn(process.execPath, [join(dir, "console.mjs"), server.uri, "test"]);
    child.stdin.write("hello");
    const [echoed] = (await once(child.stdout, "data")) as [Buffer];
    expect(String(echoed)).toBe("hello");
    child.stdin.write("\u001d");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(0);
  });

  it("migrate", async () => {
    const { code, stdout, stderr } = await example("migrate", ["test", server.uri, other.uri]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^test runs at test\+unix:\/\/\/default/m);
    await using there = await connect(other.uri);
    expect((await there.listAllDomains()).map(({ name }) => name)).toEqual(["test"]);
  });

  it("tell Prometheus", async () => {
    const port = await freePort();
    const { child } = await started("metrics", ["test:///default", String(port)]);
    const text = await (await fetch(`http://localhost:${port}/metrics`)).text();
    child.kill();
    await once(child, "exit");
    expect(text).toContain('libvirt_domain_state{domain="test"} 1');
    expect(text).toContain('libvirt_domain_memory_kib{domain="test"} 2097152');
  });

  it("test", async () => {
    const { code, stdout } = await example("testing");
    expect(stdout).toMatch(/pass 2/);
    expect(code).toBe(0);
  });
});
