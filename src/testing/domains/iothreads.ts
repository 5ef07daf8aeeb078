import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_ADD_IOTHREAD,
  REMOTE_PROC_DOMAIN_DEL_IOTHREAD,
  REMOTE_PROC_DOMAIN_GET_IOTHREAD_INFO,
} from "../../protocol/generated/remote/index.js";
import { cpuMap } from "../cpu-map.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { XmlElement } from "../xml/index.js";
import { setText } from "./devices.js";
import { placeElements } from "./document.js";
import type { DomainPark } from "./domain-park.js";

/** Threads that serve a domain's disks. */
export function iothreadRoutes(park: DomainPark): readonly TestRoute[] {
  const listed = (document: XmlElement): XmlElement[] =>
    document.find("iothreadids")?.elements("iothread") ?? [];

  function settle(document: XmlElement): void {
    const count = listed(document).length;
    setText(document, "iothreads", count === 0 ? undefined : count);
    if (count === 0) document.remove("iothreadids");
    placeElements(document);
  }

  return [
    handle(REMOTE_PROC_DOMAIN_GET_IOTHREAD_INFO, ({ dom, flags }) => {
      const threads = listed(park.get(dom).asked(flags));
      const info = threads.map((thread) => ({
        iothreadId: Number(thread.get("id")),
        cpumap: cpuMap([0, 1], 1),
      }));
      return { info, ret: info.length };
    }),
    handle(REMOTE_PROC_DOMAIN_ADD_IOTHREAD, ({ dom, iothreadId, flags }) => {
      for (const document of park.get(dom).affected(flags)) {
        if (listed(document).some((thread) => thread.get("id") === String(iothreadId))) {
          const detail = `an IOThread is already using iothread_id '${iothreadId}'`;
          throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.DOMAIN, detail);
        }
        document.ensure("iothreadids").append(new XmlElement("iothread", { id: iothreadId }));
        settle(document);
      }
    }),
    handle(REMOTE_PROC_DOMAIN_DEL_IOTHREAD, ({ dom, iothreadId, flags }) => {
      for (const document of park.get(dom).affected(flags)) {
        const thread = listed(document).find((each) => each.get("id") === String(iothreadId));
        if (thread === undefined) {
          const detail = `cannot find IOThread '${iothreadId}' in iothreadids list`;
          throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.DOMAIN, detail);
        }
        document.find("iothreadids")?.remove(thread);
        settle(document);
      }
    }),
  ];
}
