export {
  type AuthorityOptions,
  type ClientCertificateOptions,
  createCertificateAuthority,
  type IssuedCertificate,
  issueClientCertificate,
  issueServerCertificate,
  type NewAuthority,
  type ServerCertificateOptions,
} from "./certificates.js";
export {
  PKI_FILES,
  type PkiContents,
  type PkiFile,
  type WritePkiOptions,
  type WrittenPki,
  writePkiDirectory,
} from "./directories.js";
export type { CertificateAuthority, KeyType } from "./keys.js";
export type { SubjectName } from "./names.js";
export { createRevocationList, type RevocationListOptions, type RevokedCertificate } from "./revocation.js";
export type { Validity } from "./validity.js";
