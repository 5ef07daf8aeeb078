/**
 * libvirt's XML documents as plain, typed objects, for `libvirt-rpc/xml`. The kinds of documents, such as
 * `DomainConfig`, are values and types; a program bundles only those that it names.
 */
export * from "./builders/index.js";
export * from "./generated/capabilities/index.js";
export * from "./generated/domain/index.js";
export * from "./generated/domain-backup/index.js";
export * from "./generated/domain-capabilities/index.js";
export * from "./generated/domain-checkpoint/index.js";
export * from "./generated/domain-snapshot/index.js";
export * from "./generated/interface/index.js";
export * from "./generated/network/index.js";
export * from "./generated/network-port/index.js";
export * from "./generated/node-device/index.js";
export * from "./generated/nwfilter/index.js";
export * from "./generated/nwfilter-binding/index.js";
export * from "./generated/secret/index.js";
export * from "./generated/storage-pool/index.js";
export * from "./generated/storage-pool-capabilities/index.js";
export * from "./generated/storage-vol/index.js";
export * from "./helpers/index.js";
export * from "./verbs/index.js";
