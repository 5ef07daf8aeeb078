export {
  type CallOptions,
  checkTimeout,
  countDown,
  type GaveUp,
  gaveUpError,
  watchDeadline,
} from "./deadline.js";
export { DriverFeature } from "./driver-feature.js";
export { FrameDecoder } from "./frame-decoder.js";
export { closeSession, type OpenRequest, openSession, supportsFeature } from "./handshake.js";
export { checkKeepAlive, type KeepAlive } from "./keepalive.js";
export { MAX_PACKET, type Packet, readPacket, writePacket } from "./packet.js";
export type { CallHooks } from "./pending-call.js";
export type { EventProcedure, Procedure, Program, StreamDirection } from "./procedure.js";
export { toRemoteError } from "./remote-error.js";
export { type ConnectionPause, RpcClient, type RpcClientOptions } from "./rpc-client.js";
export type { Authentication, SaslClient } from "./sasl-client.js";
export type { SecurityLayer } from "./security-layer.js";
export { formatUuid, parseUuid } from "./uuid.js";
