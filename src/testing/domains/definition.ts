import {
  DomainEventDefinedDetailType,
  DomainEventStartedDetailType,
  DomainEventType,
  DomainEventUndefinedDetailType,
  DomainRunningReason,
  ErrorDomain,
  ErrorNumber,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_CREATE,
  REMOTE_PROC_DOMAIN_CREATE_WITH_FLAGS,
  REMOTE_PROC_DOMAIN_CREATE_XML,
  REMOTE_PROC_DOMAIN_DEFINE_XML,
  REMOTE_PROC_DOMAIN_DEFINE_XML_FLAGS,
  REMOTE_PROC_DOMAIN_GET_AUTOSTART,
  REMOTE_PROC_DOMAIN_GET_XML_DESC,
  REMOTE_PROC_DOMAIN_RENAME,
  REMOTE_PROC_DOMAIN_SET_AUTOSTART,
  REMOTE_PROC_DOMAIN_UNDEFINE,
  REMOTE_PROC_DOMAIN_UNDEFINE_FLAGS,
  type RemoteNonnullDomain,
} from "../../protocol/generated/remote/index.js";
import { checkFlags, refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { checkName, readDomain } from "./document.js";
import type { TestDomain } from "./domain.js";
import type { DomainPark } from "./domain-park.js";
import type { DomainHistory } from "./lookup.js";

const START_PAUSED = 1;
const DEFINE_VALIDATE = 1;
const XML = { SECURE: 1, INACTIVE: 2, MIGRATABLE: 8 } as const;
const UNDEFINE = { MANAGED_SAVE: 1, SNAPSHOTS_METADATA: 2, CHECKPOINTS_METADATA: 16 } as const;
/** VIR_DOMAIN_UNDEFINE_NVRAM and its likes, which there is nothing to do for. */
const UNDEFINE_KNOWN = 0x7f;

/** Brings domains into being, and out of it. */
export function definitionRoutes(park: DomainPark, history: DomainHistory): readonly TestRoute[] {
  function define(xml: string): { readonly dom: RemoteNonnullDomain } {
    const config = readDomain(xml);
    const old = park.match(config);
    const domain = old ?? park.add(config);
    const { ADDED, UPDATED } = DomainEventDefinedDetailType;
    const detail = old?.persistent === true ? UPDATED : ADDED;
    domain.config = config;
    domain.persistent = true;
    park.events.lifecycle(domain, DomainEventType.DEFINED, detail);
    return { dom: domain.handle };
  }

  function start(domain: TestDomain, flags: number): void {
    if (domain.active) {
      const detail = `Domain '${domain.name}' is already running`;
      throw refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.TEST, detail);
    }
    begin(park, domain, flags);
  }

  function undefine(domain: TestDomain, flags: number): void {
    if (domain.managedSave !== undefined && (flags & UNDEFINE.MANAGED_SAVE) === 0) {
      const detail = "Refusing to undefine while domain managed save image exists";
      throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, detail);
    }
    // What a running domain has stays until it is gone.
    if (!domain.active) {
      refuseKept(history.snapshotCount(domain), "snapshots", (flags & UNDEFINE.SNAPSHOTS_METADATA) !== 0);
      refuseKept(
        history.checkpointCount(domain),
        "checkpoints",
        (flags & UNDEFINE.CHECKPOINTS_METADATA) !== 0,
      );
    }
    domain.managedSave = undefined;
    park.events.lifecycle(domain, DomainEventType.UNDEFINED, DomainEventUndefinedDetailType.REMOVED);
    domain.persistent = false;
    if (!domain.active) park.remove(domain);
  }

  return [
    handle(REMOTE_PROC_DOMAIN_DEFINE_XML, ({ xml }) => define(xml)),
    handle(REMOTE_PROC_DOMAIN_DEFINE_XML_FLAGS, ({ xml, flags }) => {
      checkFlags(flags, DEFINE_VALIDATE, "testDomainDefineXMLFlags");
      return define(xml);
    }),
    handle(REMOTE_PROC_DOMAIN_CREATE_XML, ({ xmlDesc, flags }) => {
      const config = readDomain(xmlDesc);
      const old = park.match(config);
      if (old?.active === true) {
        const detail = `domain '${old.name}' is already active`;
        throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.DOMAIN, detail);
      }
      const domain = old ?? park.add(config);
      const persistent = domain.config;
      domain.config = config;
      begin(park, domain, flags);
      if (old !== undefined) domain.config = persistent;
      return { dom: domain.handle };
    }),
    handle(REMOTE_PROC_DOMAIN_CREATE, ({ dom }) => start(park.get(dom), 0)),
    handle(REMOTE_PROC_DOMAIN_CREATE_WITH_FLAGS, ({ dom, flags }) => {
      checkFlags(flags, START_PAUSED, "testDomainCreateWithFlags");
      const domain = park.get(dom);
      start(domain, flags);
      return { dom: domain.handle };
    }),
    handle(REMOTE_PROC_DOMAIN_UNDEFINE, ({ dom }) => undefine(park.get(dom), 0)),
    handle(REMOTE_PROC_DOMAIN_UNDEFINE_FLAGS, ({ dom, flags }) => {
      checkFlags(flags, UNDEFINE_KNOWN, "testDomainUndefineFlags");
      undefine(park.get(dom), flags);
    }),
    handle(REMOTE_PROC_DOMAIN_RENAME, ({ dom, newName = "" }) => {
      rename(park, park.get(dom), newName);
      return { retcode: 0 };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_XML_DESC, ({ dom, flags }) => {
      const domain = park.get(dom);
      const inactive = (flags & (XML.INACTIVE | XML.MIGRATABLE)) !== 0;
      return { xml: domain.describe({ inactive, secure: (flags & XML.SECURE) !== 0 }) };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_AUTOSTART, ({ dom }) => ({ autostart: Number(park.get(dom).autostart) })),
    handle(REMOTE_PROC_DOMAIN_SET_AUTOSTART, ({ dom, autostart }) => {
      park.get(dom).autostart = autostart !== 0;
    }),
  ];
}

/** Has a domain run, and pauses it at once if it was asked for. */
export function begin(park: DomainPark, domain: TestDomain, flags: number): void {
  const { config, managedSave } = domain;
  // It goes on as what it was when it was put away.
  domain.config = managedSave ?? config;
  park.start(domain, DomainRunningReason.BOOTED);
  domain.config = config;
  domain.managedSave = undefined;
  park.events.lifecycle(domain, DomainEventType.STARTED, DomainEventStartedDetailType.BOOTED);
  if ((flags & START_PAUSED) === 0) return;
  domain.pause(PAUSED_BY_USER);
  park.events.lifecycle(domain, DomainEventType.SUSPENDED, 0);
}

/** `VIR_DOMAIN_PAUSED_USER` */
export const PAUSED_BY_USER = 1;

function refuseKept(count: number, what: string, dropped: boolean): void {
  if (count === 0 || dropped) return;
  const detail = `cannot delete inactive domain with ${count} ${what}`;
  throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, detail);
}

function rename(park: DomainPark, domain: TestDomain, name: string): void {
  const no = (detail: string, from: number): Error => refuse(ErrorNumber.OPERATION_INVALID, from, detail);
  checkName(name, ErrorDomain.TEST);
  if (domain.active) throw no("cannot rename active domain", ErrorDomain.TEST);
  if (!domain.persistent) throw no("cannot rename a transient domain", ErrorDomain.TEST);
  if (name === domain.name) throw no("Can't rename domain to itself", ErrorDomain.DOMAIN);
  if (park.named(name) !== undefined) {
    throw no(`domain with name '${name}' already exists`, ErrorDomain.DOMAIN);
  }
  park.events.lifecycle(domain, DomainEventType.UNDEFINED, DomainEventUndefinedDetailType.RENAMED);
  park.rename(domain, name);
  park.events.lifecycle(domain, DomainEventType.DEFINED, DomainEventDefinedDetailType.RENAMED);
}
