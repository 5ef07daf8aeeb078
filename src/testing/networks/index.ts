export type { TestNetwork } from "./network.js";
export { DEFAULT_NETWORK, NetworkDriver } from "./network-driver.js";
