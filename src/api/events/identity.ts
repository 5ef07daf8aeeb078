import type { LibvirtEvent } from "./event-types.js";

interface Identified {
  readonly uuid?: string;
  readonly name?: string;
}

const OBJECTS = ["domain", "network", "storagePool", "nodeDevice", "secret"] as const;

/** What tells an object from the others of its kind; `undefined` for none. */
export function identify(object: Identified | undefined): string | undefined {
  return object === undefined ? undefined : (object.uuid ?? object.name);
}

/** What tells an event's object from others; `undefined` for events of the connection. */
export function identityOf(event: LibvirtEvent): string | undefined {
  const objects = event as Partial<Record<(typeof OBJECTS)[number], Identified>>;
  for (const name of OBJECTS) if (objects[name] !== undefined) return identify(objects[name]);
  return undefined;
}
