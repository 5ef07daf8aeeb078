export { HostDriver } from "./host-driver.js";
export type { HostFacts } from "./topology.js";
