import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_GET_CPU_STATS,
  REMOTE_PROC_DOMAIN_GET_EMULATOR_PIN_INFO,
  REMOTE_PROC_DOMAIN_GET_MAX_VCPUS,
  REMOTE_PROC_DOMAIN_GET_VCPU_PIN_INFO,
  REMOTE_PROC_DOMAIN_GET_VCPUS,
  REMOTE_PROC_DOMAIN_GET_VCPUS_FLAGS,
  REMOTE_PROC_DOMAIN_PIN_EMULATOR,
  REMOTE_PROC_DOMAIN_PIN_VCPU,
  REMOTE_PROC_DOMAIN_PIN_VCPU_FLAGS,
  REMOTE_PROC_DOMAIN_SET_VCPUS,
  REMOTE_PROC_DOMAIN_SET_VCPUS_FLAGS,
} from "../../protocol/generated/remote/index.js";
import { refusal } from "../../protocol/server/index.js";
import { microseconds } from "../clock.js";
import { cpuMap, cpusOf, formatCpuSet, parseCpuSet } from "../cpu-map.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { param } from "../typed-params.js";
import { XmlElement } from "../xml/index.js";
import { placeElements } from "./document.js";
import { AFFECT, type TestDomain } from "./domain.js";
import type { DomainPark } from "./domain-park.js";
import { currentVcpus, maximumVcpus, setVcpus } from "./vcpu-count.js";

/** The host's processors. */
const HOST_CPUS = Array.from({ length: 16 }, (_, cpu) => cpu);
/** The most virtual processors of a domain. */
export const MAX_VCPUS = 32;
const MAXIMUM = 4;
const RUNNING = 1;

/** Virtual processors: how many, and where they run. */
export function vcpuRoutes(park: DomainPark): readonly TestRoute[] {
  function setCount(domain: TestDomain, count: number, flags: number): void {
    if (count === 0) {
      const message = "nvcpus in virDomainSetVcpusFlags must not be zero";
      const details = { str1: "virDomainSetVcpusFlags", str2: "nvcpus", int1: 0, int2: 0 };
      throw refusal(ErrorNumber.INVALID_ARG, ErrorDomain.DOMAIN, message, details);
    }
    if (count > MAX_VCPUS) throw tooMany(`maximum supported amount (${count} > ${MAX_VCPUS})`);
    const documents = domain.affected(flags);
    if ((flags & MAXIMUM) !== 0) {
      for (const document of documents) setVcpus(document, { maximum: count });
      return;
    }
    const most = Math.min(...documents.map(maximumVcpus));
    if (count > most) throw tooMany(`maximum (${count} > ${most})`);
    for (const document of documents) setVcpus(document, { current: count });
  }

  function pinsOf(document: XmlElement, vcpu: number): readonly number[] {
    const pin = document
      .find("cputune")
      ?.elements("vcpupin")
      .find((each) => each.get("vcpu") === String(vcpu));
    const all = document.get("cpuset", "vcpu");
    const set = pin?.get("cpuset") ?? all;
    return set === undefined ? HOST_CPUS : parseCpuSet(set);
  }

  function pin(domain: TestDomain, vcpu: number, map: Uint8Array, flags: number): void {
    for (const document of domain.affected(flags)) {
      if (vcpu >= currentVcpus(document)) {
        const detail = `requested vcpu '${vcpu}' is not present in the domain`;
        throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.TEST, detail);
      }
      const cputune = document.ensure("cputune");
      const old = cputune.elements("vcpupin").find((each) => each.get("vcpu") === String(vcpu));
      if (old !== undefined) cputune.remove(old);
      cputune.append(new XmlElement("vcpupin", { vcpu, cpuset: formatCpuSet(cpusOf(map)) }));
      placeCpuTune(document);
    }
  }

  return [
    handle(REMOTE_PROC_DOMAIN_SET_VCPUS, ({ dom, nvcpus }) => setCount(park.get(dom), nvcpus, AFFECT.LIVE)),
    handle(REMOTE_PROC_DOMAIN_SET_VCPUS_FLAGS, ({ dom, nvcpus, flags }) =>
      setCount(park.get(dom), nvcpus, flags),
    ),
    handle(REMOTE_PROC_DOMAIN_GET_VCPUS_FLAGS, ({ dom, flags }) => {
      const document = park.get(dom).asked(flags);
      return { num: (flags & MAXIMUM) !== 0 ? maximumVcpus(document) : currentVcpus(document) };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_MAX_VCPUS, ({ dom }) => ({
      num: maximumVcpus(park.get(dom).asked(AFFECT.LIVE)),
    })),
    handle(REMOTE_PROC_DOMAIN_GET_VCPUS, ({ dom, maxinfo, maplen }) => {
      const domain = park.get(dom);
      if (!domain.active) {
        const detail = "cannot list vcpus for an inactive domain";
        throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, detail);
      }
      const numbers = Array.from({ length: Math.min(maxinfo, currentVcpus(domain.current)) }, (_, i) => i);
      const pins = numbers.map((number) => pinsOf(domain.current, number));
      const cpuTime = microseconds() / 10n;
      return {
        info: numbers.map((number) => ({
          number,
          state: RUNNING,
          cpuTime,
          cpu: Math.max(...(pins[number] ?? [0])),
        })),
        cpumaps: Buffer.concat(pins.map((cpus) => cpuMap(cpus, maplen))),
      };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_VCPU_PIN_INFO, ({ dom, ncpumaps, maplen, flags }) => {
      const document = park.get(dom).asked(flags);
      const count = Math.min(ncpumaps, currentVcpus(document));
      const maps = Array.from({ length: count }, (_, vcpu) => cpuMap(pinsOf(document, vcpu), maplen));
      return { cpumaps: Buffer.concat(maps), num: count };
    }),
    handle(REMOTE_PROC_DOMAIN_PIN_VCPU, ({ dom, vcpu, cpumap }) =>
      pin(park.get(dom), vcpu, cpumap, AFFECT.LIVE),
    ),
    handle(REMOTE_PROC_DOMAIN_PIN_VCPU_FLAGS, ({ dom, vcpu, cpumap, flags }) =>
      pin(park.get(dom), vcpu, cpumap, flags),
    ),
    handle(REMOTE_PROC_DOMAIN_GET_EMULATOR_PIN_INFO, ({ dom, maplen, flags }) => {
      const document = park.get(dom).asked(flags);
      const set = document.get("cpuset", "cputune/emulatorpin") ?? document.get("cpuset", "vcpu");
      return { cpumaps: cpuMap(set === undefined ? HOST_CPUS : parseCpuSet(set), maplen), ret: 1 };
    }),
    handle(REMOTE_PROC_DOMAIN_PIN_EMULATOR, ({ dom, cpumap, flags }) => {
      for (const document of park.get(dom).affected(flags)) {
        document.ensure("cputune/emulatorpin").set("cpuset", formatCpuSet(cpusOf(cpumap)));
        placeCpuTune(document);
      }
    }),
    handle(REMOTE_PROC_DOMAIN_GET_CPU_STATS, ({ dom, nparams, startCpu, ncpus }) => {
      const count = currentVcpus(park.active(dom).current);
      const total = startCpu === -1;
      if (ncpus === 0) return { params: [], nparams: count };
      if (nparams === 0) return { params: [], nparams: total ? 3 : 2 };
      const params = total
        ? [
            param.ullong("cpu_time", CPU_TIME),
            param.ullong("user_time", 5_540_000_000n),
            param.ullong("system_time", 6_460_000_000n),
          ]
        : Array.from({ length: Math.min(ncpus, count - startCpu) }, (_, i) => [
            param.ullong("cpu_time", CPU_TIME / 2n + BigInt(startCpu + i)),
            param.ullong("vcpu_time", 23_151_740_627n + BigInt(startCpu + i)),
          ]).flat();
      return { params, nparams: total ? 3 : 2 };
    }),
  ];
}

/** Nanoseconds that the processors of every domain have run, which never change. */
const CPU_TIME = 48_772_617_035n;

function tooMany(what: string): Error {
  return refuse(ErrorNumber.INVALID_ARG, ErrorDomain.TEST, `requested cpu amount exceeds ${what}`);
}

function placeCpuTune(document: XmlElement): void {
  const cputune = document.find("cputune");
  if (cputune === undefined) return;
  const pins = cputune.elements("vcpupin").toSorted((a, b) => Number(a.get("vcpu")) - Number(b.get("vcpu")));
  cputune.remove("vcpupin");
  cputune.append(...pins);
  cputune.sort([], ["shares", "period", "quota", "vcpupin", "emulatorpin", "iothreadpin"]);
  placeElements(document);
}
