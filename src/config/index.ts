export { type CredentialPlaces, credentialSource } from "./credentials.js";
export type { ConfigEnvironment } from "./files.js";
export { resolveTarget, type Target } from "./target.js";
