import type { XmlScalar } from "../../xml-model.js";

/** Texts and forms that are numbers to whoever uses them; `Type.name` of the slots, and how the schema has them. */
export interface NumberRule {
  readonly slots: RegExp;
  readonly from: readonly string[];
}

/** Counts and ids. Addresses and the ids of vendors and products stay as they are written. */
export const COUNTS: readonly NumberRule[] = [
  {
    slots: /^Domain(Audio|Sound|Graphics|TpmBackend|IommuDriver|ControllerPciTarget)/,
    from: ["uint8", "uint32"],
  },
  { slots: /DiskSourceNvme\.namespace$/, from: ["uint32"] },
  { slots: /Parameters\.(managerid|typeid|typeidversion)$/, from: ["uint8", "uint24"] },
  { slots: /^NWFilterRule/, from: ["uint8"] },
  {
    slots: /^Domain(Address|HostdevScsiSourceAddress)\.(controller|bus|target|unit|port|slot)$/,
    from: ["text"],
  },
  { slots: /^Domain(Chardev|Channel)Target\.port$/, from: ["text"] },
];

/** What the schema has as 64 bits wide, but where a bigint would only be in the way: parts of addresses, rates, times. */
export const SMALL: readonly RegExp[] = [
  /^DomainCputune\.\w*(period|quota)$/,
  /^DomainIothreadidsIothreadPoll\./,
  /^DomainClockTimer\.frequency$/,
  /LatencyHistogramBin\.start$/,
  /Bandwidth(In|Out)bound\./,
  /Lease\.expiry$/,
  /^NetworkBridge\.delay$/,
  /^NodeDeviceCapability\.(domain|bus|slot|function|device|port|number|class|subclass|protocol|host|target|lun)$/,
];

const LIMITS: Readonly<Record<string, XmlScalar>> = {
  uint8: { min: 0, max: 0xff },
  uint24: { min: 0, max: 0xffffff },
  uint32: { min: 0, max: 0xffffffff },
};

/** The number that a slot's value is, where the schema has it as something else. */
export function numberOf(slot: string, scalar: XmlScalar | undefined): XmlScalar | undefined {
  if (scalar === undefined) return undefined;
  if (scalar === "long") return SMALL.some((slots) => slots.test(slot)) ? "integer" : undefined;
  const form = typeof scalar === "object" && "matching" in scalar ? scalar.matching : scalar;
  const isCount = COUNTS.some(
    ({ slots, from }) => typeof form === "string" && from.includes(form) && slots.test(slot),
  );
  return isCount && typeof form === "string" ? (LIMITS[form] ?? "integer") : undefined;
}
