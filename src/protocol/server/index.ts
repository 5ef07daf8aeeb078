export type { ServedProcedure } from "../procedure.js";
export { Refusal, type RefusalDetails, refusal, toWireError } from "./refusal.js";
export { type Handler, type Route, route } from "./route.js";
export { RpcServer, type RpcServerOptions } from "./rpc-server.js";
export type { ServedStream, StreamHole, StreamSink } from "./served-stream.js";
export type { ServerCall, ServerConnection } from "./server-call.js";
export { RouteTable, type Service } from "./service.js";
