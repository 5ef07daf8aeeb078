import { hostname } from "node:os";
import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_GET_CAPABILITIES,
  REMOTE_PROC_CONNECT_GET_CPU_MODEL_NAMES,
  REMOTE_PROC_CONNECT_GET_HOSTNAME,
  REMOTE_PROC_CONNECT_GET_MAX_VCPUS,
  REMOTE_PROC_CONNECT_GET_SYSINFO,
  REMOTE_PROC_CONNECT_SET_IDENTITY,
  REMOTE_PROC_NODE_GET_CELLS_FREE_MEMORY,
  REMOTE_PROC_NODE_GET_CPU_MAP,
  REMOTE_PROC_NODE_GET_CPU_STATS,
  REMOTE_PROC_NODE_GET_FREE_MEMORY,
  REMOTE_PROC_NODE_GET_INFO,
  REMOTE_PROC_NODE_GET_SECURITY_MODEL,
} from "../../protocol/generated/remote/index.js";
import { cpuMap } from "../cpu-map.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { textElement, XmlElement } from "../xml/index.js";
import { capabilities } from "./capabilities.js";
import { CPU_MODELS } from "./cpu-models.js";
import { CELLS, HOST, type HostFacts } from "./topology.js";

const encoder = new TextEncoder();
/** Text in a fixed array of characters, which is ended by a NUL. */
const chars = (text: string, size: number = text.length + 1): Uint8Array => {
  const array = new Uint8Array(size);
  array.set(encoder.encode(text));
  return array;
};

const MODEL_SIZE = 32;
/** `VIR_NODE_CPU_STATS_*`, in nanoseconds; they stand still. */
const CPU_STATS = [
  { field: "user", value: 9_797_400_000n },
  { field: "kernel", value: 34_678_723_400_000n },
  { field: "idle", value: 87_264_900_000n },
  { field: "iowait", value: 763_600_000n },
];
/** Of the processors that the map shows, these are there. */
const CPU_MAP = { present: 8, online: [0, 2, 4] };
const MAX_VCPUS = 32;

const SYSINFO = new XmlElement("sysinfo", { type: "smbios" }, [
  new XmlElement("bios", {}, [
    textElement("entry", "LENOVO", { name: "vendor" }),
    textElement("entry", "G4ETA1WW (2.61 )", { name: "version" }),
    textElement("entry", "05/07/2014", { name: "date" }),
    textElement("entry", "2.61", { name: "release" }),
  ]),
]);

/** The host on which the domains would run. */
export class HostDriver {
  readonly routes: readonly TestRoute[];

  constructor(facts: Partial<HostFacts> = {}) {
    const host = { ...HOST, ...facts };
    this.routes = [
      handle(REMOTE_PROC_CONNECT_GET_HOSTNAME, () => ({ hostname: hostname() })),
      handle(REMOTE_PROC_CONNECT_GET_CAPABILITIES, () => ({ capabilities: capabilities() })),
      handle(REMOTE_PROC_CONNECT_GET_MAX_VCPUS, () => ({ maxVcpus: MAX_VCPUS })),
      handle(REMOTE_PROC_CONNECT_GET_SYSINFO, () => ({ sysinfo: SYSINFO.format() })),
      handle(REMOTE_PROC_CONNECT_SET_IDENTITY, () => undefined),
      handle(REMOTE_PROC_CONNECT_GET_CPU_MODEL_NAMES, ({ arch, needResults }) => {
        const models = CPU_MODELS[arch];
        if (models === undefined) {
          throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.TEST, `cannot find architecture ${arch}`);
        }
        return { models: needResults === 0 ? [] : models, ret: models.length };
      }),
      handle(REMOTE_PROC_NODE_GET_INFO, () => ({
        model: chars(host.model, MODEL_SIZE),
        memory: host.memoryKiB,
        cpus: host.cpus,
        mhz: host.mhz,
        nodes: host.cells,
        sockets: host.sockets,
        cores: host.cores,
        threads: host.threads,
      })),
      handle(REMOTE_PROC_NODE_GET_FREE_MEMORY, () => ({ freeMem: host.memoryKiB })),
      handle(REMOTE_PROC_NODE_GET_CELLS_FREE_MEMORY, ({ startCell, maxcells }) => {
        if (startCell < 0 || startCell >= CELLS.length) {
          throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.TEST, "Range exceeds available cells");
        }
        return { cells: CELLS.slice(startCell, startCell + maxcells).map(({ freeBytes }) => freeBytes) };
      }),
      handle(REMOTE_PROC_NODE_GET_CPU_STATS, ({ nparams }) =>
        nparams === 0
          ? { params: [], nparams: CPU_STATS.length }
          : { params: CPU_STATS.slice(0, nparams), nparams: Math.min(nparams, CPU_STATS.length) },
      ),
      handle(REMOTE_PROC_NODE_GET_CPU_MAP, ({ needMap, needOnline }) => ({
        cpumap: needMap === 0 ? new Uint8Array() : cpuMap(CPU_MAP.online, Math.ceil(CPU_MAP.present / 8)),
        online: needOnline === 0 ? 0 : CPU_MAP.online.length,
        ret: CPU_MAP.present,
      })),
      handle(REMOTE_PROC_NODE_GET_SECURITY_MODEL, () => ({ model: chars("testSecurity"), doi: chars("") })),
    ];
  }
}
