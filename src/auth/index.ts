export type { AuthOptions, CredentialKind, CredentialRequest, CredentialSource } from "./credentials.js";
