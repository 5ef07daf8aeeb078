export type { DiscoveryEvent } from "./changes.js";
export type { DiscoveredDaemon } from "./daemon.js";
export {
  type DiscoverOptions,
  discover,
  type WatchDaemonsOptions,
  watchDaemons,
} from "./discover.js";
