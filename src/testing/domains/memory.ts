import {
  ErrorDomain,
  ErrorNumber,
  DomainMemoryStatTags as Tag,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_GET_MAX_MEMORY,
  REMOTE_PROC_DOMAIN_MEMORY_PEEK,
  REMOTE_PROC_DOMAIN_MEMORY_STATS,
  REMOTE_PROC_DOMAIN_SET_MAX_MEMORY,
  REMOTE_PROC_DOMAIN_SET_MEMORY,
  REMOTE_PROC_DOMAIN_SET_MEMORY_FLAGS,
  REMOTE_PROC_DOMAIN_SET_MEMORY_STATS_PERIOD,
} from "../../protocol/generated/remote/index.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { AFFECT, type TestDomain } from "./domain.js";
import type { DomainPark } from "./domain-park.js";
import { kibibytes } from "./info.js";

const MAXIMUM = 4;
/** The moment at which the test driver says that its numbers were taken. */
const LAST_UPDATE = 627_319_920n;

/** Memory: how much, and what for. */
export function memoryRoutes(park: DomainPark): readonly TestRoute[] {
  function setMemory(domain: TestDomain, size: bigint, flags: number): void {
    const documents = domain.affected(flags);
    const maximum = (flags & MAXIMUM) !== 0;
    if (maximum && domain.active && documents.includes(domain.current)) {
      const detail = "cannot resize the maximum memory on an active domain";
      throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, detail);
    }
    for (const document of documents) {
      const most = BigInt(document.textOf("memory") ?? "0");
      if (!maximum && size > most) {
        throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.TEST, "cannot set memory higher than max memory");
      }
      if (maximum) document.ensure("memory").text = size;
      if (!maximum || BigInt(document.textOf("currentMemory") ?? "0") > size) {
        document.ensure("currentMemory").text = size;
      }
    }
  }

  return [
    handle(REMOTE_PROC_DOMAIN_SET_MEMORY, ({ dom, memory }) => setMemory(park.get(dom), memory, AFFECT.LIVE)),
    handle(REMOTE_PROC_DOMAIN_SET_MEMORY_FLAGS, ({ dom, memory, flags }) =>
      setMemory(park.get(dom), memory, flags),
    ),
    handle(REMOTE_PROC_DOMAIN_SET_MAX_MEMORY, ({ dom, memory }) => setMemory(park.get(dom), memory, MAXIMUM)),
    handle(REMOTE_PROC_DOMAIN_GET_MAX_MEMORY, ({ dom }) => ({ memory: kibibytes(park.get(dom), "memory") })),
    handle(REMOTE_PROC_DOMAIN_SET_MEMORY_STATS_PERIOD, ({ dom }) => {
      park.get(dom);
    }),
    handle(REMOTE_PROC_DOMAIN_MEMORY_STATS, ({ dom, maxStats }) => ({
      stats: memoryStats(kibibytes(park.active(dom), "currentMemory")).slice(0, maxStats),
    })),
    // The test driver's guests remember nothing: their memory is made of their addresses.
    handle(REMOTE_PROC_DOMAIN_MEMORY_PEEK, ({ dom, offset, size }) => {
      park.active(dom);
      return { buffer: Uint8Array.from({ length: size }, (_, i) => Number((offset + BigInt(i)) % 256n)) };
    }),
  ];
}

function memoryStats(size: bigint): { readonly tag: number; readonly val: bigint }[] {
  const stats: readonly (readonly [number, bigint])[] = [
    [Tag.ACTUAL_BALLOON, size],
    [Tag.SWAP_IN, 0n],
    [Tag.SWAP_OUT, 0n],
    [Tag.MAJOR_FAULT, 0n],
    [Tag.MINOR_FAULT, 0n],
    [Tag.UNUSED, size / 2n],
    [Tag.AVAILABLE, size],
    [Tag.USABLE, size / 2n],
    [Tag.LAST_UPDATE, LAST_UPDATE],
    [Tag.DISK_CACHES, size / 8n],
    [Tag.HUGETLB_PGALLOC, 0n],
    [Tag.HUGETLB_PGFAIL, 0n],
    [Tag.RSS, size / 2n],
  ];
  return stats.map(([tag, val]) => ({ tag, val }));
}
