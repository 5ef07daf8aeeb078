import {
  REMOTE_PROC_DOMAIN_GET_BLKIO_PARAMETERS,
  REMOTE_PROC_DOMAIN_GET_MEMORY_PARAMETERS,
  REMOTE_PROC_DOMAIN_GET_NUMA_PARAMETERS,
  REMOTE_PROC_DOMAIN_GET_PERF_EVENTS,
  REMOTE_PROC_DOMAIN_GET_SCHEDULER_PARAMETERS,
  REMOTE_PROC_DOMAIN_GET_SCHEDULER_PARAMETERS_FLAGS,
  REMOTE_PROC_DOMAIN_GET_SCHEDULER_TYPE,
  REMOTE_PROC_DOMAIN_SET_MEMORY_PARAMETERS,
  REMOTE_PROC_DOMAIN_SET_SCHEDULER_PARAMETERS,
  REMOTE_PROC_DOMAIN_SET_SCHEDULER_PARAMETERS_FLAGS,
} from "../../protocol/generated/remote/index.js";
import { handle, type TestRoute } from "../session.js";
import { answerParams, param } from "../typed-params.js";
import { textElement } from "../xml/index.js";
import { placeElements } from "./document.js";
import type { DomainPark } from "./domain-park.js";

const SCHEDULER = "fair";
/** The test driver's scheduler has one knob, which does not turn. */
const WEIGHT = param.uint("weight", 50);
/** `VIR_DOMAIN_MEMORY_PARAM_UNLIMITED` */
const UNLIMITED = 9_007_199_254_740_991n;
const MEMORY_LIMITS = ["hard_limit", "soft_limit", "swap_hard_limit"];
const PERF = (
  "cmt mbmt mbml cpu_cycles instructions cache_references cache_misses branch_instructions branch_misses bus_cycles " +
  "stalled_cycles_frontend stalled_cycles_backend ref_cpu_cycles cpu_clock task_clock page_faults context_switches " +
  "cpu_migrations page_faults_min page_faults_maj alignment_faults emulation_faults"
).split(" ");

/** Shares and limits of what the host has. */
export function tuningRoutes(park: DomainPark): readonly TestRoute[] {
  return [
    handle(REMOTE_PROC_DOMAIN_GET_SCHEDULER_TYPE, ({ dom }) => {
      park.get(dom);
      return { type: SCHEDULER, nparams: 1 };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_SCHEDULER_PARAMETERS, ({ dom, nparams }) => {
      park.active(dom);
      return { params: [WEIGHT].slice(0, nparams) };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_SCHEDULER_PARAMETERS_FLAGS, ({ dom, nparams }) => {
      park.active(dom);
      return { params: [WEIGHT].slice(0, nparams) };
    }),
    handle(REMOTE_PROC_DOMAIN_SET_SCHEDULER_PARAMETERS, ({ dom }) => {
      park.active(dom);
    }),
    handle(REMOTE_PROC_DOMAIN_SET_SCHEDULER_PARAMETERS_FLAGS, ({ dom }) => {
      park.active(dom);
    }),
    handle(REMOTE_PROC_DOMAIN_GET_MEMORY_PARAMETERS, ({ dom, nparams, flags }) => {
      const memtune = park.get(dom).asked(flags).find("memtune");
      const params = MEMORY_LIMITS.map((name) =>
        param.ullong(name, BigInt(memtune?.textOf(name) ?? UNLIMITED)),
      );
      return answerParams(params, nparams);
    }),
    handle(REMOTE_PROC_DOMAIN_SET_MEMORY_PARAMETERS, ({ dom, params, flags }) => {
      for (const document of park.get(dom).affected(flags)) {
        const memtune = document.ensure("memtune");
        for (const { field, value } of params) {
          memtune.remove(field);
          const limit = BigInt(value.value);
          if (limit < UNLIMITED) memtune.append(textElement(field, limit, { unit: "KiB" }));
        }
        memtune.sort([], MEMORY_LIMITS);
        if (memtune.elements().length === 0) document.remove(memtune);
        placeElements(document);
      }
    }),
    handle(REMOTE_PROC_DOMAIN_GET_NUMA_PARAMETERS, ({ dom, nparams, flags }) => {
      park.get(dom).asked(flags);
      return answerParams([param.int("numa_mode", 0), param.string("numa_nodeset", "")], nparams);
    }),
    handle(REMOTE_PROC_DOMAIN_GET_BLKIO_PARAMETERS, ({ dom, nparams, flags }) => {
      park.get(dom).asked(flags);
      const texts = [
        "device_weight",
        "device_read_iops_sec",
        "device_write_iops_sec",
        "device_read_bytes_sec",
      ];
      const params = [...texts, "device_write_bytes_sec"].map((name) => param.string(name, ""));
      return answerParams([param.uint("weight", 0), ...params], nparams);
    }),
    handle(REMOTE_PROC_DOMAIN_GET_PERF_EVENTS, ({ dom, flags }) => {
      park.get(dom).asked(flags);
      return { params: PERF.map((name) => param.boolean(name, false)) };
    }),
  ];
}
