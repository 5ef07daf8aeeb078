import {
  REMOTE_PROC_DOMAIN_GET_CONTROL_INFO,
  REMOTE_PROC_DOMAIN_GET_INFO,
  REMOTE_PROC_DOMAIN_GET_MESSAGES,
  REMOTE_PROC_DOMAIN_GET_OS_TYPE,
  REMOTE_PROC_DOMAIN_GET_SECURITY_LABEL,
  REMOTE_PROC_DOMAIN_GET_STATE,
} from "../../protocol/generated/remote/index.js";
import { microseconds } from "../clock.js";
import { handle, type TestRoute } from "../session.js";
import type { TestDomain } from "./domain.js";
import type { DomainPark } from "./domain-park.js";
import { currentVcpus } from "./vcpu-count.js";

const LABEL = "libvirt-test";
const encoder = new TextEncoder();

/** Tells how domains are. */
export function infoRoutes(park: DomainPark): readonly TestRoute[] {
  return [
    handle(REMOTE_PROC_DOMAIN_GET_INFO, ({ dom }) => {
      const domain = park.get(dom);
      return {
        state: domain.state,
        maxMem: kibibytes(domain, "memory"),
        memory: kibibytes(domain, "currentMemory"),
        nrVirtCpu: currentVcpus(domain.current),
        cpuTime: microseconds() * 1000n,
      };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_STATE, ({ dom }) => {
      const { state, reason } = park.get(dom);
      return { state, reason };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_OS_TYPE, ({ dom }) => {
      park.get(dom);
      return { type: "linux" };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_CONTROL_INFO, ({ dom }) => {
      park.active(dom);
      return { state: 0, details: 0, stateTime: 0n };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_SECURITY_LABEL, ({ dom }) => {
      const { active } = park.get(dom);
      return active
        ? { label: encoder.encode(`${LABEL}\0`), enforcing: 1 }
        : { label: encoder.encode("\0"), enforcing: 0 };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_MESSAGES, ({ dom }) => {
      park.get(dom);
      return { msgs: [] };
    }),
  ];
}

/** KiB in an element that counts them, as all do in a document that was read. */
export function kibibytes(domain: TestDomain, name: "memory" | "currentMemory"): bigint {
  return BigInt(domain.current.textOf(name) ?? "0");
}
