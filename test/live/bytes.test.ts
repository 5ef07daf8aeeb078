import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type Connection,
  ConnectListAllDomainsFlags,
  connect,
  type Domain,
  RemoteError,
} from "../../src/index.js";
import * as remote from "../../src/protocol/generated/remote/index.js";
import { openSession, type Procedure, RpcClient } from "../../src/protocol/index.js";
import { dialUnix } from "../../src/transport/index.js";
import { testDomainXml } from "../support/domain-xml.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { Oracle, OracleFailure, type OracleHandle } from "../support/oracle.js";
import { type Recorder, startRecorder } from "../support/recorder.js";

/** The domain that libvirt's test driver has from the start. */
const NAME = "test";
const UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f";
const transient = testDomainXml({ name: "transient", uuid: "11111111-2222-4333-8444-555555555555" });
const defined = testDomainXml({ name: "defined", uuid: "21111111-2222-4333-8444-555555555555" });

const SOME = ConnectListAllDomainsFlags.ACTIVE | ConnectListAllDomainsFlags.INACTIVE;

interface Question {
  readonly theirs: (oracle: Oracle, domain: OracleHandle) => Promise<unknown>;
  readonly ours: (conn: Connection, domain: Domain) => Promise<unknown>;
}

const conn =
  (method: string, ...args: unknown[]): Question["theirs"] =>
  (oracle) =>
    oracle.call("conn", method, ...args);
const dom =
  (method: string, ...args: unknown[]): Question["theirs"] =>
  (oracle, domain) =>
    oracle.call(domain, method, ...args);

/** Asked one after the other by both: the state of the daemon goes along, and ends as it began. */
const API: Readonly<Record<string, Question>> = {
  getType: { theirs: conn("getType"), ours: (c) => c.getType() },
  getVersion: { theirs: conn("getVersion"), ours: (c) => c.getVersion() },
  getLibVersion: { theirs: conn("getLibVersion"), ours: (c) => c.getLibVersion() },
  getHostname: { theirs: conn("getHostname"), ours: (c) => c.getHostname() },
  getCapabilities: { theirs: conn("getCapabilities"), ours: (c) => c.getCapabilities() },
  "getMaxVcpus of a type": { theirs: conn("getMaxVcpus", "test"), ours: (c) => c.getMaxVcpus("test") },
  "getMaxVcpus of none": { theirs: conn("getMaxVcpus", null), ours: (c) => c.getMaxVcpus() },
  nodeGetInfo: { theirs: conn("getInfo"), ours: (c) => c.nodeGetInfo() },
  nodeGetFreeMemory: { theirs: conn("getFreeMemory"), ours: (c) => c.nodeGetFreeMemory() },
  domainCreateXML: { theirs: conn("createXML", transient, 0), ours: (c) => c.domainCreateXML(transient) },
  domainDefineXML: { theirs: conn("defineXML", defined), ours: (c) => c.domainDefineXML(defined) },
  domainDefineXMLFlags: {
    theirs: conn("defineXMLFlags", defined, 0),
    ours: (c) => c.domainDefineXMLFlags(defined),
  },
  numOfDomains: { theirs: conn("numOfDomains"), ours: (c) => c.numOfDomains() },
  numOfDefinedDomains: { theirs: conn("numOfDefinedDomains"), ours: (c) => c.numOfDefinedDomains() },
  listDomains: { theirs: conn("listDomainsID"), ours: (c) => c.listDomains() },
  listDefinedDomains: { theirs: conn("listDefinedDomains"), ours: (c) => c.listDefinedDomains() },
  listAllDomains: { theirs: conn("listAllDomains", 0), ours: (c) => c.listAllDomains() },
  "listAllDomains, some": {
    theirs: conn("listAllDomains", 3),
    ours: (c) => c.listAllDomains({ flags: SOME }),
  },
  domainLookupByName: { theirs: conn("lookupByName", NAME), ours: (c) => c.domainLookupByName(NAME) },
  "domainLookupByName of nobody": {
    theirs: conn("lookupByName", "ünbekannt €"),
    ours: (c) => c.domainLookupByName("ünbekannt €"),
  },
  domainLookupByID: { theirs: conn("lookupByID", 1), ours: (c) => c.domainLookupByID(1) },
  domainLookupByUUID: { theirs: conn("lookupByUUIDString", UUID), ours: (c) => c.domainLookupByUUID(UUID) },
  getInfo: { theirs: dom("info"), ours: (_, d) => d.getInfo() },
  getState: { theirs: dom("state"), ours: (_, d) => d.getState() },
  getXMLDesc: { theirs: dom("XMLDesc", 2), ours: (_, d) => d.getXMLDesc({ flags: 2 }) },
  getAutostart: { theirs: dom("autostart"), ours: (_, d) => d.getAutostart() },
  setAutostart: { theirs: dom("setAutostart", 1), ours: (_, d) => d.setAutostart(true) },
  isActive: { theirs: dom("isActive"), ours: (_, d) => d.isActive() },
  isPersistent: { theirs: dom("isPersistent"), ours: (_, d) => d.isPersistent() },
  isUpdated: { theirs: dom("isUpdated"), ours: (_, d) => d.isUpdated() },
  getMaxMemory: { theirs: dom("maxMemory"), ours: (_, d) => d.getMaxMemory() },
  getMaxVcpus: { theirs: dom("maxVcpus"), ours: (_, d) => d.getMaxVcpus() },
  getOSType: { theirs: dom("OSType"), ours: (_, d) => d.getOSType() },
  suspend: { theirs: dom("suspend"), ours: (_, d) => d.suspend() },
  resume: { theirs: dom("resume"), ours: (_, d) => d.resume() },
  reset: { theirs: dom("reset", 0), ours: (_, d) => d.reset() },
  reboot: { theirs: dom("reboot", 0), ours: (_, d) => d.reboot() },
  shutdown: { theirs: dom("shutdown"), ours: (_, d) => d.shutdown() },
  shutdownFlags: { theirs: dom("shutdownFlags", 1), ours: (_, d) => d.shutdownFlags({ flags: 1 }) },
  createWithFlags: { theirs: dom("createWithFlags", 1), ours: (_, d) => d.createWithFlags({ flags: 1 }) },
  destroy: { theirs: dom("destroy"), ours: (_, d) => d.destroy() },
  create: { theirs: dom("create"), ours: (_, d) => d.create() },
  undefineFlags: { theirs: dom("undefineFlags", 1), ours: (_, d) => d.undefineFlags({ flags: 1 }) },
  undefine: { theirs: dom("undefine"), ours: (_, d) => d.undefine() },
  // The C client keeps the old id after this one, ours does not: nothing that carries it may follow.
  destroyFlags: { theirs: dom("destroyFlags", 1), ours: (_, d) => d.destroyFlags({ flags: 1 }) },
};

const wire = { name: NAME, uuid: UUID, id: 1 };

interface Raw {
  readonly theirs: Question["theirs"];
  readonly ours: (
    call: <A>(procedure: Procedure<A, unknown>, args: A) => Promise<unknown>,
  ) => Promise<unknown>;
}

/** Types that the API above has no use for yet: typed parameters, bytes, lists. */
const RAW: Readonly<Record<string, Raw>> = {
  "typed parameters": {
    theirs: dom("setSchedulerParameters", { weight: 17 }),
    ours: (call) =>
      call(remote.REMOTE_PROC_DOMAIN_SET_SCHEDULER_PARAMETERS, {
        dom: wire,
        params: [{ field: "weight", value: { type: 2, value: 17 } }],
      }),
  },
  "several typed parameters": {
    theirs: dom("setMemoryParameters", { hard_limit: 2n ** 40n, soft_limit: 5 }, 2),
    ours: (call) =>
      call(remote.REMOTE_PROC_DOMAIN_SET_MEMORY_PARAMETERS, {
        dom: wire,
        params: [
          { field: "hard_limit", value: { type: 4, value: 2n ** 40n } },
          { field: "soft_limit", value: { type: 4, value: 5n } },
        ],
        flags: 2,
      }),
  },
  "a CPU map": {
    theirs: dom("pinVcpu", 1, { $tuple: [true, ...Array.from({ length: 7 }, () => false)] }),
    ours: (call) =>
      call(remote.REMOTE_PROC_DOMAIN_PIN_VCPU, { dom: wire, vcpu: 1, cpumap: Uint8Array.of(1) }),
  },
  "a list of strings": {
    theirs: conn("baselineCPU", ["<cpu/>", "<cpu><arch>x86_64</arch></cpu>"], 1),
    ours: (call) =>
      call(remote.REMOTE_PROC_CONNECT_BASELINE_CPU, {
        xmlCPUs: ["<cpu/>", "<cpu><arch>x86_64</arch></cpu>"],
        flags: 1,
      }),
  },
  "64-bit numbers": {
    theirs: dom("setMemory", 1_048_576),
    ours: (call) => call(remote.REMOTE_PROC_DOMAIN_SET_MEMORY, { dom: wire, memory: 1_048_576n }),
  },
  "an offset and a size": {
    theirs: dom("blockPeek", "/dev/vda", 4096n, 16, 0),
    ours: (call) =>
      call(remote.REMOTE_PROC_DOMAIN_BLOCK_PEEK, {
        dom: wire,
        path: "/dev/vda",
        offset: 4096n,
        size: 16,
        flags: 0,
      }),
  },
  "absent strings": {
    theirs: dom("metadata", 0, null, 0),
    ours: (call) => call(remote.REMOTE_PROC_DOMAIN_GET_METADATA, { dom: wire, type: 0, flags: 0 }),
  },
  "a negative 64-bit number": {
    theirs: dom("sendProcessSignal", -5n, 9, 0),
    ours: (call) =>
      call(remote.REMOTE_PROC_DOMAIN_SEND_PROCESS_SIGNAL, { dom: wire, pidValue: -5n, signum: 9, flags: 0 }),
  },
};

/** Calls as `procedure: bytes`, the serial taken out: each client counts from where it stands. */
function callsOf(recorder: Recorder, from: number): string[] {
  return recorder.packets
    .slice(from)
    .filter(({ fromClient, type }) => fromClient && type === 0)
    .map(({ bytes, procedure }) => {
      const copy = Buffer.from(bytes);
      copy.writeUInt32BE(0, 20);
      return `${procedure}: ${copy.toString("hex")}`;
    });
}

describe("the bytes of a call", () => {
  let daemon: Libvirtd;
  const procedures = new Set<string>();
  let compared = 0;

  beforeAll(async () => {
    daemon = await startLibvirtd();
  }, 60_000);
  afterAll(async () => {
    await daemon.stop();
  });

  const viaRecorder = async (): Promise<{ recorder: Recorder; uri: string }> => {
    const recorder = await startRecorder(daemon.socket);
    return { recorder, uri: `test+unix:///default?socket=${recorder.socket}` };
  };

  /** Errors are answers too: what was sent is what counts here. */
  const ask = async (recorder: Recorder, question: () => Promise<unknown>): Promise<string[]> => {
    const from = recorder.packets.length;
    await question().catch((error: unknown) => {
      if (!(error instanceof OracleFailure || error instanceof RemoteError)) throw error;
    });
    return callsOf(recorder, from);
  };

  it("is the same as libvirt's for everything that the API has", async () => {
    const sent = { theirs: new Map<string, string[]>(), ours: new Map<string, string[]>() };
    {
      const { recorder, uri } = await viaRecorder();
      const oracle = await Oracle.start(uri);
      const domain = await oracle.call<OracleHandle>("conn", "lookupByName", NAME);
      for (const [name, { theirs }] of Object.entries(API)) {
        sent.theirs.set(name, await ask(recorder, () => theirs(oracle, domain)));
      }
      await oracle.stop();
      await recorder.stop();
    }
    {
      const { recorder, uri } = await viaRecorder();
      const connection = await connect(uri);
      const domain = await connection.domainLookupByName(NAME);
      for (const [name, { ours }] of Object.entries(API)) {
        sent.ours.set(name, await ask(recorder, () => ours(connection, domain)));
      }
      await connection.close();
      await recorder.stop();
    }
    for (const name of Object.keys(API)) {
      expect([name, sent.ours.get(name)]).toEqual([name, sent.theirs.get(name)]);
      for (const call of sent.ours.get(name) ?? []) procedures.add(call.split(":")[0] ?? "");
      compared += sent.ours.get(name)?.length ?? 0;
    }
    expect(procedures.size).toBeGreaterThanOrEqual(35);
  }, 60_000);

  it("is the same as libvirt's for typed parameters, bytes and lists", async () => {
    const theirs: string[][] = [];
    {
      const { recorder, uri } = await viaRecorder();
      const oracle = await Oracle.start(uri);
      const domain = await oracle.call<OracleHandle>("conn", "lookupByName", NAME);
      for (const question of Object.values(RAW)) {
        theirs.push(await ask(recorder, () => question.theirs(oracle, domain)));
      }
      await oracle.stop();
      await recorder.stop();
    }
    const { recorder } = await viaRecorder();
    const rpc = new RpcClient(await dialUnix({ path: recorder.socket }));
    await openSession(rpc, { name: "test:///default", readOnly: false }, () => ({}));
    for (const [i, [name, question]] of Object.entries(RAW).entries()) {
      const [ours] = await ask(recorder, () => question.ours((procedure, args) => rpc.call(procedure, args)));
      expect(ours).toBeDefined();
      // libvirt may ask a feature or the types of the parameters before.
      expect([name, theirs[i]]).toEqual([name, expect.arrayContaining([ours])]);
      procedures.add(ours?.split(":")[0] ?? "");
      compared++;
    }
    rpc.close();
    await recorder.stop();
  }, 60_000);

  it("was compared for so many procedures", () => {
    process.stdout.write(
      `bytes: ${compared} calls of ${procedures.size} procedures are identical to libvirt's\n`,
    );
    expect(procedures.size).toBeGreaterThanOrEqual(40);
  });
});
