import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { seconds } from "../clock.js";
import { refuse } from "../refuse.js";
import { readDocument, textElement, XmlElement } from "../xml/index.js";

/** What the document of a snapshot or a checkpoint says of itself. */
export interface MomentFacts {
  readonly name: string;
  readonly description: string | undefined;
  readonly creationTime: bigint;
  readonly parent: string | undefined;
  readonly document: XmlElement;
}

/** Reads what a client wants, or has kept: `kept` documents say when they were made and after what. */
export function readMoment(xml: string, root: string, domain: number, kept: boolean): MomentFacts {
  const document = readDocument(xml, root, domain);
  const now = seconds();
  const name = document.textOf("name");
  if (kept && name === undefined) {
    const detail = "a redefined snapshot must have a name";
    throw refuse(ErrorNumber.XML_ERROR, domain, detail);
  }
  if (name?.includes("/") === true) {
    throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.DOMAIN, `invalid name '${name}': name can't contain '/'`);
  }
  return {
    name: name ?? String(now),
    description: document.textOf("description"),
    creationTime: kept ? BigInt(document.textOf("creationTime") ?? now) : now,
    parent: kept ? document.textOf("parent/name") : undefined,
    document,
  };
}

/** The beginning that the documents of both kinds have. */
export function momentElement(
  root: string,
  facts: MomentFacts,
  parent: string | undefined,
  state?: string,
): XmlElement {
  const element = new XmlElement(root, {}, [textElement("name", facts.name)]);
  if (facts.description !== undefined) element.append(textElement("description", facts.description));
  if (state !== undefined) element.append(textElement("state", state));
  if (parent !== undefined) element.append(new XmlElement("parent", {}, [textElement("name", parent)]));
  return element.append(textElement("creationTime", facts.creationTime));
}

/** The disks of a domain, with whether a moment is about them: there is nothing to keep of one that is only read. */
export function momentDisks(
  document: XmlElement,
): { readonly name: string | undefined; readonly kept: boolean }[] {
  return (document.find("devices")?.elements("disk") ?? []).map((disk) => ({
    name: disk.get("dev", "target"),
    kept: disk.find("readonly") === undefined,
  }));
}
