import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  type Connection,
  connect,
  type Domain,
  DomainMigrateFlags,
  DomainState,
  isLibvirtError,
} from "../../src/index.js";
import { startTwoHosts, type TwoHosts } from "../support/two-hosts.js";
import { run } from "../support/virsh.js";

let hosts: TwoHosts;
let here: Connection;
let there: Connection;
beforeAll(async () => {
  hosts = await startTwoHosts();
  await open();
}, 60_000);
afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await hosts.stop();
});

async function open(): Promise<void> {
  here = await connect(hosts.source.uri("qemu"));
  there = await connect(hosts.destination.uri("qemu"));
}

const { LIVE, PERSIST_DEST, UNDEFINE_SOURCE, PEER2PEER, TUNNELLED, OFFLINE, POSTCOPY, PAUSED } =
  DomainMigrateFlags;

/** What is left of a domain on one side. */
async function stateOn(conn: Connection, name: string): Promise<string> {
  try {
    const domain = await conn.domainLookupByName(name);
    const { state } = await domain.getState();
    return `${state === DomainState.RUNNING ? "running" : state === DomainState.PAUSED ? "paused" : `state ${state}`}, ${(await domain.isPersistent()) ? "persistent" : "transient"}`;
  } catch (error) {
    if (isLibvirtError(error, "NO_DOMAIN")) return "gone";
    throw error;
  }
}

async function states(name: string): Promise<string> {
  return `${await stateOn(here, name)} → ${await stateOn(there, name)}`;
}

async function sweep(): Promise<void> {
  for (const conn of [here, there]) {
    for (const domain of await conn.listAllDomains()) {
      if (await domain.isActive()) await domain.destroy();
      if (await domain.isPersistent().catch(() => false)) await domain.undefine();
    }
  }
}

async function start(name: string, filledMiB?: number): Promise<Domain> {
  const domain = await here.domainDefineXML(
    await hosts.guest({ name, ...(filledMiB === undefined ? {} : { filledMiB }) }),
  );
  await domain.create();
  return domain;
}

/** The outcome of virsh's migration of such a guest. */
async function virshMigrates(
  name: string,
  args: readonly string[],
  filledMiB?: number,
): Promise<{ code: number; states: string }> {
  await start(name, filledMiB);
  const { code } = await run("virsh", ["-c", hosts.source.uri("qemu"), "migrate", name, ...args], {
    timeoutMs: 60_000,
  });
  const result = { code, states: await states(name) };
  await sweep();
  return result;
}

beforeEach(sweep);

interface Way {
  readonly name: string;
  readonly flags: number;
  readonly ours: (domain: Domain) => Promise<unknown>;
  readonly virsh: () => readonly string[];
}

const live = LIVE;
const moved = PERSIST_DEST | UNDEFINE_SOURCE;

describe("a running guest", () => {
  const ways: Way[] = [
    {
      name: "managed, with parameters",
      flags: live,
      ours: (domain) => domain.migrate3(there, {}, { flags: live }),
      virsh: () => ["--live", hosts.destination.uri("qemu")],
    },
    {
      name: "managed, without parameters, for good",
      flags: live,
      ours: (domain) => domain.migrate(there, undefined, undefined, undefined, { flags: live | moved }),
      virsh: () => ["--live", "--persistent", "--undefinesource", hosts.destination.uri("qemu")],
    },
    {
      name: "managed, under another name, slowed, and paused",
      flags: live,
      ours: (domain) =>
        domain.migrate2(there, undefined, undefined, undefined, 100n, { flags: live | PAUSED }),
      virsh: () => ["--live", "--suspend", "--bandwidth", "100", hosts.destination.uri("qemu")],
    },
    {
      name: "peer to peer",
      flags: live,
      ours: (domain) =>
        domain.migrateToURI3(hosts.peerUri(hosts.destination), {}, { flags: live | PEER2PEER | moved }),
      virsh: () => ["--live", "--p2p", "--persistent", "--undefinesource", hosts.peerUri(hosts.destination)],
    },
    {
      name: "peer to peer, through a tunnel",
      flags: live,
      ours: (domain) =>
        domain.migrateToURI(hosts.peerUri(hosts.destination), undefined, 0n, {
          flags: live | PEER2PEER | TUNNELLED,
        }),
      virsh: () => ["--live", "--p2p", "--tunnelled", hosts.peerUri(hosts.destination)],
    },
    {
      name: "peer to peer, coordinated from here",
      flags: live,
      ours: (domain) =>
        domain.migrate(there, undefined, hosts.peerUri(hosts.destination), undefined, {
          flags: live | PEER2PEER,
        }),
      virsh: () => ["--live", "--p2p", hosts.peerUri(hosts.destination)],
    },
  ];
  it.each(ways.map((way) => [way.name, way] as const))(
    "moves: %s",
    async (_, { ours, virsh }) => {
      const theirs = await virshMigrates("mover", virsh());
      expect(theirs.code).toBe(0);
      const domain = await start("mover");
      await ours(domain);
      expect(await states("mover")).toBe(theirs.states);
      expect(theirs.states).toMatch(/→ (running|paused)/);
    },
    60_000,
  );

  it("moves under another name, and is given as it is there", async () => {
    const domain = await start("before");
    const arrived = await domain.migrate3(there, { destination_name: "after" }, { flags: live });
    expect([arrived.name, arrived.uuid, arrived.connection]).toEqual(["after", domain.uuid, there]);
    expect(arrived.id).toBeGreaterThan(0);
    expect((await arrived.getState()).state).toBe(DomainState.RUNNING);
  }, 60_000);

  it("tells how it gets on", async () => {
    const domain = await start("teller", 24);
    await domain.migrateSetMaxSpeed(4n);
    const seen: unknown[] = [];
    await domain.migrate3(
      there,
      {},
      {
        flags: live,
        progressIntervalMs: 50,
        onProgress: ({ data_processed: sent }) => {
          seen.push(sent);
          if (typeof sent === "bigint" && sent > 0n)
            void domain.migrateSetMaxSpeed(1000n).catch(() => undefined);
        },
      },
    );
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.some((bytes) => typeof bytes === "bigint" && bytes > 0n)).toBe(true);
  }, 60_000);

  it("moves by post-copy, as for virsh", async () => {
    const theirs = await meddled("copier", virshMigrate(["--live", "--postcopy"]), copyAfter);
    const ours = await meddled(
      "copier",
      ({ domain }) => domain.migrate3(there, {}, { flags: live | POSTCOPY }),
      copyAfter,
    );
    expect(ours).toEqual(theirs);
    expect(ours).toEqual({ failed: false, states: "state 5, persistent → running, transient" });
  }, 120_000);

  it("is free to go after it has stayed", async () => {
    const domain = await start("stayer", 32);
    await domain.migrateSetMaxSpeed(1n);
    const controller = new AbortController();
    const moving = domain.migrate3(there, {}, { flags: live, signal: controller.signal });
    await underway(domain);
    controller.abort();
    await expect(moving).rejects.toMatchObject({
      code: "CALL_ABORTED",
      message: expect.stringContaining("the domain stays where it was"),
      cause: expect.anything(),
    });
    expect(await states("stayer")).toBe("running, persistent → gone");
    // No job is left behind.
    await domain.migrateSetMaxSpeed(1000n);
    await domain.migrate3(there, {}, { flags: live | moved });
    expect(await states("stayer")).toBe("gone → running, persistent");
  }, 60_000);

  it("stays where it was after a time limit", async () => {
    const domain = await start("other", 32);
    await domain.migrateSetMaxSpeed(1n);
    await expect(
      domain.migrate(there, undefined, undefined, undefined, { flags: live, timeoutMs: 500 }),
    ).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
    expect(await states("other")).toBe("running, persistent → gone");
  }, 60_000);

  it("stays where it was if the destination refuses to prepare", async () => {
    const domain = await start("refused");
    const clash = await there.domainDefineXML(
      await hosts.guest({ name: "refused", uuid: "11111111-2222-3333-4444-555555555555" }),
    );
    const peers = hosts.peerUri(hosts.destination);
    const { code } = await virshMigrate(["--live"])({ name: "refused" });
    const left = await states("refused");
    expect([code, left]).toEqual([1, "running, persistent → state 5, persistent"]);
    for (const moving of [
      () => domain.migrate3(there, {}, { flags: live }),
      () => domain.migrate(there, undefined, undefined, undefined, { flags: live }),
      () => domain.migrateToURI3(peers, {}, { flags: live | PEER2PEER }),
    ]) {
      await expect(moving()).rejects.toMatchObject({ code: "OPERATION_FAILED" });
      expect([String(moving), await states("refused")]).toEqual([String(moving), left]);
    }
    await clash.undefine();
    // The source's job is over, or this could not begin.
    await domain.migrate3(there, {}, { flags: live });
  }, 60_000);

  const staying: { name: string; meddle: Meddle; states: string | undefined }[] = [
    {
      name: "its caller gives up",
      meddle: async ({ giveUp }) => giveUp(),
      states: "running, persistent → gone",
    },
    {
      name: "another cancels the job",
      meddle: async ({ domain }) => await domain.abortJob(),
      states: "running, persistent → gone",
    },
    {
      name: "the destination dies on the way",
      meddle: async () => {
        await hosts.destination.restart();
      },
      states: undefined,
    },
  ];
  describe.each(["managed", "peer to peer"])("that moves %s", (way) => {
    const p2p = way !== "managed";
    it.each(staying.map((one) => [one.name, one] as const))(
      "stays where it was, as for virsh, if %s",
      async (_, { meddle, states: expected }) => {
        const theirs = await meddled("orphan", virshMigrate(p2p ? ["--live", "--p2p"] : ["--live"]), meddle);
        const ours = await meddled(
          "orphan",
          async ({ domain, signal }) => {
            const options = { flags: p2p ? live | PEER2PEER : live, signal };
            if (p2p) await domain.migrateToURI3(hosts.peerUri(hosts.destination), {}, options);
            else await domain.migrate3(there, {}, options);
          },
          meddle,
        );
        expect(ours).toEqual(theirs);
        expect(ours).toEqual({ failed: true, states: expected ?? theirs.states });
      },
      120_000,
    );
  });
});

interface Attempt {
  readonly name: string;
  readonly domain: Domain;
  readonly signal: AbortSignal;
}

type Meddle = (on: { readonly domain: Domain; readonly giveUp: () => void }) => Promise<void>;

/** Has a guest migrate slowly, and meddles when its memory is on its way. */
async function meddled(
  name: string,
  migrate: (attempt: Attempt) => Promise<unknown>,
  meddle: Meddle,
): Promise<{ failed: boolean; states: string }> {
  const domain = await start(name, 32);
  await domain.migrateSetMaxSpeed(1n);
  const controller = new AbortController();
  const outcome = migrate({ name, domain, signal: controller.signal }).then(
    (result) => isRun(result) && result.code !== 0,
    () => true,
  );
  await underway(domain);
  await meddle({ domain, giveUp: () => controller.abort() });
  const failed = await outcome;
  if (!there.isAlive()) there = await connect(hosts.destination.uri("qemu"));
  const result = { failed, states: await states(name) };
  await sweep();
  return result;
}

/** Waits until the guest's memory is on its way. */
async function underway(domain: Domain): Promise<void> {
  for (;;) {
    const { params } = await domain.getJobStats();
    if (typeof params.data_processed === "bigint" && params.data_processed > 0n) return;
    await sleep(20);
  }
}

async function copyAfter({ domain }: { readonly domain: Domain }): Promise<void> {
  await domain.migrateStartPostCopy();
  // The source's job may be over by now.
  await domain.migrateSetMaxSpeed(1000n).catch(() => undefined);
}

function isRun(value: unknown): value is { readonly code: number } {
  return typeof value === "object" && value !== null && "code" in value;
}

/** The same by virsh, whose user gives up with another command. */
function virshMigrate(
  args: readonly string[],
): (attempt: Pick<Attempt, "name"> & Partial<Attempt>) => Promise<{ readonly code: number }> {
  return async ({ name, signal }) => {
    const uri = hosts.source.uri("qemu");
    const to = args.includes("--p2p") ? hosts.peerUri(hosts.destination) : hosts.destination.uri("qemu");
    signal?.addEventListener("abort", () => void run("virsh", ["-c", uri, "domjobabort", name]));
    return await run("virsh", ["-c", uri, "migrate", ...args, name, to], { timeoutMs: 60_000 });
  };
}

describe("a guest that is shut off", () => {
  it.each([
    ["managed", [], (domain: Domain) => domain.migrate3(there, {}, { flags: OFFLINE | moved })],
    [
      "without parameters",
      [],
      (domain: Domain) => domain.migrate(there, undefined, undefined, undefined, { flags: OFFLINE | moved }),
    ],
    [
      "peer to peer",
      ["--p2p"],
      (domain: Domain) =>
        domain.migrateToURI3(hosts.peerUri(hosts.destination), {}, { flags: OFFLINE | moved | PEER2PEER }),
    ],
  ])(
    "moves: %s",
    async (_, args, migrate) => {
      const xml = await hosts.guest({ name: "sleeper" });
      const moves = "gone → state 5, persistent";
      await here.domainDefineXML(xml);
      await virshMigrate(["--offline", "--persistent", "--undefinesource", ...args])({ name: "sleeper" });
      expect(await states("sleeper")).toBe(moves);
      await sweep();
      await migrate(await here.domainDefineXML(xml));
      expect(await states("sleeper")).toBe(moves);
    },
    60_000,
  );
});

describe("what no daemon need be asked", () => {
  it.each([
    ["flags that exclude each other", 64 | 128, "INVALID_ARG"],
    ["a tunnel for several connections", PEER2PEER | TUNNELLED | 131_072, "INVALID_ARG"],
    ["synchronous writes without storage", 262_144, "INVALID_ARG"],
    ["a tunnel that is not peer to peer", TUNNELLED, "OPERATION_INVALID"],
  ])("is refused: %s", async (_, flags, code) => {
    const domain = await here.domainDefineXML(await hosts.guest({ name: "still" }));
    const options = { flags: flags as DomainMigrateFlags };
    await expect(domain.migrate(there, undefined, undefined, undefined, options)).rejects.toMatchObject({
      code,
    });
  });

  it("is refused: places that lead the source to itself, and names that are none", async () => {
    const domain = await here.domainDefineXML(await hosts.guest({ name: "still" }));
    const peers = { flags: PEER2PEER };
    for (const uri of ["qemu:///system", "qemu+tcp://localhost/system", undefined]) {
      await expect(domain.migrateToURI3(uri, {}, peers)).rejects.toMatchObject({ code: "INVALID_ARG" });
    }
    await expect(domain.migrateToURI3("qemu+tcp://h/system", {})).rejects.toMatchObject({
      code: "ARGUMENT_UNSUPPORTED",
    });
    await expect(domain.migrate(there, "")).rejects.toMatchObject({ code: "INVALID_ARG" });
    await expect(domain.migrate3(there, {}, peers)).rejects.toMatchObject({ code: "INVALID_ARG" });
    await using reader = await connect(hosts.source.uri("qemu"), { readOnly: true });
    const seen = await reader.domainLookupByName("still");
    await expect(seen.migrate(there)).rejects.toMatchObject({ code: "OPERATION_DENIED" });
  });
});
