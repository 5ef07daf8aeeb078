export { type CallOptions, countDown } from "./deadline.js";
export { DriverFeature } from "./driver-feature.js";
export { FrameDecoder } from "./frame-decoder.js";
export { closeSession, type OpenRequest, openSession, supportsFeature } from "./handshake.js";
export { MAX_PACKET, type Packet, readPacket, writePacket } from "./packet.js";
export type { EventProcedure, Procedure, Program, StreamDirection } from "./procedure.js";
export { toRemoteError } from "./remote-error.js";
export { RpcClient, type RpcClientOptions } from "./rpc-client.js";
export { formatUuid, parseUuid } from "./uuid.js";
