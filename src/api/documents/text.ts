import { format, parse } from "../../xml/verbs/index.js";
import { KINDS } from "./kinds.js";
import type { Documents } from "./types.js";

/** A document of the daemon's as a typed value. @throws XmlError if it cannot be read. */
export async function parseDocument<K extends keyof Documents>(kind: K, xml: string): Promise<Documents[K]> {
  return parse(await KINDS[kind](), xml);
}

/** A typed value as the document that a daemon takes. @throws XmlError if none can be written. */
export async function formatDocument<K extends keyof Documents>(
  kind: K,
  config: Documents[K],
): Promise<string> {
  return format(await KINDS[kind](), config);
}
