import { ErrorNumber } from "../../protocol/generated/constants/index.js";
import { refusal } from "../../protocol/server/index.js";
import { refuse } from "../refuse.js";
import { readFragment } from "./values.js";
import { textElement, type XmlElement } from "./xml-element.js";

/** `virDomainMetadataType`, and `virNetworkMetadataType` which is the same. */
const TYPES = ["description", "title", "element"] as const;

/** What is to be stored: a text, or an element of a namespace; `undefined` takes it away. */
export interface MetadataChange {
  readonly type: number;
  readonly metadata?: string | undefined;
  readonly key?: string | undefined;
  readonly uri?: string | undefined;
}

/** Stores a description, a title, or what a program keeps in a document. @throws Refusal if it cannot be. */
export function setMetadata(
  documents: readonly XmlElement[],
  { type, metadata, key = "", uri = "" }: MetadataChange,
  domain: number,
  cFunction: string,
): void {
  const which = TYPES[type];
  if (which === undefined)
    throw refuse(ErrorNumber.INVALID_ARG, domain, `metadata type ${type} in ${cFunction}`);
  if (which === "title" && metadata?.includes("\n") === true) {
    const details = { str1: cFunction, str2: "metadata", int1: 0, int2: 0 };
    throw refusal(ErrorNumber.INVALID_ARG, domain, "metadata title can't contain newlines", details);
  }
  const added = which === "element" && metadata !== undefined ? own(metadata, key, uri, domain) : undefined;
  for (const document of documents) {
    if (which === "element") replace(document, uri, added?.clone());
    else {
      document.remove(which);
      if (metadata !== undefined && metadata !== "") document.append(textElement(which, metadata));
    }
  }
}

/** What {@link setMetadata} has stored. @throws Refusal if there is nothing. */
export function getMetadata(
  document: XmlElement,
  type: number,
  uri: string,
  error: number,
  domain: number,
): string {
  const which = TYPES[type] ?? "element";
  const metadata = which === "element" ? bare(find(document, uri)) : document.textOf(which);
  if (metadata !== undefined && metadata !== "") return metadata;
  const what = which === "element" ? "metadata" : which;
  throw refuse(error, domain, `Requested ${what} element is not present`);
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
function own(text: string, prefix: string, uri: string, domain: number): XmlElement {
  const element = readFragment(text, "metadata_xml", domain).mapNames((name) => `${prefix}:${name}`);
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
