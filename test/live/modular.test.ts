import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type Connection,
  connect,
  DomainEventType,
  DomainState,
  NetworkMetadataType,
  NotSupportedError,
} from "../../src/index.js";
import { bundleProgram } from "../support/bundle.js";
import { qemuDomainXml } from "../support/domain-xml.js";
import { type NewerDaemons, startNewer } from "../support/modular.js";
import { type Output, run } from "../support/virsh.js";

// In the daemons' namespaces, where their sockets are where clients look first.
const CLIENT = `
import { connect } from "./src/index.ts";
import { dial, parseUri } from "./src/transport/index.ts";

const answers = [];
for (const { uri, readOnly } of JSON.parse(process.argv[2])) {
  const transport = await dial(uri === undefined ? undefined : parseUri(uri), { readOnly });
  const { peer } = transport;
  transport.destroy();
  try {
    await using conn = await connect(uri, { readOnly });
    answers.push({ peer, type: await conn.getType() });
  } catch (error) {
    answers.push({ peer, error: error.message });
  }
}
console.log(JSON.stringify(answers));
`;
/** Where making the system, once for this machine, is part of the wait. */
const MAKING_MS = 600_000;

let daemons: NewerDaemons;
let client: string;
beforeAll(async () => {
  daemons = await startNewer({ tcp: true });
  client = join(daemons.dir, "client.mjs");
  await bundleProgram(CLIENT, client);
}, MAKING_MS);
afterAll(() => daemons?.stop());

function inside(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Output> {
  const [program = "", ...args] = daemons.inside(command);
  return run(program, args, { env });
}

/** Asks the daemons' own virsh, which is as new as they are. */
async function newVirsh(...args: readonly string[]): Promise<string> {
  const [program = "", ...rest] = daemons.insideRoot(["virsh", "-c", "qemu:///system", ...args]);
  const { code, stdout, stderr } = await run(program, rest);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout.trim();
}

function direct(driver: string): string {
  return `${driver}:///system?socket=${daemons.socket(`virt${driver}d`)}`;
}

describe("where modular daemons run", () => {
  const SOCKETS: ReadonlyArray<
    readonly [socket: string, type: string, uri?: string | undefined, readOnly?: boolean]
  > = [
    ["virtqemud-sock", "QEMU", "qemu:///system"],
    ["virtqemud-sock-ro", "QEMU", "qemu:///system", true],
    ["virtqemud-sock", "QEMU", "qemu:///session"],
    ["virtqemud-sock", "QEMU", "qemu+unix:///system?mode=direct"],
    ["libvirt-sock", "QEMU", "qemu:///system?mode=legacy"],
    ["libvirt-sock-ro", "QEMU", "qemu:///system?mode=legacy", true],
    ["libvirt-sock", "QEMU"],
    ["libvirt-sock-ro", "QEMU", undefined, true],
    ["virtnetworkd-sock", "network", "network:///system"],
    ["virtstoraged-sock", "storage", "storage:///system"],
    ["virtnodedevd-sock-ro", "nodedev", "nodedev:///system", true],
    ["virtnwfilterd-sock", "nwfilter", "nwfilter:///system"],
    ["virtsecretd-sock", "secret", "secret:///system"],
    ["virtinterfaced-sock", "interface", "interface:///system"],
    ["libvirt-sock", "network", "network:///system?mode=legacy"],
  ];

  it("the driver's own is taken, or virtproxyd, as by virsh", async () => {
    const questions = SOCKETS.map(([, , uri, readOnly]) => ({ uri, readOnly }));
    const { stdout, stderr } = await inside([process.execPath, client, JSON.stringify(questions)]);
    expect(stderr).toBe("");
    const answers = JSON.parse(stdout) as unknown;
    expect(answers).toEqual(
      SOCKETS.map(([socket, type]) => ({ peer: `unix:/var/run/libvirt/${socket}`, type })),
    );
    const theirs = await Promise.all(
      SOCKETS.map(async ([, , uri, readOnly]) => {
        const args = [
          ...(uri === undefined ? [] : ["-c", uri]),
          ...(readOnly === true ? ["--readonly"] : []),
        ];
        const { stderr: log } = await inside(["virsh", ...args, "uri"], { LIBVIRT_DEBUG: "1" });
        return /Chosen UNIX socket (\S+)/.exec(log)?.[1];
      }),
    );
    expect(theirs).toEqual(SOCKETS.map(([socket]) => `/var/run/libvirt/${socket}`));
  });

  it("a driver without a daemon is refused in the daemon's words, as virsh says", async () => {
    // They have no test driver, and virtproxyd cannot pass on who we are to one.
    const socket = daemons.socket("virtproxyd");
    const uri = `test+unix:///default?socket=${socket}`;
    const error: unknown = await connect(uri).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NotSupportedError);
    const { stderr } = await run("virsh", ["-c", uri, "uri"]);
    expect(stderr).toContain(`error: ${(error as Error).message}\n`);
    expect(
      await connect(`test+unix:///default?socket=${daemons.socket("virtqemud")}`).catch(String),
    ).toContain("Unexpected driver type 'TEST' opened");
  });
});

describe("a user's own modular daemon", () => {
  it("is started where it does not run, and then found", async () => {
    // Their system has no Node; ours needs nothing that it lacks.
    const node = join(daemons.dir, "root", "usr", "bin", "node");
    const home = join(daemons.dir, "home");
    for (const command of [
      ["touch", node],
      ["mount", "--bind", process.execPath, node],
      ["install", "-d", "-m", "700", "-o", "65534", "-g", "65534", home],
    ]) {
      expect(await inside(command)).toEqual({ code: 0, stdout: "", stderr: "" });
    }
    const ids = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
    const asUser = async (...command: readonly string[]): Promise<Output> => {
      const env = [`HOME=${home}`, `XDG_RUNTIME_DIR=${home}`, "LIBVIRT_AUTOSTART=1"];
      const [program = "", ...args] = daemons.insideRoot([
        "setpriv",
        ...ids,
        "env",
        "-i",
        ...env,
        ...command,
      ]);
      return await run(program, args);
    };
    // Direct mode has it started; after that it is there for auto mode, too.
    for (const uri of ["qemu:///session?mode=direct", "qemu:///session"]) {
      const { stdout, stderr } = await asUser("/usr/bin/node", client, JSON.stringify([{ uri }]));
      const answer = { peer: `unix:${home}/libvirt/virtqemud-sock`, type: "QEMU" };
      expect([stdout.trim(), stderr]).toEqual([JSON.stringify([answer]), ""]);
    }
    const theirs = await asUser("virsh", "--connect", "qemu:///session?mode=direct", "list", "--name");
    expect(theirs).toEqual({ code: 0, stdout: "\n", stderr: "" });
    const pid = await readFile(join(home, "libvirt", "virtqemud.pid"), "utf8");
    const { stdout: command } = await inside(["cat", `/proc/${pid.trim()}/cmdline`]);
    expect(command).toBe("/usr/sbin/virtqemud\0--timeout=120\0");
  });
});

const WAYS: ReadonlyArray<readonly [name: string, uri: () => string]> = [
  ["virtqemud", () => direct("qemu")],
  ["virtproxyd", () => `qemu:///system?socket=${daemons.socket("virtproxyd")}`],
  ["virtproxyd over TCP", () => `qemu+tcp://127.0.0.1:${daemons.tcpPort}/system`],
];

describe.each(WAYS)("through %s", (_name, uri) => {
  let conn: Connection;
  beforeAll(async () => {
    conn = await connect(uri());
  });
  afterAll(() => conn?.close());

  it("a guest goes through its whole life, and events tell", async () => {
    const seen: number[] = [];
    const domain = await conn.domainDefineXML(qemuDomainXml({ name: "life" }));
    const listening = conn.on("domain.lifecycle", (event) => seen.push(event.event));
    await listening.ready;
    const state = async (): Promise<number> => (await domain.getState()).state;
    expect(await state()).toBe(DomainState.SHUTOFF);
    await domain.create();
    expect(await state()).toBe(DomainState.RUNNING);
    await domain.suspend();
    expect(await state()).toBe(DomainState.PAUSED);
    await domain.resume();
    expect((await virshHere("domstate", "life")).trim()).toBe("running");
    await domain.destroy();
    await domain.undefine();
    expect(await conn.listAllDomains()).toEqual([]);
    await until(() => seen.includes(DomainEventType.UNDEFINED));
    listening[Symbol.dispose]();
    // QEMU may, or may not, have the time to say that it shuts down.
    const told = seen.filter((event) => event !== DomainEventType.SHUTDOWN);
    const { STARTED, RESUMED, SUSPENDED, STOPPED, UNDEFINED } = DomainEventType;
    expect(told).toEqual([RESUMED, STARTED, SUSPENDED, RESUMED, STOPPED, UNDEFINED]);
  });

  it("the other drivers' daemons are reached, and their events", async () => {
    const added: string[] = [];
    const listening = conn.on("network.lifecycle", (event) => added.push(event.network.name));
    await listening.ready;
    const network = await conn.networkDefineXML("<network><name>apart</name></network>");
    const pool = await conn.storagePoolDefineXML(
      `<pool type="dir"><name>images</name><target><path>${daemons.dir}</path></target></pool>`,
    );
    const secret = await conn.secretDefineXML("<secret><description>none of yours</description></secret>");
    const filter = await conn.nwFilterDefineXML('<filter name="none"/>');
    await using networks = await connect(direct("network"));
    await using storage = await connect(direct("storage"));
    await using secrets = await connect(direct("secret"));
    await using filters = await connect(direct("nwfilter"));
    expect((await networks.listAllNetworks()).map(({ name }) => name)).toEqual(["apart"]);
    expect((await storage.listAllStoragePools()).map(({ name }) => name)).toEqual(["images"]);
    expect((await secrets.listAllSecrets()).map(({ uuid }) => uuid)).toEqual([secret.uuid]);
    expect((await filters.listAllNWFilters()).map(({ name }) => name)).toEqual(["none"]);
    for (const object of [network, pool, secret, filter]) await object.undefine();
    await until(() => added.length === 2);
    listening[Symbol.dispose]();
    expect(added).toEqual(["apart", "apart"]);
    expect((await conn.listAllInterfaces()).length).toBeGreaterThan(0);
    expect((await conn.listAllNodeDevices()).length).toBeGreaterThan(2);
  });

  it("500 calls at once are answered, each with its own", async () => {
    const names = (await conn.listAllNodeDevices()).map(({ name }) => name);
    const asked = Array.from({ length: 500 }, (_, i) => names[i % names.length] ?? "");
    const devices = await Promise.all(asked.map((name) => conn.nodeDeviceLookupByName(name)));
    expect(devices.map(({ name }) => name)).toEqual(asked);
  });

  it("what it says of the host is what virsh says", async () => {
    const ours: ReadonlyArray<readonly [args: readonly string[], answer: () => Promise<string>]> = [
      [["hostname"], () => conn.getHostname()],
      [["capabilities"], () => conn.getCapabilities()],
      [["domcapabilities"], () => conn.getDomainCapabilities()],
      [["domcapabilities", "--arch", "i686"], () => conn.getDomainCapabilities(undefined, "i686")],
      [["cpu-models", "x86_64"], async () => lines(await conn.getCPUModelNames("x86_64"))],
      [["nodedev-list"], async () => lines((await conn.nodeListDevices()).toSorted())],
      [["nodedev-list", "--cap", "net"], async () => lines((await conn.nodeListDevices("net")).toSorted())],
      [
        ["nodedev-dumpxml", "computer"],
        async () => (await conn.nodeDeviceLookupByName("computer")).getXMLDesc(),
      ],
      [["iface-dumpxml", "lo"], async () => (await conn.interfaceLookupByName("lo")).getXMLDesc()],
      [["iface-mac", "lo"], async () => (await conn.interfaceLookupByName("lo")).mac],
      [["pool-capabilities"], () => conn.getStoragePoolCapabilities()],
      [
        ["net-list", "--all", "--name"],
        async () => lines((await conn.listAllNetworks()).map(({ name }) => name)),
      ],
    ];
    for (const [args, answer] of ours) {
      expect([args, (await answer()).trim()]).toEqual([args, (await virshHere(...args)).trim()]);
    }
  });

  async function virshHere(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run("virsh", ["-c", uri(), ...args]);
    expect([args, code, stderr]).toEqual([args, 0, ""]);
    return stdout;
  }
});

describe("calls that libvirt 9 does not know", () => {
  let conn: Connection;
  beforeAll(async () => {
    conn = await connect(direct("qemu"));
  });
  afterAll(() => conn?.close());

  it("set and give the metadata of networks", async () => {
    const network = await conn.networkDefineXML("<network><name>told</name></network>");
    await network.setMetadata(NetworkMetadataType.DESCRIPTION, "what it is for");
    expect(await network.getMetadata(NetworkMetadataType.DESCRIPTION)).toBe("what it is for");
    expect(await newVirsh("net-desc", "told")).toBe("what it is for");
    await network.undefine();
  });

  it("let a guest start once with the host", async () => {
    const domain = await conn.domainDefineXML(qemuDomainXml({ name: "once" }));
    expect(await domain.getAutostartOnce()).toBe(false);
    await domain.setAutostartOnce(true);
    expect(await domain.getAutostartOnce()).toBe(true);
    expect(await newVirsh("dominfo", "once")).toMatch(/^Autostart Once: +enable$/m);
    await domain.setAutostartOnce(false);
    await domain.undefine();
  });

  it("throttle several disks together", async () => {
    const domain = await conn.domainCreateXML(qemuDomainXml({ name: "slow" }));
    await domain.setThrottleGroup("limit", { total_bytes_sec: 1_000_000n });
    const xml = await domain.getXMLDesc();
    expect(xml).toContain("<total_bytes_sec>1000000</total_bytes_sec>");
    expect(await newVirsh("dumpxml", "slow")).toBe(xml.trim());
    await domain.delThrottleGroup("limit");
    expect(await domain.getXMLDesc()).not.toContain("limit");
    await domain.destroy();
  });

  it("are refused by name if they are newer still", async () => {
    const domain = await conn.domainDefineXML(qemuDomainXml());
    const error: unknown = await domain.announceInterface(undefined, {}).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NotSupportedError);
    expect((error as Error).message).toContain("REMOTE_PROC_DOMAIN_ANNOUNCE_INTERFACE");
    await domain.undefine();
  });
});

function lines(names: readonly string[]): string {
  return names.join("\n");
}

/** Waits for an event; the test's own time limit is the limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
