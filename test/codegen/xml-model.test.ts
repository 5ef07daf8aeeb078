import { describe, expect, it } from "@jest/globals";
import { slotsOf } from "../../codegen/emit/xml/words.js";
import { XML_KINDS } from "../../codegen/xml-kinds.js";
import type { XmlModel, XmlSlot, XmlType } from "../../codegen/xml-model.js";
import { models } from "./models.js";

function model(kind: string): XmlModel {
  const found = models.xml.find((candidate) => candidate.kind === kind);
  if (found === undefined) throw new Error(`no model ${kind}`);
  return found;
}

function type(kind: string, name: string): XmlType {
  const found = model(kind).types.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no type ${name}`);
  return found;
}

function slot(kind: string, name: string, xml: string): XmlSlot | undefined {
  return slotsOf(type(kind, name)).find((candidate) => candidate.xml === xml);
}

/** Types, attributes and children of a kind. */
function counts(kind: string): readonly number[] {
  const { types } = model(kind);
  const slots = types.flatMap(slotsOf);
  return [
    types.length,
    slots.filter((each) => each.kind === "attribute").length,
    slots.filter((each) => each.kind !== "attribute" && each.kind !== "content").length,
  ];
}

describe("the model of documents", () => {
  it("has all kinds, each with the types and slots that the schemas describe", () => {
    expect(Object.fromEntries(models.xml.map(({ kind }) => [kind, counts(kind)]))).toEqual(COUNTS);
    expect(models.xml.map(({ libvirtVersion }) => libvirtVersion)).toEqual(XML_KINDS.map(() => "12.8.0"));
  });

  it("has no prose of the schemas: only names, words and rules", () => {
    for (const { types } of models.xml) {
      const texts = JSON.stringify(types).match(/"[^"]{45,}"/g) ?? [];
      expect(
        texts.filter((text) => !/^"[A-Za-z0-9]+"$|^"http:\/\/libvirt\.org\/schemas\//.test(text)),
      ).toEqual([]);
    }
  });

  it("has no type that nobody refers to, and no reference without a type", () => {
    for (const { kind, root, types } of models.xml) {
      const referred = new Set([root, ...types.flatMap(slotsOf).flatMap((each) => each.type ?? [])]);
      const names = new Set(types.map(({ name }) => name));
      expect([kind, [...names].filter((name) => !referred.has(name))]).toEqual([kind, []]);
      expect([kind, [...referred].filter((name) => !names.has(name) && name !== "domain:")]).toEqual([
        kind,
        [],
      ]);
    }
  });

  it("gives each type a name of its own among all kinds", () => {
    const names = models.xml.flatMap(({ types }) => types.map(({ name }) => name));
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it("tells variants apart", () => {
    const variants = (kind: string, name: string): readonly unknown[] => {
      const { attribute, absent, of } = type(kind, name).variants ?? { of: [] };
      return [attribute, absent, of.flatMap(({ values }) => values)];
    };
    expect(variants("domain", "DomainDisk")).toEqual([
      "type",
      "file",
      ["file", "block", "dir", "network", "volume", "nvme", "vhostuser", "vhostvdpa", "ctl"],
    ]);
    expect(variants("domain", "DomainGraphics")).toEqual([
      "type",
      undefined,
      ["sdl", "vnc", "spice", "dbus", "rdp", "desktop", "egl-headless"],
    ]);
    expect(variants("domain", "DomainSmartcard")[0]).toBe("mode");
    expect(variants("domain", "DomainRngBackend")[0]).toBe("model");
    for (const name of ["Interface", "Hostdev", "Filesystem", "TpmBackend", "Address", "Controller"])
      expect(variants("domain", `Domain${name}`)[0]).toBe("type");
    expect(variants("storage-pool", "StoragePoolConfig")[2]).toHaveLength(14);
    expect(variants("node-device", "NodeDeviceCapability")[0]).toBe("type");
  });

  it("knows what is a number, what a size, and what a list", () => {
    expect(slot("domain", "DomainMemory", "memory")?.scalar).toBe("long");
    expect(slot("domain", "DomainVcpu", "vcpu")?.scalar).toBe("integer");
    expect(slot("domain", "DomainConfig", "uuid")).toEqual({
      kind: "leaf",
      xml: "uuid",
      scalar: { matching: "uuid" },
    });
    expect(slot("domain", "DomainDevices", "disk")).toEqual({
      kind: "child",
      xml: "disk",
      many: true,
      type: "DomainDisk",
    });
    expect(slot("domain-snapshot", "DomainSnapshotConfig", "inactiveDomain")?.type).toBe("domain:");
  });
});

const COUNTS: Readonly<Record<string, readonly number[]>> = {
  capabilities: [52, 87, 79],
  "domain-backup": [17, 36, 25],
  "domain-capabilities": [48, 53, 87],
  "domain-checkpoint": [4, 4, 8],
  "domain-snapshot": [49, 91, 93],
  domain: [497, 1112, 851],
  interface: [17, 31, 25],
  "network-port": [19, 42, 22],
  network: [42, 104, 50],
  "node-device": [36, 37, 128],
  "nwfilter-binding": [8, 7, 9],
  nwfilter: [28, 384, 28],
  secret: [2, 2, 6],
  "storage-pool-capabilities": [6, 4, 8],
  "storage-pool": [48, 43, 113],
  "storage-vol": [18, 20, 36],
};
