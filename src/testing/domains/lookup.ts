import {
  DomainState,
  ErrorDomain,
  ErrorNumber,
  ConnectListAllDomainsFlags as Filter,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_LIST_ALL_DOMAINS,
  REMOTE_PROC_CONNECT_LIST_DEFINED_DOMAINS,
  REMOTE_PROC_CONNECT_LIST_DOMAINS,
  REMOTE_PROC_CONNECT_NUM_OF_DEFINED_DOMAINS,
  REMOTE_PROC_CONNECT_NUM_OF_DOMAINS,
  REMOTE_PROC_DOMAIN_IS_ACTIVE,
  REMOTE_PROC_DOMAIN_IS_PERSISTENT,
  REMOTE_PROC_DOMAIN_IS_UPDATED,
  REMOTE_PROC_DOMAIN_LOOKUP_BY_ID,
  REMOTE_PROC_DOMAIN_LOOKUP_BY_NAME,
  REMOTE_PROC_DOMAIN_LOOKUP_BY_UUID,
} from "../../protocol/generated/remote/index.js";
import { passesFilters } from "../filters.js";
import { checkFlags, refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import type { TestDomain } from "./domain.js";
import type { DomainPark } from "./domain-park.js";

/** What there is to know of the saved states of a domain. */
export interface DomainHistory {
  snapshotCount(domain: TestDomain): number;
  checkpointCount(domain: TestDomain): number;
}

const ALL_FILTERS = Object.values(Filter).reduce((all, bit) => all | bit, 0);

/** Finds domains, one or all. */
export function lookupRoutes(park: DomainPark, history: DomainHistory): readonly TestRoute[] {
  const found = (domain: TestDomain | undefined): { readonly dom: TestDomain["handle"] } => {
    if (domain === undefined) throw refuse(ErrorNumber.NO_DOMAIN, ErrorDomain.TEST);
    return { dom: domain.handle };
  };
  const count = (active: boolean): number => Array.from(park).filter((each) => each.active === active).length;
  return [
    handle(REMOTE_PROC_DOMAIN_LOOKUP_BY_NAME, ({ name }) => found(park.named(name))),
    handle(REMOTE_PROC_DOMAIN_LOOKUP_BY_UUID, ({ uuid }) => found(park.withUuid(uuid))),
    handle(REMOTE_PROC_DOMAIN_LOOKUP_BY_ID, ({ id }) => found(park.withId(id))),
    handle(REMOTE_PROC_CONNECT_NUM_OF_DOMAINS, () => ({ num: count(true) })),
    handle(REMOTE_PROC_CONNECT_NUM_OF_DEFINED_DOMAINS, () => ({ num: count(false) })),
    handle(REMOTE_PROC_CONNECT_LIST_DOMAINS, ({ maxids }) => ({
      ids: Array.from(park, ({ id }) => id)
        .filter((id) => id >= 0)
        .slice(0, maxids),
    })),
    handle(REMOTE_PROC_CONNECT_LIST_DEFINED_DOMAINS, ({ maxnames }) => ({
      names: Array.from(park)
        .filter(({ active }) => !active)
        .slice(0, maxnames)
        .map(({ name }) => name),
    })),
    handle(REMOTE_PROC_CONNECT_LIST_ALL_DOMAINS, ({ needResults, flags }) => {
      checkFlags(flags, ALL_FILTERS, "testConnectListAllDomains");
      const domains = Array.from(park).filter((domain) => passes(domain, flags, history));
      return {
        domains: needResults === 0 ? [] : domains.map((domain) => domain.handle),
        ret: domains.length,
      };
    }),
    handle(REMOTE_PROC_DOMAIN_IS_ACTIVE, ({ dom }) => ({ active: Number(park.get(dom).active) })),
    handle(REMOTE_PROC_DOMAIN_IS_PERSISTENT, ({ dom }) => ({ persistent: Number(park.get(dom).persistent) })),
    handle(REMOTE_PROC_DOMAIN_IS_UPDATED, ({ dom }) => {
      park.get(dom);
      return { updated: 0 };
    }),
  ];
}

/** Whether a domain is among those that a list was asked for; flags of one group are alternatives. */
export function passes(domain: TestDomain, flags: number, history: DomainHistory): boolean {
  const { active, persistent, state, autostart, managedSave } = domain;
  return passesFilters(flags, [
    [
      [Filter.ACTIVE, active],
      [Filter.INACTIVE, !active],
    ],
    [
      [Filter.PERSISTENT, persistent],
      [Filter.TRANSIENT, !persistent],
    ],
    [
      [Filter.RUNNING, state === DomainState.RUNNING],
      [Filter.PAUSED, state === DomainState.PAUSED],
      [Filter.SHUTOFF, state === DomainState.SHUTOFF],
      [Filter.OTHER, ![DomainState.RUNNING, DomainState.PAUSED, DomainState.SHUTOFF].includes(state as 1)],
    ],
    [
      [Filter.MANAGEDSAVE, managedSave !== undefined],
      [Filter.NO_MANAGEDSAVE, managedSave === undefined],
    ],
    [
      [Filter.AUTOSTART, autostart],
      [Filter.NO_AUTOSTART, !autostart],
    ],
    [
      [Filter.HAS_SNAPSHOT, history.snapshotCount(domain) > 0],
      [Filter.NO_SNAPSHOT, history.snapshotCount(domain) === 0],
    ],
    [
      [Filter.HAS_CHECKPOINT, history.checkpointCount(domain) > 0],
      [Filter.NO_CHECKPOINT, history.checkpointCount(domain) === 0],
    ],
  ]);
}
