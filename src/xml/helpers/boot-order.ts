import { XmlError } from "../errors.js";
import type { DomainConfig } from "../generated/domain/index.js";
import { type DeviceOf, findDevices } from "./devices.js";

/** Devices that a domain can boot from. */
export type BootDevice = DeviceOf<Bootable>;

type Bootable = "disk" | "interface" | "hostdev" | "redirdev" | "filesystem";
const BOOTABLE: readonly Bootable[] = ["disk", "interface", "hostdev", "redirdev", "filesystem"];

/** What a domain tries first, by kind of device, where devices have no order of their own. */
export type BootClass = "fd" | "hd" | "cdrom" | "network";

/**
 * Changes what a domain boots from, in this order: either devices of the document, or kinds of devices ("hd", "cdrom",
 * "network", "fd"). libvirt allows one way or the other, so this takes the other one out.
 *
 * @throws {XmlError} for a device that is not in the document, or both forms at once.
 */
export function setBootOrder(config: DomainConfig, order: readonly (BootDevice | BootClass)[]): void {
  const classes = order.filter((entry) => typeof entry === "string");
  const chosen = order.filter((entry) => typeof entry !== "string");
  if (classes.length > 0 && chosen.length > 0) {
    throw new XmlError("VALUE", "a boot order has devices or kinds of devices, not both");
  }
  const devices = BOOTABLE.flatMap((kind): BootDevice[] => findDevices(config, kind));
  const missing = chosen.findIndex((device) => !devices.includes(device));
  if (missing >= 0) {
    throw new XmlError(
      "VALUE",
      `device ${missing + 1} of the boot order is not in the document; add it first`,
    );
  }
  for (const device of devices) {
    const place = chosen.indexOf(device);
    if (place >= 0) device.boot = { ...device.boot, order: place + 1 };
    else if (device.boot !== undefined) device.boot = undefined;
  }
  if (config.os === undefined && classes.length === 0) return;
  config.os ??= { type: { value: "hvm" } };
  config.os.boot = classes.length === 0 ? undefined : classes.map((dev) => ({ dev }));
}
