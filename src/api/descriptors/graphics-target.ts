import { ConnectionError, InvalidValueError } from "../../errors/index.js";
import type { TunnelTarget } from "../../transport/tunnel/index.js";

/** Finds out from a running domain's XML where one of its displays listens on the daemon's host. */
export function graphicsTarget(xml: string, idx: number): TunnelTarget {
  // Metadata may contain anything, and stands before.
  const devices = xml.slice(xml.lastIndexOf("<devices>"));
  const all = Array.from(devices.matchAll(/<graphics\b[^>]*?(?:\/>|>.*?<\/graphics>)/gs), ([text]) => text);
  const graphics = all[idx];
  if (graphics === undefined) {
    throw new InvalidValueError(`the domain has ${all.length} displays, so there is no number ${idx}`);
  }
  const own = attributes(graphics);
  const listens = Array.from(graphics.matchAll(/<listen\b[^>]*>/g), ([text]) => attributes(text));
  const socket = own.socket ?? listens.find(({ type }) => type === "socket")?.socket;
  if (socket !== undefined) return { path: socket };
  const port = Number(own.port ?? -1);
  const host = listens.find(({ address }) => address !== undefined)?.address ?? own.listen;
  if (port > 0 && host !== undefined) return { host, port };
  throw new ConnectionError(
    "NO_DISPLAY",
    `display ${idx} (${own.type ?? "of no type"}) listens nowhere that could be reached without passing a descriptor; is the domain running, and has the display a port or a socket?`,
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function attributes(tag: string): Readonly<Partial<Record<string, string>>> {
  const [start = ""] = /^<[^>]*/.exec(tag) ?? [];
  const pairs = Array.from(start.matchAll(/\s([\w:-]+)=(["'])(.*?)\2/g), ([, name = "", , value = ""]) => [
    name,
    value.replace(/&(\w+);/g, (whole, entity: string) => ENTITIES[entity] ?? whole),
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}
