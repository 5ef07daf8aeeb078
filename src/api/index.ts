export type { Descriptor } from "../transport/descriptors/index.js";
export { AdminClient } from "./admin-client.js";
export { AdminConnection } from "./admin-connection.js";
export { AdminServer } from "./admin-server.js";
export { type ConnectOptions, connect } from "./connect.js";
export { connectAdmin } from "./connect-admin.js";
export {
  Connection,
  type DomainStatsRecord,
  type NodeCPUMap,
  type NodeInfo,
  type NodeStats,
  type SecurityModel,
} from "./connection.js";
export type { CpuSet } from "./cpu-map.js";
export type { MonitorReply } from "./descriptors/types.js";
export type { CallTrace, ConnectionState } from "./diagnostics.js";
export {
  type BlockJobInfo,
  Domain,
  type DomainInfo,
  type DomainStateInfo,
  type SecurityLabel,
} from "./domain.js";
export { DomainCheckpoint } from "./domain-checkpoint.js";
export type { IOThreadInfo, VcpuInfo } from "./domain-cpus.js";
export { DomainSnapshot } from "./domain-snapshot.js";
export type { Screenshot } from "./domain-streams.js";
export type * from "./events/domain-event-types.js";
export { type EventQueueOptions, EventStream, type OverflowPolicy } from "./events/event-stream.js";
export type * from "./events/event-types.js";
export type { EventSubscription, EventsOptions, ListenOptions } from "./events/subscribe.js";
export type { FlagOptions } from "./handle.js";
export { Interface } from "./interface.js";
export type { MigrateOptions } from "./migration/migrate-options.js";
export { Network } from "./network.js";
export { NetworkPort } from "./network-port.js";
export { NodeDevice } from "./node-device.js";
export { NWFilter } from "./nw-filter.js";
export { NWFilterBinding } from "./nw-filter-binding.js";
export type { ParameterTypeName } from "./parameter-type-name.js";
export type { ReconnectOptions } from "./reconnect.js";
export { Secret } from "./secret.js";
export { StoragePool } from "./storage-pool.js";
export { StorageVol } from "./storage-vol.js";
export type { TransferOptions } from "./streams/index.js";
export type { StreamOptions } from "./streams/open-transfer.js";
export type { OnProgress, TransferProgress } from "./streams/progress.js";
export type { UploadSource } from "./streams/source.js";
export type { Segment } from "./streams/zeros.js";
export type {
  ExplicitParameter,
  TypedParameters,
  TypedParameterValue,
  TypedParameterValues,
} from "./typed-parameters.js";
