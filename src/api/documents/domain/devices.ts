import { DomainConfig, DomainDevices } from "../../../xml/generated/domain/index.js";
import { findDevices } from "../../../xml/helpers/index.js";
import type { DeviceKind, DeviceOf, ElementType } from "../../../xml/index.js";
import { format, parse } from "../../../xml/verbs/index.js";

/** A call that takes a device's document. */
export type DeviceCall = (xml: string) => Promise<void>;

/** Devices in a domain's document. */
export function findIn<K extends DeviceKind>(
  xml: string,
  kind: K,
  test?: (device: DeviceOf<K>) => boolean,
): DeviceOf<K>[] {
  return findDevices(parse(DomainConfig, xml), kind, test);
}

/** A device as a document of its own. */
export function formatDevice<K extends DeviceKind>(kind: K, device: DeviceOf<K>): string {
  const type = DomainDevices.slots?.[kind]?.type;
  const known = typeof type === "function" ? type() : type;
  return format({ ...known, tag: kind } as ElementType<DeviceOf<K>>, device as NoInfer<DeviceOf<K>>);
}
