import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_GET_METADATA,
  REMOTE_PROC_DOMAIN_SET_METADATA,
} from "../../protocol/generated/remote/index.js";
import { refusal } from "../../protocol/server/index.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { readFragment, type XmlElement } from "../xml/index.js";
import { setText } from "./devices.js";
import { placeElements } from "./document.js";
import type { DomainPark } from "./domain-park.js";

/** `virDomainMetadataType` */
const TYPES = ["description", "title", "element"] as const;

/** Descriptions, titles, and what programs keep in a domain's document. */
export function metadataRoutes(park: DomainPark): readonly TestRoute[] {
  return [
    handle(REMOTE_PROC_DOMAIN_SET_METADATA, ({ dom, type, metadata, key, uri, flags }) => {
      const domain = park.get(dom);
      const which = TYPES[type];
      if (which === "title" && metadata?.includes("\n") === true) {
        const details = { str1: "virDomainSetMetadata", str2: "metadata", int1: 0, int2: 0 };
        throw refusal(
          ErrorNumber.INVALID_ARG,
          ErrorDomain.DOMAIN,
          "metadata title can't contain newlines",
          details,
        );
      }
      const added =
        which === "element" && metadata !== undefined ? own(metadata, key ?? "", uri ?? "") : undefined;
      for (const document of domain.affected(flags)) {
        if (which === "element") replace(document, uri ?? "", added?.clone());
        else if (which !== undefined) setText(document, which, metadata === "" ? undefined : metadata);
        placeElements(document);
      }
      park.events.metadataChange(domain, type, uri);
    }),
    handle(REMOTE_PROC_DOMAIN_GET_METADATA, ({ dom, type, uri = "", flags }) => {
      const document = park.get(dom).asked(flags);
      const which = TYPES[type];
      const metadata =
        which === "element"
          ? bare(find(document, uri))
          : which === undefined
            ? undefined
            : document.textOf(which);
      if (metadata !== undefined && metadata !== "") return { metadata };
      const what = which === "element" ? "metadata" : (which ?? "metadata");
      const detail = `Requested ${what} element is not present`;
      throw refuse(ErrorNumber.NO_DOMAIN_METADATA, ErrorDomain.DOMAIN, detail);
    }),
  ];
}

/** The element of a namespace, with the attribute that names it. */
function find(
  document: XmlElement,
  uri: string,
): { readonly element: XmlElement; readonly prefix: string } | undefined {
  for (const element of document.find("metadata")?.elements() ?? []) {
    const [prefix = ""] = element.name.includes(":") ? element.name.split(":") : [""];
    if (element.get(prefix === "" ? "xmlns" : `xmlns:${prefix}`) === uri) return { element, prefix };
  }
  return undefined;
}

function replace(document: XmlElement, uri: string, added: XmlElement | undefined): void {
  const old = find(document, uri)?.element;
  const metadata = document.ensure("metadata");
  if (old !== undefined) metadata.remove(old);
  if (added !== undefined) metadata.append(added);
  if (metadata.elements().length === 0) document.remove("metadata");
}

/** Puts an element, and all below it, into a namespace. */
function own(text: string, prefix: string, uri: string): XmlElement {
  const element = readFragment(text, "metadata_xml", ErrorDomain.DOMAIN).mapNames(
    (name) => `${prefix}:${name}`,
  );
  const attributes = [...element.attributes];
  element.attributes.clear();
  element.set(`xmlns:${prefix}`, uri);
  for (const [name, value] of attributes) element.set(name, value);
  return element;
}

/** The element as its owner has given it, without its namespace. */
function bare(found: ReturnType<typeof find>): string | undefined {
  if (found === undefined) return undefined;
  const { element, prefix } = found;
  const copy = element.mapNames((name) =>
    name.startsWith(`${prefix}:`) ? name.slice(prefix.length + 1) : name,
  );
  copy.set(prefix === "" ? "xmlns" : `xmlns:${prefix}`, undefined);
  return copy.format(0, '"').trimEnd();
}
