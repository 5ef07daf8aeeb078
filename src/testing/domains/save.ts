import {
  DomainEventStartedDetailType,
  DomainEventStoppedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
  DomainPausedReason,
  DomainRunningReason,
  DomainShutoffReason,
  ErrorDomain,
  ErrorNumber,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_CORE_DUMP,
  REMOTE_PROC_DOMAIN_CORE_DUMP_WITH_FORMAT,
  REMOTE_PROC_DOMAIN_HAS_MANAGED_SAVE_IMAGE,
  REMOTE_PROC_DOMAIN_MANAGED_SAVE,
  REMOTE_PROC_DOMAIN_MANAGED_SAVE_DEFINE_XML,
  REMOTE_PROC_DOMAIN_MANAGED_SAVE_GET_XML_DESC,
  REMOTE_PROC_DOMAIN_MANAGED_SAVE_REMOVE,
  REMOTE_PROC_DOMAIN_RESTORE,
  REMOTE_PROC_DOMAIN_RESTORE_FLAGS,
  REMOTE_PROC_DOMAIN_SAVE,
  REMOTE_PROC_DOMAIN_SAVE_FLAGS,
  REMOTE_PROC_DOMAIN_SAVE_IMAGE_DEFINE_XML,
  REMOTE_PROC_DOMAIN_SAVE_IMAGE_GET_XML_DESC,
} from "../../protocol/generated/remote/index.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import type { XmlElement } from "../xml/index.js";
import { readDomain } from "./document.js";
import type { TestDomain } from "./domain.js";
import type { DomainPark } from "./domain-park.js";

/** `VIR_DOMAIN_SAVE_PAUSED` */
const PAUSED = 4;
const DUMP = { CRASH: 1, RESET: 4 } as const;
const ENOENT = 2;

/** Puts running domains away, and brings them back. Saved states are kept by this hypervisor, under their paths. */
export function saveRoutes(park: DomainPark): readonly TestRoute[] {
  const images = new Map<string, XmlElement>();

  function putAway(domain: TestDomain): XmlElement {
    const { current } = domain;
    park.stop(domain, DomainShutoffReason.SAVED, DomainEventStoppedDetailType.SAVED);
    return current;
  }

  function image(path: string): XmlElement {
    const found = images.get(path);
    if (found !== undefined) return found;
    const message = `cannot read domain image '${path}': No such file or directory`;
    throw refuse(ErrorNumber.SYSTEM_ERROR, ErrorDomain.TEST, message, { int1: ENOENT });
  }

  function save(domain: TestDomain, path: string, dxml?: string): void {
    domain.requireActive();
    const replaced = dxml === undefined ? undefined : readDomain(dxml);
    const saved = putAway(domain);
    images.set(path, replaced ?? saved);
  }

  function restore(path: string, dxml: string | undefined, flags: number): void {
    const config = dxml === undefined ? image(path) : readDomain(dxml);
    const old = park.match(config);
    if (old?.active === true) {
      const detail = `domain '${old.name}' is already active`;
      throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.DOMAIN, detail);
    }
    const domain = old ?? park.add(config.clone());
    const persistent = domain.config;
    domain.config = config;
    park.start(domain, DomainRunningReason.RESTORED);
    if (old !== undefined) domain.config = persistent;
    park.events.lifecycle(domain, DomainEventType.STARTED, DomainEventStartedDetailType.RESTORED);
    if ((flags & PAUSED) === 0) return;
    domain.pause(DomainPausedReason.FROM_SNAPSHOT);
    park.events.lifecycle(domain, DomainEventType.SUSPENDED, DomainEventSuspendedDetailType.RESTORED);
  }

  function dump(domain: TestDomain, flags: number): void {
    domain.requireActive();
    if ((flags & DUMP.CRASH) === 0) return;
    park.stop(domain, DomainShutoffReason.CRASHED, DomainEventStoppedDetailType.CRASHED);
  }

  function managed(domain: TestDomain): XmlElement {
    if (domain.managedSave !== undefined) return domain.managedSave;
    const detail = "domain does not have managed save image";
    throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, detail);
  }

  return [
    handle(REMOTE_PROC_DOMAIN_SAVE, ({ dom, to }) => save(park.get(dom), to)),
    handle(REMOTE_PROC_DOMAIN_SAVE_FLAGS, ({ dom, to, dxml }) => save(park.get(dom), to, dxml)),
    handle(REMOTE_PROC_DOMAIN_RESTORE, ({ from }) => restore(from, undefined, 0)),
    handle(REMOTE_PROC_DOMAIN_RESTORE_FLAGS, ({ from, dxml, flags }) => restore(from, dxml, flags)),
    handle(REMOTE_PROC_DOMAIN_SAVE_IMAGE_GET_XML_DESC, ({ file }) => ({ xml: image(file).format() })),
    handle(REMOTE_PROC_DOMAIN_SAVE_IMAGE_DEFINE_XML, ({ file, dxml }) => {
      image(file);
      images.set(file, readDomain(dxml));
    }),
    handle(REMOTE_PROC_DOMAIN_CORE_DUMP, ({ dom, flags }) => dump(park.get(dom), flags)),
    handle(REMOTE_PROC_DOMAIN_CORE_DUMP_WITH_FORMAT, ({ dom, flags }) => dump(park.get(dom), flags)),
    handle(REMOTE_PROC_DOMAIN_MANAGED_SAVE, ({ dom }) => {
      const domain = park.active(dom);
      if (!domain.persistent) {
        const detail = "cannot do managed save for transient domain";
        throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, detail);
      }
      domain.managedSave = putAway(domain);
    }),
    handle(REMOTE_PROC_DOMAIN_HAS_MANAGED_SAVE_IMAGE, ({ dom }) => ({
      result: park.get(dom).managedSave === undefined ? 0 : 1,
    })),
    handle(REMOTE_PROC_DOMAIN_MANAGED_SAVE_REMOVE, ({ dom }) => {
      park.get(dom).managedSave = undefined;
    }),
    handle(REMOTE_PROC_DOMAIN_MANAGED_SAVE_GET_XML_DESC, ({ dom }) => ({
      xml: managed(park.get(dom)).format(),
    })),
    handle(REMOTE_PROC_DOMAIN_MANAGED_SAVE_DEFINE_XML, ({ dom, dxml }) => {
      const domain = park.get(dom);
      managed(domain);
      if (dxml !== undefined) domain.managedSave = readDomain(dxml);
    }),
  ];
}
