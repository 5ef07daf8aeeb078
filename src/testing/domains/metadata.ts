import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_GET_METADATA,
  REMOTE_PROC_DOMAIN_SET_METADATA,
} from "../../protocol/generated/remote/index.js";
import { handle, type TestRoute } from "../session.js";
import { getMetadata, setMetadata } from "../xml/index.js";
import { placeElements } from "./document.js";
import type { DomainPark } from "./domain-park.js";

/** Descriptions, titles, and what programs keep in a domain's document. */
export function metadataRoutes(park: DomainPark): readonly TestRoute[] {
  return [
    handle(REMOTE_PROC_DOMAIN_SET_METADATA, ({ dom, flags, ...change }) => {
      const domain = park.get(dom);
      const documents = domain.affected(flags);
      setMetadata(documents, change, ErrorDomain.DOMAIN, "virDomainSetMetadata");
      for (const document of documents) placeElements(document);
      park.events.metadataChange(domain, change.type, change.uri);
    }),
    handle(REMOTE_PROC_DOMAIN_GET_METADATA, ({ dom, type, uri = "", flags }) => {
      const document = park.get(dom).asked(flags);
      const { NO_DOMAIN_METADATA } = ErrorNumber;
      return { metadata: getMetadata(document, type, uri, NO_DOMAIN_METADATA, ErrorDomain.DOMAIN) };
    }),
  ];
}
