import type { XmlModel, XmlScalar, XmlSlot, XmlType, XmlVariant, XmlVariants } from "../../xml-model.js";
import { numberOf } from "./numbers.js";

/** What the schemas do not say. */
interface Overlay {
  /**
   * Slots that documents have, but no schema: what daemons keep for themselves in documents of their own, and older
   * forms. By `Type`, or `Type:variant`.
   */
  readonly slots?: Readonly<Record<string, readonly XmlSlot[]>>;
  /** Values of attributes and texts by `Type.name`, where the schema says less than is known. */
  readonly scalars?: Readonly<Record<string, XmlScalar>>;
  /**
   * What the schema demands, but neither daemons do nor documents of older ones have: `Type.name`, or
   * `Type:variant.name`.
   */
  readonly optional?: readonly string[];
  /** What the schema allows several of, and daemons take one: `Type.name`. */
  readonly single?: readonly string[];
  /** The variant that is meant without the attribute, where a schema leaves it open. */
  readonly absent?: Readonly<Record<string, string>>;
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
    slots: {
      ...privateSources("Domain"),
      DomainDisk: PRIVATE,
      // Of a running domain whose device is not there.
      DomainHostdevUsbSource: [{ kind: "attribute", xml: "missing", scalar: "yesNo" }],
      // Of a running domain: what a network's card has become, and what a host's device was before.
      DomainInterface: [{ kind: "raw", xml: "actual" }],
      DomainHostdev: [{ kind: "raw", xml: "origstates" }],
      // What of a running domain comes from the daemon's configuration.
      DomainChardevSource: [{ kind: "attribute", xml: "tlsFromConfig", scalar: "integer" }],
      "DomainGraphicsListen:address": [{ kind: "attribute", xml: "fromConfig", scalar: "integer" }],
      // The id that VMware has for a domain.
      DomainConfig: [
        { kind: "leaf", xml: "moref", ns: "http://libvirt.org/schemas/domain/vmware/1.0", scalar: "text" },
      ],
      // Until libvirt 9.
      "DomainGraphics:desktop": [{ kind: "attribute", xml: "fullscreen", scalar: "yesNo" }],
    },
    optional: ["DomainCpuFeature.policy"],
    absent: { DomainFilesystem: "mount" },
    scalars: {
      "DomainDiskSourceSlicesSlice.offset": "long",
      "DomainDiskSourceSlicesSlice.size": "long",
    },
  },
  "network-port": { optional: ["NetworkPortConfig.uuid"] },
  "storage-pool": {
    optional: ["StoragePoolConfig:logical.source", "StoragePoolConfig:logical.target"],
    single: ["StoragePoolLogicalSource.name"],
  },
  "storage-vol": { optional: ["StorageVolConfig.target"] },
  "node-device": {
    // The first two when devices are created; the daemon then knows.
    optional: [
      "NodeDeviceConfig.name",
      "NodeDeviceCapability:scsi_host.host",
      "NodeDeviceCapability:usb_device.port",
    ],
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
  const { slots = {}, scalars = {}, absent = {}, optional = [], single = [] } = OVERLAYS[model.kind] ?? {};
  const open = new Set([
    ...Object.keys(slots),
    ...Object.keys(scalars),
    ...Object.keys(absent),
    ...optional,
    ...single,
  ]);
  const types = model.types.map((type): XmlType => {
    const value = (slot: XmlSlot, variant?: string): XmlSlot => {
      const key = `${type.name}.${slot.xml}`;
      const exact = variant === undefined ? key : `${type.name}:${variant}.${slot.xml}`;
      const scalar = scalars[key] ?? numberOf(key, slot.scalar);
      open.delete(key);
      open.delete(exact);
      return {
        ...slot,
        ...(scalar !== undefined && slot.scalar !== undefined && { scalar }),
        ...((optional.includes(key) || optional.includes(exact)) && { required: false }),
        ...(single.includes(key) && { many: false }),
      };
    };
    const more = (key: string): readonly XmlSlot[] => {
      open.delete(key);
      return slots[key] ?? [];
    };
    const change = ({ values, slots: own }: XmlVariant): readonly XmlSlot[] => [
      ...own.map((slot) => value(slot, values[0])),
      ...more(`${type.name}:${values[0] ?? ""}`),
    ];
    const { variants } = type;
    open.delete(type.name);
    return {
      ...type,
      slots: [...type.slots.map((slot) => value(slot)), ...more(type.name)],
      ...(variants && { variants: changeVariants(variants, absent[type.name], change) }),
    };
  });
  if (open.size > 0)
    throw new Error(`codegen/emit/xml/overlay.ts speaks of what does not exist: ${[...open].join(", ")}`);
  return { ...model, types };
}

function changeVariants(
  variants: XmlVariants,
  absent: string | undefined,
  change: (variant: XmlVariant) => readonly XmlSlot[],
): XmlVariants {
  const of = variants.of.map((variant) => ({ ...variant, slots: change(variant) }));
  if (absent === undefined) return { ...variants, of };
  return { ...variants, absent, of: of.filter(({ values }) => !values.includes("")) };
}
