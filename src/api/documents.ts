import type { Documents } from "./documents/index.js";

const load = (): Promise<typeof import("./documents/index.js")> => import("./documents/index.js");

/** Reads a document; what that takes is loaded with the first one. */
export async function parseDocument<K extends keyof Documents>(kind: K, xml: string): Promise<Documents[K]> {
  return (await load()).parseDocument(kind, xml);
}

/** Writes a document. */
export async function formatDocument<K extends keyof Documents>(
  kind: K,
  config: Documents[K],
): Promise<string> {
  return (await load()).formatDocument(kind, config);
}
