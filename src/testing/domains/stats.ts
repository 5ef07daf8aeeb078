import {
  ErrorDomain,
  ErrorNumber,
  DomainStatsTypes as Stats,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_GET_ALL_DOMAIN_STATS,
  type RemoteTypedParam,
} from "../../protocol/generated/remote/index.js";
import { microseconds } from "../clock.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { param } from "../typed-params.js";
import { disksOf } from "./blocks.js";
import { cardsOf } from "./cards.js";
import { sourceOf } from "./disks.js";
import type { TestDomain } from "./domain.js";
import type { DomainPark } from "./domain-park.js";
import { kibibytes } from "./info.js";
import { type DomainHistory, passes } from "./lookup.js";
import { currentVcpus, maximumVcpus } from "./vcpu-count.js";

const ENFORCE = 0x8000_0000;
/** What follows the filters in the flags of a list. */
const FILTERS = 0xff;

type Group = (domain: TestDomain) => readonly RemoteTypedParam[];

const GROUPS: readonly (readonly [number, Group])[] = [
  [Stats.STATE, ({ state, reason }) => [param.int("state.state", state), param.int("state.reason", reason)]],
  [Stats.CPU_TOTAL, cpuTotal],
  [Stats.BALLOON, balloon],
  [Stats.VCPU, vcpus],
  [Stats.INTERFACE, interfaces],
  [Stats.BLOCK, blocks],
];
const KNOWN = GROUPS.reduce((all, [bit]) => all | bit, 0);

/** Statistics of many domains at once. Who asks for none in particular gets the state, as from libvirt's test driver. */
export function statsRoutes(park: DomainPark, history: DomainHistory): readonly TestRoute[] {
  return [
    handle(REMOTE_PROC_CONNECT_GET_ALL_DOMAIN_STATS, ({ doms, stats, flags }) => {
      const unknown = (stats & ~KNOWN) >>> 0;
      if (unknown !== 0 && (flags & ENFORCE) !== 0) {
        const detail = `Stats types bits 0x${unknown.toString(16)} are not supported by this daemon`;
        throw refuse(ErrorNumber.ARGUMENT_UNSUPPORTED, ErrorDomain.TEST, detail);
      }
      const wanted = stats === 0 ? Stats.STATE : stats;
      const domains =
        doms.length > 0
          ? doms.map((dom) => park.get(dom))
          : Array.from(park).filter((domain) => passes(domain, flags & FILTERS, history));
      return {
        retStats: domains.map((domain) => ({
          dom: domain.handle,
          params: GROUPS.flatMap(([bit, group]) => ((wanted & bit) === 0 ? [] : group(domain))),
        })),
      };
    }),
  ];
}

function cpuTotal({ active }: TestDomain): readonly RemoteTypedParam[] {
  if (!active) return [];
  const time = microseconds() * 1000n;
  return [
    param.ullong("cpu.time", time),
    param.ullong("cpu.user", (time / 4n) * 3n),
    param.ullong("cpu.system", time / 4n),
  ];
}

function balloon(domain: TestDomain): readonly RemoteTypedParam[] {
  const current = kibibytes(domain, "currentMemory");
  const maximum = param.ullong("balloon.maximum", kibibytes(domain, "memory"));
  if (!domain.active) return [maximum];
  return [
    param.ullong("balloon.current", current),
    maximum,
    param.ullong("balloon.unused", current / 2n),
    param.ullong("balloon.available", current),
    param.ullong("balloon.usable", current / 2n),
    param.ullong("balloon.rss", current / 2n),
  ];
}

function vcpus({ active, current }: TestDomain): readonly RemoteTypedParam[] {
  const counts = [
    param.uint("vcpu.current", currentVcpus(current)),
    param.uint("vcpu.maximum", maximumVcpus(current)),
  ];
  if (!active) return counts;
  const time = microseconds() / 10n;
  const each = Array.from({ length: currentVcpus(current) }, (_, i) => [
    param.int(`vcpu.${i}.state`, 1),
    param.ullong(`vcpu.${i}.time`, time),
  ]);
  return [...counts, ...each.flat()];
}

function interfaces({ active, current }: TestDomain): readonly RemoteTypedParam[] {
  if (!active) return [];
  const time = microseconds();
  const cards = cardsOf(current);
  const each = cards.flatMap((card, i) => [
    param.string(`net.${i}.name`, card.get("dev", "target") ?? ""),
    param.ullong(`net.${i}.rx.bytes`, time / 10n),
    param.ullong(`net.${i}.rx.pkts`, time / 100n),
    param.ullong(`net.${i}.rx.errs`, 0n),
    param.ullong(`net.${i}.rx.drop`, 0n),
    param.ullong(`net.${i}.tx.bytes`, time / 20n),
    param.ullong(`net.${i}.tx.pkts`, time / 110n),
    param.ullong(`net.${i}.tx.errs`, 0n),
    param.ullong(`net.${i}.tx.drop`, 0n),
  ]);
  return [param.uint("net.count", cards.length), ...each];
}

function blocks({ active, current }: TestDomain): readonly RemoteTypedParam[] {
  const disks = disksOf(current);
  const time = microseconds();
  const each = disks.flatMap((disk, i) => {
    const path = sourceOf(disk);
    const facts = [
      param.string(`block.${i}.name`, disk.get("dev", "target") ?? ""),
      ...(path === undefined ? [] : [param.string(`block.${i}.path`, path)]),
    ];
    if (!active) return facts;
    return [
      ...facts,
      param.ullong(`block.${i}.rd.reqs`, time / 10n),
      param.ullong(`block.${i}.rd.bytes`, time / 20n),
      param.ullong(`block.${i}.wr.reqs`, time / 30n),
      param.ullong(`block.${i}.wr.bytes`, time / 40n),
    ];
  });
  return [param.uint("block.count", disks.length), ...each];
}
