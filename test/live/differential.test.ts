import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  CallTimeoutError,
  type Connection,
  connect,
  InvalidValueError,
  RemoteError,
} from "../../src/index.js";
import { type Libvirtd, type LibvirtdOptions, startLibvirtd } from "../support/libvirtd.js";
import { Oracle, OracleFailure, type OracleMethod } from "../support/oracle.js";
import { type Recorder, startRecorder } from "../support/recorder.js";
import { makeObjects, type Objects } from "./differential/objects.js";
import { type Question, questions } from "./differential/questions.js";
import { same } from "./differential/same.js";

/** Two hosts that look the same from within. */
const ALIKE: LibvirtdOptions = { net: true, conf: ['host_uuid = "00112233-4455-4677-8899-aabbccddeeff"'] };

/** Longer than any of these calls should take. */
const ANSWER_MS = 10_000;

const { all, left } = questions();
const procedures = new Set<string>();
const comparedFunctions = new Set<string>();
const notCompared = new Map<string, string>(left);

/** What changes from one moment to the next, or from one daemon to the other: only that both answer is compared. */
const MOMENTARY: ReadonlySet<string> = new Set([
  "virNodeGetFreeMemory",
  "virNodeGetFreePages",
  "virNodeGetCellsFreeMemory",
  "virNodeGetCPUStats",
  "virNodeGetMemoryStats",
  "virDomainGetInfo",
  "virDomainGetTime",
  "virDomainGetCPUStats",
  "virDomainGetVcpus",
  "virDomainGetControlInfo",
  "virDomainGetJobStats",
  "virConnectGetAllDomainStats",
  "virDomainMemoryStats",
  "virStorageVolGetXMLDesc",
  // Each daemon has network devices of its own.
  "virConnectListAllNodeDevices",
  "virNodeListDevices",
  "virNodeNumOfDevices",
]);

/** Where libvirt-python has a form of its own for arguments or result. */
const OWN_FORM: ReadonlyMap<string, string> = new Map([
  ["virConnectGetURI", "each names its own socket"],
  ["virNodeGetInfo", "compared in connection.test.ts"],
  ["virDomainGetSecurityLabelList", "libvirt-python fails without an error where there is no label"],
  ["virDomainGetGuestVcpus", "libvirt-python hides the error"],
  ["virDomainMigrateGetCompressionCache", "libvirt-python hides the error"],
  ["virDomainMigrateGetMaxDowntime", "libvirt-python hides the error"],
]);

type Outcome =
  | { readonly value: unknown }
  | { readonly code: number; readonly domain: number; readonly text: string };

async function outcome(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof RemoteError) {
      return { code: error.number, domain: error.domainNumber, text: error.message };
    }
    if (error instanceof OracleFailure) {
      const { code, domain, message } = error.error;
      return { code: Number(code), domain: Number(domain), text: message };
    }
    throw error;
  }
}

function shown(outcome: Outcome): string {
  const text = (_: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);
  return JSON.stringify(outcome, text)?.slice(0, 300);
}

describe.each(["test", "qemu"] as const)("beside libvirt-python on %s", (driver) => {
  let daemons: readonly Libvirtd[];
  let recorder: Recorder;
  let conn: Connection;
  let oracle: Oracle;
  let objects: Objects;
  let methods: Readonly<Record<string, readonly OracleMethod[]>>;

  beforeAll(async () => {
    // One daemon for each: whatever a call changes, it changes for both.
    const [mine, theirs] = await Promise.all([startLibvirtd(ALIKE), startLibvirtd(ALIKE)]);
    daemons = [mine, theirs];
    recorder = await startRecorder(mine.socket);
    conn = await connect(
      `${driver}+unix:///${driver === "test" ? "default" : "system"}?socket=${recorder.socket}`,
    );
    oracle = await Oracle.start(theirs.uri(driver));
    methods = await oracle.describe();
    objects = await makeObjects(driver, conn, oracle);
  }, 60_000);
  afterAll(async () => {
    await conn.close();
    await oracle.stop();
    await recorder.stop();
    for (const daemon of daemons) await daemon.stop();
  });

  const askOurs = ({ className, method, ours, hasFlags }: Question): Promise<Outcome> => {
    const object = objects.ours.get(className) as Readonly<
      Record<string, (...args: unknown[]) => Promise<unknown>>
    >;
    return outcome(
      async () =>
        await object[method]?.(
          ...ours,
          ...(hasFlags ? [{ flags: 0, timeoutMs: ANSWER_MS }] : [{ timeoutMs: ANSWER_MS }]),
        ),
    );
  };

  /** The method of libvirt-python with the same arguments, or why there is none. */
  const askTheirs = async ({ fn, className, theirs, hasFlags }: Question): Promise<Outcome | string> => {
    const own = OWN_FORM.get(fn);
    if (own !== undefined) return own;
    const candidates = methods[fn];
    if (candidates === undefined) return "libvirt-python has no such method";
    const pythonClass = className === "Connection" ? "virConnect" : `vir${className}`;
    const args = [...theirs, ...(hasFlags ? [0] : [])];
    const method = candidates.find(
      (one) => one.class === pythonClass && one.parameters.length === args.length,
    );
    if (method === undefined) return "libvirt-python takes other arguments";
    const target = className === "Connection" ? "conn" : objects.theirs.get(className);
    if (target === undefined) return "no such object on this driver";
    try {
      return await outcome(() => oracle.call(target, method.method, ...args));
    } catch (error) {
      return `libvirt-python refuses the arguments: ${String(error).slice(0, 120)}`;
    }
  };

  it("answers each question alike", async () => {
    const different: string[] = [];
    const alone: Question[] = [];
    for (const question of all) {
      const { fn, className } = question;
      if (!objects.ours.has(className)) {
        if (!comparedFunctions.has(fn)) notCompared.set(fn, `no ${className} on this driver`);
        continue;
      }
      const theirs = await askTheirs(question);
      if (typeof theirs === "string") {
        // Asked in the end: what only one side does would set the two apart.
        alone.push(question);
        if (!comparedFunctions.has(fn)) notCompared.set(fn, theirs);
        continue;
      }
      const ours = await askOurs(question).catch((error: unknown) => {
        if (error instanceof CallTimeoutError) return error.message;
        if (error instanceof InvalidValueError) return error.message;
        throw error;
      });
      if (typeof ours === "string") {
        if (!comparedFunctions.has(fn)) notCompared.set(fn, ours);
        continue;
      }
      comparedFunctions.add(fn);
      notCompared.delete(fn);
      const alike =
        "value" in ours && "value" in theirs
          ? MOMENTARY.has(fn) || same(ours.value, theirs.value)
          : "code" in ours && "code" in theirs && ours.code === theirs.code && ours.domain === theirs.domain;
      if (!alike) different.push(`${driver} ${fn}: ours ${shown(ours)}, theirs ${shown(theirs)}`);
    }
    for (const question of alone) await askOurs(question).catch(() => undefined);
    for (const { fromClient, program, procedure, type } of recorder.packets) {
      if (fromClient && type === 0) procedures.add(`${program}:${procedure}`);
    }
    expect(different).toEqual([]);
  }, 300_000);
});

describe("the comparison", () => {
  it("went through the greater part of the API", () => {
    const lines = [...notCompared]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([fn, reason]) => `  ${fn}: ${reason}`);
    process.stdout.write(
      `differential: ${comparedFunctions.size} functions compared, ${procedures.size} procedures called live\n` +
        `not compared: ${lines.length}\n${lines.join("\n")}\n`,
    );
    expect(comparedFunctions.size).toBeGreaterThan(200);
    expect(procedures.size).toBeGreaterThanOrEqual(300);
  });
});
