export { type OpenedStream, openStream } from "./open-stream.js";
export { MAX_CHUNK, type RpcStream, type StreamHandlers, type StreamLimits } from "./rpc-stream.js";
