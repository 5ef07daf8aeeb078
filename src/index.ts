export * from "./api/index.js";
export type { AuthOptions, CredentialKind, CredentialRequest } from "./auth/index.js";
export * from "./errors/index.js";
export * from "./protocol/generated/constants/index.js";
export type { CallOptions, KeepAlive } from "./protocol/index.js";
export type { Pem, SshOptions, TlsOptions } from "./transport/index.js";
/** The structs of the protocol, in terms of which some arguments and results are described. */
export type * as wire from "./wire.js";
