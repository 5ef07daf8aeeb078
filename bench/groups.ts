import type { Result } from "./duel.js";

/** What can be measured, by the names that the command line takes. Each is loaded when it is wanted. */
export const GROUPS: Readonly<Record<string, () => Promise<readonly Result[]>>> = {
  codec: async () => (await import("./codec.js")).codec(),
  calls: async () => (await import("./calls.js")).calls(),
  bulk: async () => (await import("./bulk.js")).bulk(),
  events: async () => (await import("./events.js")).events(),
  streams: async () => (await import("./streams.js")).streams(),
  connect: async () => (await import("./connecting.js")).connecting(),
  fleet: async () => (await import("./fleet.js")).fleet(),
  xml: async () => (await import("./xml.js")).xml(),
  startup: async () => (await import("./startup.js")).startup(),
  size: async () => (await import("./size.js")).size(),
};
