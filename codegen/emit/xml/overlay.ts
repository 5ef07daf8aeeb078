import type { XmlModel, XmlScalar, XmlSlot, XmlType } from "../../xml-model.js";

/** What the schemas do not say. */
interface Overlay {
  /** Slots that documents have, but no schema: what daemons keep for themselves in documents of their own. */
  readonly slots?: Readonly<Record<string, readonly XmlSlot[]>>;
  /** Values of attributes and texts by `Type.name`, where the schema says less than is known. */
  readonly scalars?: Readonly<Record<string, XmlScalar>>;
}

/** Daemons keep what only they understand in it. */
const PRIVATE: readonly XmlSlot[] = [{ kind: "raw", xml: "privateData" }];

const SOURCES = ["File", "Block", "Dir", "Network", "Volume", "Nvme", "VhostUser", "VhostVdpa"];

function privateSources(prefix: string): Readonly<Record<string, readonly XmlSlot[]>> {
  return Object.fromEntries(SOURCES.map((word) => [`${prefix}DiskSource${word}`, PRIVATE]));
}

/** The state of a backup job's disk while it runs. */
const BACKUP_STATE: readonly XmlSlot[] = [
  {
    kind: "attribute",
    xml: "state",
    scalar: { choice: ["running", "complete", "failed", "cancelling", "cancelled"] },
  },
];

const OVERLAYS: Readonly<Record<string, Overlay>> = {
  domain: {
    slots: { ...privateSources("Domain"), DomainDisk: PRIVATE },
    scalars: {
      "DomainDiskSourceSlicesSlice.offset": "long",
      "DomainDiskSourceSlicesSlice.size": "long",
    },
  },
  "domain-backup": {
    slots: {
      DomainBackupConfig: PRIVATE,
      DomainBackupPullDisksDisk: BACKUP_STATE,
      DomainBackupPushDisksDisk: BACKUP_STATE,
    },
  },
  "domain-checkpoint": {
    slots: { DomainCheckpointConfig: [{ kind: "leaf", xml: "active", scalar: { choice: ["0", "1"] } }] },
  },
  "domain-snapshot": {
    slots: {
      ...privateSources("DomainSnapshot"),
      DomainSnapshotDiskSource: [{ kind: "attribute", xml: "startupPolicy", scalar: "text" }],
    },
    scalars: {
      "DomainSnapshotConfig.creationTime": "long",
      "DomainSnapshotDiskSourceSlicesSlice.offset": "long",
      "DomainSnapshotDiskSourceSlicesSlice.size": "long",
    },
  },
};

/** Adds to a model what is known beyond the schema. */
export function applyOverlay(model: XmlModel): XmlModel {
  const { slots = {}, scalars = {} } = OVERLAYS[model.kind] ?? {};
  const open = new Set([...Object.keys(slots), ...Object.keys(scalars)]);
  const types = model.types.map((type): XmlType => {
    const value = (slot: XmlSlot): XmlSlot => {
      const scalar = scalars[`${type.name}.${slot.xml}`];
      open.delete(`${type.name}.${slot.xml}`);
      return scalar === undefined ? slot : { ...slot, scalar };
    };
    open.delete(type.name);
    return { ...type, slots: [...type.slots.map(value), ...(slots[type.name] ?? [])] };
  });
  if (open.size > 0)
    throw new Error(`codegen/emit/xml/overlay.ts speaks of what does not exist: ${[...open].join(", ")}`);
  return { ...model, types };
}
