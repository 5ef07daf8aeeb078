import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { run as runCli } from "../../src/cli/run.js";
import { type Connection, connect, type NodeDevice } from "../../src/index.js";
import { createTestServer, Hypervisor, type TestServer } from "../../src/testing/index.js";
import { MANY, split } from "./compare.js";
import { TELLINGS } from "./told-events.js";

let dir = "";
let hypervisor: Hypervisor;
let server: TestServer;
let conn: Connection;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lvt-events-"));
  hypervisor = new Hypervisor({ libVersion: 9_000_000 });
  server = await createTestServer({ path: join(dir, "sock"), hypervisor });
  conn = await connect(server.uri);
});
afterAll(async () => {
  await conn.close();
  await server.close();
  await rm(dir, { recursive: true });
});

/** Somebody who listens until they are told to stop. */
interface Listener {
  readonly shown: () => string;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
}

function listenByVirsh(words: readonly string[]): Listener {
  const child = spawn("virsh", ["-c", server.uri, ...words], {
    env: { PATH: process.env.PATH, LC_ALL: "C" },
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  return {
    shown: () => text,
    stop: async () => {
      child.kill("SIGINT");
      await once(child, "close");
    },
  };
}

function listenByUs(words: readonly string[]): Listener {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let text = "";
  stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  stderr.resume();
  const ending = new AbortController();
  const running = runCli(["-c", server.uri, ...words], {
    stdin,
    stdout,
    stderr,
    env: {},
    signal: ending.signal,
  });
  return {
    shown: () => text,
    stop: async () => {
      ending.abort();
      expect(await running).toBe(0);
      stdout.end();
    },
  };
}

/** Does something over and over, until both have shown what it leads to. */
async function untilShown(listeners: readonly Listener[], mark: string, act: () => unknown): Promise<void> {
  while (!listeners.every(({ shown }) => shown().includes(mark))) {
    await act();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What stands between the marks that began and ended it, as they may have been shown any number of times. */
function between(text: string, begin: string, end: string): string {
  return text.slice(text.lastIndexOf(begin), text.indexOf(end)).split("\n").slice(1, -1).join("\n");
}

/** Has virsh and us listen at once, makes things happen, and compares what they show. */
async function compareEvents(
  words: string,
  [begin, end]: readonly [string, string],
  mark: (name: string) => unknown,
  act: () => Promise<unknown>,
): Promise<string> {
  const listeners = [listenByVirsh(split(words)), listenByUs(split(words))] as const;
  await untilShown(listeners, begin, () => mark(begin));
  await act();
  await untilShown(listeners, end, () => mark(end));
  for (const listener of listeners) await listener.stop();
  const [theirs, ours] = listeners.map(({ shown }) => between(shown(), begin, end));
  expect(ours).toBe(theirs);
  // Both end in good order, and say so.
  for (const { shown } of listeners)
    expect(shown()).toMatch(/event loop interrupted\nevents received: \d+\n\n?$/);
  return ours ?? "";
}

const UUID = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0";

describe("events as virsh shows them", () => {
  it(
    "of domains, all kinds",
    async () => {
      const of = (name: string): { name: string; uuid: string; id: number } => ({ name, uuid: UUID, id: 1 });
      const seen = await compareEvents(
        "event --all --loop",
        ["begin", "finis"],
        (name) => TELLINGS[0]?.(hypervisor, of(name)),
        async () => {
          for (const tell of TELLINGS) tell(hypervisor, of("guest"));
        },
      );
      expect(seen.match(/^event /gm)?.length).toBe(TELLINGS.length);
    },
    MANY,
  );

  it(
    "of networks",
    async () => {
      const seen = await compareEvents(
        "net-event --event lifecycle --loop",
        ["begin", "finis"],
        async (name) => {
          await (await conn.networkDefineXML(`<network><name>${name}</name></network>`)).undefine();
        },
        async () => {
          const network = await conn.networkDefineXML("<network><name>n</name></network>");
          await network.create();
          await network.destroy();
          await network.undefine();
        },
      );
      expect(seen).toContain("event 'lifecycle' for network n: Started");
    },
    MANY,
  );

  it(
    "of pools",
    async () => {
      const pool = (name: string): string =>
        `<pool type='dir'><name>${name}</name><target><path>/${name}</path></target></pool>`;
      const mark = async (name: string): Promise<void> => {
        await (await conn.storagePoolDefineXML(pool(name))).undefine();
      };
      const seen = await compareEvents(
        "pool-event --event lifecycle --loop",
        ["begin", "finis"],
        mark,
        async () => {
          const made = await conn.storagePoolDefineXML(pool("p"));
          await made.build();
          await made.create();
          await made.destroy();
          await made.delete();
          await made.undefine();
        },
      );
      expect(seen).toContain("event 'lifecycle' for storage pool p: Started");
      const refresh = async (name: string): Promise<void> => {
        const made = await conn.storagePoolCreateXML(pool(name));
        await made.refresh();
        await made.destroy();
      };
      await compareEvents("pool-event --event refresh --loop", ["begin", "finis"], refresh, () =>
        refresh("r"),
      );
    },
    MANY,
  );

  it(
    "of secrets",
    async () => {
      const uuid = (name: string): string => UUID.replace("4dea22b3", name);
      const secret = (name: string): string => `<secret private='no'><uuid>${uuid(name)}</uuid></secret>`;
      const change = async (name: string): Promise<void> => {
        const made = await conn.secretDefineXML(secret(name));
        await made.setValue(Buffer.from("x"));
        await made.undefine();
      };
      for (const kind of ["lifecycle", "value-changed"]) {
        await compareEvents(`secret-event --event ${kind} --loop`, ["beeeeeee", "eeeeeeee"], change, () =>
          change("aaaaaaaa"),
        );
      }
    },
    MANY,
  );

  it(
    "of devices",
    async () => {
      const xml = (wwpn: string): string =>
        "<device><name>x</name><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'>" +
        `<wwnn>2000000012341234</wwnn><wwpn>${wwpn}</wwpn></capability></capability></device>`;
      let made = 0;
      const make = async (): Promise<NodeDevice> => {
        made += 1;
        return await conn.nodeDeviceCreateXML(xml(String(1_000_000_000_000_000 + made)));
      };
      const words = split("nodedev-event --event lifecycle --loop");
      const listeners = [listenByVirsh(words), listenByUs(words)] as const;
      // The hypervisor names them, and may give the same name again.
      await untilShown(listeners, "for node device", make);
      const device = await make();
      await device.destroy();
      await untilShown(listeners, `device ${device.name}: Deleted`, () => undefined);
      for (const listener of listeners) await listener.stop();
      const [theirs, ours] = listeners.map(({ shown }) =>
        shown()
          .match(new RegExp(`.* ${device.name}: .*`, "g"))
          ?.slice(-2),
      );
      const begin = `event 'lifecycle' for node device ${device.name}`;
      expect(theirs).toEqual([`${begin}: Created`, `${begin}: Deleted`]);
      expect(ours).toEqual(theirs);
    },
    MANY,
  );
});

describe("events as JSON", () => {
  it(
    "are a line each, of plain values",
    async () => {
      const listener = listenByUs(split("event --all --loop --json"));
      const of = (name: string): { name: string; uuid: string; id: number } => ({ name, uuid: UUID, id: 1 });
      await untilShown([listener], "begin", () => TELLINGS[0]?.(hypervisor, of("begin")));
      for (const tell of TELLINGS) tell(hypervisor, of("guest"));
      await untilShown([listener], "finis", () => TELLINGS[0]?.(hypervisor, of("finis")));
      await listener.stop();
      const text = listener.shown();
      const lines = text.slice(0, text.lastIndexOf("\n{\n")).split("\n");
      const told = lines.map(
        (line) => JSON.parse(line) as { kind: string; domain: { name: string; uuid: string } },
      );
      const mine = told.filter(({ domain }) => domain.name === "guest");
      expect(mine.length).toBe(TELLINGS.length);
      expect(mine.every(({ kind, domain }) => kind.startsWith("domain.") && domain.uuid === UUID)).toBe(true);
    },
    MANY,
  );
});
