export { type ConnectOptions, connect } from "./connect.js";
export { Connection, type NodeInfo } from "./connection.js";
export { Domain, type DomainInfo, type DomainStateInfo } from "./domain.js";
export type { FlagOptions } from "./handle.js";
