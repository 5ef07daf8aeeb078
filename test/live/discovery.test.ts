import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { DiscoveredDaemon, DiscoveryEvent } from "../../src/discovery/index.js";
import { AVAHI_ADDRESS, AVAHI_HOST, type AvahiLink, avahiBrowse, startAvahiLink } from "../support/avahi.js";
import { bundleProgram } from "../support/bundle.js";
import { type Output, run } from "../support/virsh.js";

// It has to run at its end of the link. That it comes to its end shows that it leaves no socket and no timer.
const CLIENT = `
import { createSocket } from "node:dgram";
import { discover, watchDaemons } from "./src/discovery/index.ts";

const [mode, text] = process.argv.slice(2);
const stop = new AbortController();
const options = { signal: stop.signal, ...JSON.parse(text) };
const print = (value) => console.log(JSON.stringify(value));
try {
  if (mode === "discover") print(await discover(options));
  if (mode === "abort") {
    setTimeout(() => stop.abort(new Error("enough")), 20);
    await discover(options);
  }
  if (mode === "taken") {
    const other = createSocket("udp4").bind(5353);
    await new Promise((resolve) => other.once("listening", resolve));
    await discover(options).finally(() => other.close());
  }
  if (mode === "watch") {
    process.stdin.once("end", () => stop.abort()).resume();
    for await (const event of watchDaemons(options)) print(event);
  }
  if (mode === "leave") {
    const events = watchDaemons(options);
    const first = await events.next();
    const second = events.next();
    print([first.value.kind, await events.return(), await second, await events.next()]);
  }
} catch (error) {
  print({ name: error.name, code: error.code, message: error.message, cause: error.cause?.message });
}`;

// Speaks from the port of multicast DNS, as anybody may: many announcements, and packets of chance.
const FLOOD = `
import { createSocket } from "node:dgram";
import { randomFillSync } from "node:crypto";
import multicastDns from "multicast-dns";

const socket = createSocket({ type: "udp4", reuseAddr: true });
const dns = multicastDns({ socket, interface: "${AVAHI_ADDRESS}", bind: "0.0.0.0" });
await new Promise((resolve) => dns.on("ready", resolve));
const type = "_libvirt._tcp.local";
for (let i = 0; i < 2500; i++) {
  const name = \`flood \${i % 500} \${"x".repeat(40)}.\${type}\`;
  const host = i % 5 === 0 ? "-oProxyCommand=x" : \`h\${i}.local\`;
  const answers = [
    { name: type, type: "PTR", ttl: 4500, data: name },
    { name, type: "SRV", ttl: 120, data: { port: i, target: host } },
    { name: host, type: "A", ttl: 120, data: "10.99.0.66" },
  ];
  await new Promise((resolve) => dns.respond({ answers }, resolve));
  const noise = randomFillSync(Buffer.alloc(i % 1400));
  // Every other one looks like an answer from afar.
  if (i % 2 === 0 && noise.length > 12) Buffer.from("000084000000000100000000", "hex").copy(noise);
  await new Promise((resolve) => socket.send(noise, 5353, "224.0.0.251", resolve));
}
dns.destroy();`;

let link: AvahiLink;
let client: string;
let flood: string;
beforeAll(async () => {
  link = await startAvahiLink();
  client = join(link.dir, "client.mjs");
  flood = join(link.dir, "flood.mjs");
  await symlink(join(process.cwd(), "node_modules"), join(link.dir, "node_modules"));
  await bundleProgram(CLIENT, client);
  await bundleProgram(FLOOD, flood);
  await link.announce("Virtualization Host db1", 16514);
});
afterAll(() => link.stop());

function command(mode: string, options: Readonly<Record<string, unknown>> = {}): string[] {
  return [process.execPath, client, mode, JSON.stringify(options)];
}

async function runCommand([program = "", ...args]: readonly string[]): Promise<Output> {
  return await run(program, args);
}

/** What a client at its end of the link prints. */
async function ask(mode: string, options?: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { stdout, stderr } = await runCommand(link.asClient(command(mode, options)));
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const watchers: Watcher[] = [];
afterEach(() => {
  for (const watcher of watchers.splice(0)) watcher.kill();
});

/** A client that keeps watching, until its input ends. */
class Watcher {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    const [program = "", ...args] = link.asClient(command("watch"));
    this.#child = spawn(program, args);
    watchers.push(this);
    this.#child.stderr.pipe(process.stderr);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  async next(): Promise<DiscoveryEvent> {
    const { value } = await this.#lines.next();
    return JSON.parse(value as string) as DiscoveryEvent;
  }

  /** The next event of one daemon. */
  async nextOf(name: string): Promise<DiscoveryEvent> {
    for (;;) {
      const event = await this.next();
      if (event.daemon.name === name) return event;
    }
  }

  kill(): void {
    this.#child.stdin.destroy();
    this.#child.kill("SIGKILL");
  }

  /** How it ended. */
  async end(): Promise<unknown> {
    const exited = once(this.#child, "exit");
    this.#child.stdin.end();
    const rest: unknown[] = [];
    for (let line = await this.#lines.next(); line.done !== true; line = await this.#lines.next()) {
      rest.push(JSON.parse(line.value));
    }
    expect(await exited).toEqual([0, null]);
    return rest.at(-1);
  }
}

/** What avahi-browse says of the same. */
function asAvahiTells({ name, host, addresses, port }: DiscoveredDaemon): string {
  return [name, host, addresses[0], port].join(";");
}

const ABORTED = { name: "AbortError", code: "CALL_ABORTED" };

describe("a host with Avahi", () => {
  it("is found, and lost", async () => {
    const watcher = new Watcher();
    const found = await watcher.next();
    expect(found).toEqual({
      kind: "found",
      daemon: {
        name: "Virtualization Host db1",
        host: `${AVAHI_HOST}.local`,
        addresses: expect.arrayContaining([AVAHI_ADDRESS]),
        port: 16514,
        uris: [`qemu+tls://${AVAHI_HOST}.local/system`, `qemu+ssh://${AVAHI_HOST}.local/system`],
      },
    });
    await link.announce("Second, with dots. And ümläuts", 16509);
    expect(await watcher.nextOf("Second, with dots. And ümläuts")).toMatchObject({
      kind: "found",
      daemon: { port: 16509, host: `${AVAHI_HOST}.local` },
    });
    await link.announce("Second, with dots. And ümläuts", 17000);
    // Lost and found if Avahi takes more than a second for it, else changed.
    for (let port = 0; port !== 17000; ) {
      ({ port } = (await watcher.nextOf("Second, with dots. And ümläuts")).daemon);
    }
    await link.withdraw("Second, with dots. And ümläuts");
    const lost = await watcher.nextOf("Second, with dots. And ümläuts");
    expect(lost.kind).toBe("lost");
    expect(await watcher.end()).toMatchObject(ABORTED);
  });

  it("is found as avahi-browse finds it", async () => {
    const name = "Virtualization Host db1";
    // On a busy machine it may take longer until all has been said.
    for (let timeoutMs = 2500; ; timeoutMs *= 2) {
      const daemons = (await ask("discover", { timeoutMs, interface: "client" })) as DiscoveredDaemon[];
      const ours = daemons.map(asAvahiTells);
      if (timeoutMs < 20_000 && !daemons.some((each) => each.name === name)) continue;
      expect(ours).toContain(`${name};${AVAHI_HOST}.local;${AVAHI_ADDRESS};16514`);
      expect(ours).toEqual((await avahiBrowse(link)).sort());
      break;
    }
  });

  it("is found in spite of whoever floods the link", async () => {
    const watcher = new Watcher();
    await link.announce("before", 16514);
    await watcher.nextOf("before");
    const flooded = runCommand(link.asHost([process.execPath, flood]));
    let heard = "";
    while (!heard.startsWith("flood ")) heard = (await watcher.next()).daemon.name;
    expect((await flooded).stderr).toBe("");
    // A farewell is said once, and gets lost while there is more to hear than there is time for; a greeting is not.
    await link.announce("after", 16514);
    expect((await watcher.nextOf("after")).kind).toBe("found");
    await link.withdraw("before");
    expect((await watcher.nextOf("before")).kind).toBe("lost");
    await link.withdraw("after");
    expect(await watcher.end()).toMatchObject(ABORTED);
  });

  it("may be left while nothing happens", async () => {
    const done = { done: true };
    expect(await ask("leave")).toEqual(["found", done, done, done]);
  });
});

describe("what goes wrong", () => {
  it("is not waited for after an abort", async () => {
    expect(await ask("abort", { timeoutMs: 60_000 })).toMatchObject({ ...ABORTED, cause: "enough" });
  });

  it("is a port that another program keeps to itself", async () => {
    expect(await ask("taken")).toMatchObject({
      name: "ConnectError",
      message: expect.stringMatching(/UDP port 5353: bind EADDRINUSE/),
      cause: expect.stringContaining("EADDRINUSE"),
    });
  });

  it("is an interface that is not there", async () => {
    expect(await ask("discover", { interface: "eth7" })).toMatchObject({
      name: "InvalidValueError",
      message: expect.stringMatching(/'eth7'; there are lo, client/),
    });
  });

  it("is a machine without a network", async () => {
    const { stdout } = await runCommand(["unshare", "--net", ...command("discover")]);
    expect(JSON.parse(stdout)).toMatchObject({
      name: "ConnectError",
      message: expect.stringContaining("no network interface has an IPv4 address"),
    });
  });

  it.each([
    ["domain", { domain: "lo cal" }],
    ["timeoutMs", { timeoutMs: -1 }],
  ])("is a %s that makes no sense", async (name, options) => {
    expect(await ask("discover", options)).toMatchObject({
      name: "InvalidValueError",
      message: expect.stringContaining(name),
    });
  });
});
