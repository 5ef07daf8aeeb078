import type { DomainConfig, DomainDevices } from "../generated/domain/index.js";

/** Names of the elements below `<devices>` that stand for a device: `disk`, `interface`, `graphics`, … */
export type DeviceKind = Exclude<keyof DomainDevices, "emulator">;

/** A device of a kind, as a typed value. */
export type DeviceOf<K extends DeviceKind> =
  NonNullable<DomainDevices[K]> extends readonly (infer Device)[] ? Device : NonNullable<DomainDevices[K]>;

/**
 * The devices of one kind, all of them or those that a test chooses; a copy of the list, with the devices themselves, so
 * that what is changed in them is changed in the document.
 */
export function findDevices<K extends DeviceKind>(
  { devices }: DomainConfig,
  kind: K,
  test: (device: DeviceOf<K>) => boolean = () => true,
): DeviceOf<K>[] {
  const found = devices?.[kind];
  if (found === undefined) return [];
  return ([found].flat() as DeviceOf<K>[]).filter(test);
}

/** Adds a device to a document, behind the others of its kind. */
export function addDevice<K extends DeviceKind>(
  config: DomainConfig,
  kind: K,
  device: NoInfer<DeviceOf<K>>,
): void {
  config.devices ??= {};
  const devices = config.devices as Record<string, unknown>;
  devices[kind] = SINGLE.has(kind) ? device : [...((devices[kind] ?? []) as unknown[]), device];
}

/** Takes devices out of a document, those that a test chooses; returns them. */
export function removeDevices<K extends DeviceKind>(
  config: DomainConfig,
  kind: K,
  test: (device: DeviceOf<K>) => boolean,
): DeviceOf<K>[] {
  const gone = new Set<unknown>(findDevices(config, kind, test));
  const devices = (config.devices ?? {}) as Record<string, unknown>;
  const left = findDevices(config, kind).filter((device) => !gone.has(device));
  if (gone.size > 0) devices[kind] = SINGLE.has(kind) || left.length === 0 ? undefined : left;
  return [...gone] as DeviceOf<K>[];
}

/** Devices that a domain has one of at the most. */
const SINGLE: ReadonlySet<DeviceKind> = new Set<DeviceKind>(["memballoon", "nvram", "vsock", "pstore"]);
