export { adminSocketPath } from "./admin-socket.js";
export type { DeadlineOptions } from "./deadline.js";
export { dial } from "./dial.js";
export type { DialOptions } from "./dial-options.js";
export { describeErrno, errnoCode } from "./errno.js";
export { type MemoryPairOptions, memoryPair } from "./memory.js";
export { formatUri, openName } from "./open-name.js";
export {
  chooseSocket,
  type MissingSocket,
  type SocketChoice,
  type SocketEnvironment,
} from "./socket-path.js";
export type { SshOptions } from "./ssh/ssh-options.js";
export { StreamTransport, type StreamTransportOptions } from "./stream-transport.js";
export type { Pem, TlsOptions } from "./tls/tls-options.js";
export type { Transport, TransportHandlers } from "./transport.js";
export { type DialUnixOptions, dialUnix } from "./unix.js";
export {
  type ConnectionUri,
  defaultPort,
  describeUri,
  parseUri,
  TRANSPORT_NAMES,
  type TransportName,
} from "./uri.js";
export type {
  ClientParameters,
  KnownHostsVerify,
  RemoteMode,
  RemoteProxy,
  SshAuthMethod,
  UriParameter,
} from "./uri-parameters.js";
export { redactUri } from "./uri-syntax.js";
