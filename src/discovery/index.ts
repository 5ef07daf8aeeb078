export type { DiscoveredDaemon } from "./daemon.js";
export {
  type DiscoverOptions,
  type DiscoveryEvent,
  discover,
  type WatchDaemonsOptions,
  watchDaemons,
} from "./discover.js";
