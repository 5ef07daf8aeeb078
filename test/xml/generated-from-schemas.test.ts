import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readGrammar } from "../../codegen/import/rng/grammar.js";
import { XML_KINDS } from "../../codegen/xml-kinds.js";
import { CapabilitiesConfig } from "../../src/xml/generated/capabilities/index.js";
import { DomainConfig } from "../../src/xml/generated/domain/index.js";
import { DomainBackupConfig } from "../../src/xml/generated/domain-backup/index.js";
import { DomainCapabilitiesConfig } from "../../src/xml/generated/domain-capabilities/index.js";
import { DomainCheckpointConfig } from "../../src/xml/generated/domain-checkpoint/index.js";
import { DomainSnapshotConfig } from "../../src/xml/generated/domain-snapshot/index.js";
import { InterfaceConfig } from "../../src/xml/generated/interface/index.js";
import { NetworkConfig } from "../../src/xml/generated/network/index.js";
import { NetworkPortConfig } from "../../src/xml/generated/network-port/index.js";
import { NodeDeviceConfig } from "../../src/xml/generated/node-device/index.js";
import { NWFilterConfig } from "../../src/xml/generated/nwfilter/index.js";
import { NWFilterBindingConfig } from "../../src/xml/generated/nwfilter-binding/index.js";
import { SecretConfig } from "../../src/xml/generated/secret/index.js";
import { StoragePoolConfig } from "../../src/xml/generated/storage-pool/index.js";
import { StoragePoolCapabilitiesConfig } from "../../src/xml/generated/storage-pool-capabilities/index.js";
import { StorageVolConfig } from "../../src/xml/generated/storage-vol/index.js";
import type { DocumentKind } from "../../src/xml/schema/index.js";
import { format, formatXml, parse, parseXml, unknownPaths, validate } from "../../src/xml/verbs/index.js";
import { Dice, writeDocument } from "./documents-of-schema.js";

const KINDS: Readonly<Record<string, DocumentKind<unknown>>> = {
  capabilities: CapabilitiesConfig,
  domain: DomainConfig,
  "domain-backup": DomainBackupConfig,
  "domain-capabilities": DomainCapabilitiesConfig,
  "domain-checkpoint": DomainCheckpointConfig,
  "domain-snapshot": DomainSnapshotConfig,
  interface: InterfaceConfig,
  network: NetworkConfig,
  "network-port": NetworkPortConfig,
  "node-device": NodeDeviceConfig,
  nwfilter: NWFilterConfig,
  "nwfilter-binding": NWFilterBindingConfig,
  secret: SecretConfig,
  "storage-pool": StoragePoolConfig,
  "storage-pool-capabilities": StoragePoolCapabilitiesConfig,
  "storage-vol": StorageVolConfig,
};

/** The schemas of the libvirt that is installed, which virt-xml-validate uses. */
const SCHEMAS = "/usr/share/libvirt/schemas";
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const ROUNDS = Number(process.env.ROUNDS ?? 60);

/** Snapshots of libvirt before 0.9.5 have a domain with nothing but its UUID in it. */
const ANCIENT = /^domain\.(type|name) is required/;

console.log(`SEED=${seed}`);

describe("documents that libvirt's own schemas allow", () => {
  it.each(XML_KINDS.map(({ kind, file }) => [kind, file]))("are known, valid and kept: %s", (kind, file) => {
    expect(existsSync(join(SCHEMAS, file))).toBe(true);
    const start = readGrammar(file, (name) => readFileSync(join(SCHEMAS, name), "utf8"));
    const type = KINDS[kind];
    if (type === undefined) throw new Error(`no type for ${kind}`);
    for (let round = 0; round < ROUNDS; round++) {
      const text = writeDocument(start, new Dice(seed + round));
      const messages = validate(type, text).map(({ message }) => message);
      const problems = [...unknownPaths(type, text), ...messages.filter((message) => !ANCIENT.test(message))];
      if (problems.length > 0) throw new Error(`SEED=${seed + round}: ${problems.join("; ")}\n${text}`);
      expect(format(type, parse(type, text))).toBe(formatXml(parseXml(text)));
    }
  });
});
