import {
  DomainEventResumedDetailType,
  DomainEventStartedDetailType,
  DomainEventStoppedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
  DomainEventUndefinedDetailType,
  DomainPausedReason,
  DomainRunningReason,
  DomainShutoffReason,
  DomainState,
  ErrorDomain,
  ErrorNumber,
  DomainMigrateFlags as Flag,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_MIGRATE_BEGIN3,
  REMOTE_PROC_DOMAIN_MIGRATE_BEGIN3_PARAMS,
  REMOTE_PROC_DOMAIN_MIGRATE_CONFIRM3,
  REMOTE_PROC_DOMAIN_MIGRATE_CONFIRM3_PARAMS,
  REMOTE_PROC_DOMAIN_MIGRATE_FINISH3,
  REMOTE_PROC_DOMAIN_MIGRATE_FINISH3_PARAMS,
  REMOTE_PROC_DOMAIN_MIGRATE_PERFORM3,
  REMOTE_PROC_DOMAIN_MIGRATE_PERFORM3_PARAMS,
  REMOTE_PROC_DOMAIN_MIGRATE_PREPARE3,
  REMOTE_PROC_DOMAIN_MIGRATE_PREPARE3_PARAMS,
  type RemoteNonnullDomain,
  type RemoteTypedParam,
} from "../../protocol/generated/remote/index.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import type { XmlElement } from "../xml/index.js";
import { PAUSED_BY_USER } from "./definition.js";
import { readDomain } from "./document.js";
import type { DomainPark } from "./domain-park.js";

const NOTHING = new Uint8Array();

const has = (flags: number, flag: number): boolean => (flags & flag) !== 0;

function textOf(params: readonly RemoteTypedParam[], field: string): string | undefined {
  const value = params.find((each) => each.field === field)?.value.value;
  return typeof value === "string" ? value : undefined;
}

/**
 * Migration, coordinated by the client as libvirt's managed one is: the domain's document travels, and that is all of
 * it that there is. Between two hypervisors of this kind.
 */
export function migrationRoutes(park: DomainPark): readonly TestRoute[] {
  const sides = new MigrationSides(park);
  const name = (params: readonly RemoteTypedParam[]): string | undefined =>
    textOf(params, "destination_name");
  return [
    handle(REMOTE_PROC_DOMAIN_MIGRATE_BEGIN3, ({ dom, flags }) => sides.begin(dom, Number(flags))),
    handle(REMOTE_PROC_DOMAIN_MIGRATE_BEGIN3_PARAMS, ({ dom, flags }) => sides.begin(dom, flags)),
    handle(REMOTE_PROC_DOMAIN_MIGRATE_PREPARE3, ({ domXml, dname }) => sides.prepare(domXml, dname)),
    handle(REMOTE_PROC_DOMAIN_MIGRATE_PREPARE3_PARAMS, ({ params }) =>
      sides.prepare(textOf(params, "destination_xml") ?? "", name(params)),
    ),
    handle(REMOTE_PROC_DOMAIN_MIGRATE_PERFORM3, ({ dom, flags }) => sides.perform(dom, Number(flags))),
    handle(REMOTE_PROC_DOMAIN_MIGRATE_PERFORM3_PARAMS, ({ dom, flags }) => sides.perform(dom, flags)),
    handle(REMOTE_PROC_DOMAIN_MIGRATE_FINISH3, ({ dname, flags, cancelled }) =>
      sides.finish(dname, Number(flags), cancelled !== 0),
    ),
    handle(REMOTE_PROC_DOMAIN_MIGRATE_FINISH3_PARAMS, ({ params, flags, cancelled }) =>
      sides.finish(name(params) ?? "", flags, cancelled !== 0),
    ),
    handle(REMOTE_PROC_DOMAIN_MIGRATE_CONFIRM3, ({ dom, flags, cancelled }) =>
      sides.confirm(dom, Number(flags), cancelled !== 0),
    ),
    handle(REMOTE_PROC_DOMAIN_MIGRATE_CONFIRM3_PARAMS, ({ dom, flags, cancelled }) =>
      sides.confirm(dom, flags, cancelled !== 0),
    ),
  ];
}

/** What source and destination do, step by step. */
class MigrationSides {
  private readonly park: DomainPark;
  /** Domains that are about to arrive, by name. */
  private readonly expected = new Map<string, XmlElement>();

  constructor(park: DomainPark) {
    this.park = park;
  }

  /** At the source: what is to travel. */
  begin(dom: RemoteNonnullDomain, flags: number): { readonly cookieOut: Uint8Array; readonly xml: string } {
    const domain = this.park.get(dom);
    if (!has(flags, Flag.OFFLINE)) domain.requireActive();
    return { cookieOut: NOTHING, xml: domain.describe({ secure: true }) };
  }

  /** At the destination: room for it. */
  prepare(
    xml: string,
    name: string | undefined,
  ): { readonly cookieOut: Uint8Array; readonly uriOut: string } {
    const config = readDomain(xml);
    if (name !== undefined) config.ensure("name").text = name;
    const old = this.park.match(config);
    if (old?.active === true) {
      const detail = `domain '${old.name}' is already active`;
      throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.DOMAIN, detail);
    }
    this.expected.set(config.textOf("name") ?? "", config);
    return { cookieOut: NOTHING, uriOut: "test:memory" };
  }

  /** At the source: it goes. */
  perform(dom: RemoteNonnullDomain, flags: number): { readonly cookieOut: Uint8Array } {
    if (has(flags, Flag.PEER2PEER)) {
      const detail = "a test hypervisor reaches no other by itself: leave out VIR_MIGRATE_PEER2PEER";
      throw refuse(ErrorNumber.OPERATION_UNSUPPORTED, ErrorDomain.TEST, detail);
    }
    const domain = this.park.get(dom);
    if (domain.state === DomainState.RUNNING) {
      domain.pause(DomainPausedReason.MIGRATION);
      this.park.events.lifecycle(domain, DomainEventType.SUSPENDED, DomainEventSuspendedDetailType.MIGRATED);
    }
    return { cookieOut: NOTHING };
  }

  /** At the destination: it is there, or will not come. */
  finish(
    name: string,
    flags: number,
    cancelled: boolean,
  ): { readonly dom: RemoteNonnullDomain; readonly cookieOut: Uint8Array } {
    const config = this.expected.get(name);
    this.expected.delete(name);
    if (config === undefined || cancelled) {
      const detail = `migration of domain ${name} was cancelled`;
      throw refuse(ErrorNumber.OPERATION_FAILED, ErrorDomain.TEST, detail);
    }
    const { park } = this;
    const domain = park.match(config) ?? park.add(config);
    domain.config = config;
    domain.persistent ||= has(flags, Flag.PERSIST_DEST);
    if (!has(flags, Flag.OFFLINE)) {
      park.start(domain, DomainRunningReason.MIGRATED);
      park.events.lifecycle(domain, DomainEventType.STARTED, DomainEventStartedDetailType.MIGRATED);
      if (has(flags, Flag.PAUSED)) domain.pause(PAUSED_BY_USER);
    }
    return { dom: domain.handle, cookieOut: NOTHING };
  }

  /** At the source: it is gone, or goes on. */
  confirm(dom: RemoteNonnullDomain, flags: number, cancelled: boolean): void {
    const { park } = this;
    const domain = park.get(dom);
    if (cancelled) {
      if (domain.state !== DomainState.PAUSED) return;
      domain.resume(DomainRunningReason.MIGRATION_CANCELED);
      park.events.lifecycle(domain, DomainEventType.RESUMED, DomainEventResumedDetailType.MIGRATED);
      return;
    }
    if (has(flags, Flag.UNDEFINE_SOURCE)) {
      domain.persistent = false;
      park.events.lifecycle(domain, DomainEventType.UNDEFINED, DomainEventUndefinedDetailType.REMOVED);
    }
    if (domain.active) park.stop(domain, DomainShutoffReason.MIGRATED, DomainEventStoppedDetailType.MIGRATED);
    else if (!domain.persistent) park.remove(domain);
  }
}
