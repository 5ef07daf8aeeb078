import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { refuse } from "../refuse.js";
import { XmlElement } from "../xml/index.js";

/** The bus by the beginning of a target's name. */
const BUSES: Readonly<Record<string, string>> = {
  fd: "fdc",
  hd: "ide",
  sd: "scsi",
  vd: "virtio",
  xvd: "xen",
  ubd: "uml",
};

/** Disks by controller, and how many of them are on each of its buses. */
const UNITS: Readonly<Record<string, { readonly perController: number; readonly perBus: number }>> = {
  ide: { perController: 4, perBus: 2 },
  fdc: { perController: 2, perBus: 2 },
  scsi: { perController: 7, perBus: 7 },
  sata: { perController: 6, perBus: 6 },
};

/** Fills in what libvirt knows of each disk, and puts them in its order. */
export function settleDisks(devices: XmlElement): void {
  const disks = devices.elements("disk");
  const sorted: { readonly disk: XmlElement; readonly bus: string }[] = [];
  for (const disk of disks) {
    settleDisk(disk);
    insert(sorted, disk);
  }
  const seen = new Map<string, XmlElement>();
  for (const { disk } of sorted) {
    settleBus(disk);
    const name = disk.get("dev", "target") ?? "";
    const other = seen.get(name);
    if (other !== undefined) {
      const [one, two] = [sourceOf(other), sourceOf(disk)].map((source) => source ?? "(null)");
      const detail = `target '${name}' duplicated for disk sources '${one}' and '${two}'`;
      throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.DOMAIN, detail);
    }
    seen.set(name, disk);
  }
  devices.remove("disk");
  devices.append(...sorted.map(({ disk }) => disk));
}

/** Where a disk's bytes are, as lists of disks show it. */
export function sourceOf(disk: XmlElement): string | undefined {
  const source = disk.find("source");
  return source?.get("file") ?? source?.get("dev") ?? source?.get("dir") ?? source?.get("name");
}

function settleDisk(disk: XmlElement): void {
  const type = disk.get("type") ?? "file";
  const device = disk.get("device") ?? "disk";
  disk.set("type", type).set("device", device);
  const name = disk.get("dev", "target");
  const source = disk.find("source");
  if (name === undefined || name === "") {
    throw refuse(ErrorNumber.NO_TARGET, ErrorDomain.DOMAIN, sourceOf(disk) ?? "(null)");
  }
  if (source === undefined && device !== "cdrom" && device !== "floppy") {
    throw refuse(ErrorNumber.NO_SOURCE, ErrorDomain.DOMAIN, name);
  }
  if (device === "cdrom") disk.ensure("readonly");
}

/** Behind the last disk of the same bus with a lower name: the bus as it was written, not as it is guessed. */
function insert(sorted: { readonly disk: XmlElement; readonly bus: string }[], disk: XmlElement): void {
  const bus = disk.get("bus", "target") ?? "";
  let at: number | undefined;
  for (let i = sorted.length - 1; i >= 0; i--) {
    const other = sorted[i];
    if (other?.bus !== bus) continue;
    if (indexOf(other.disk) > indexOf(disk)) at = i;
    else at ??= i + 1;
  }
  sorted.splice(at ?? sorted.length, 0, { disk, bus });
}

/** The number in a target's name: 0 for `vda`, 26 for `sdaa`. */
function indexOf(disk: XmlElement): number {
  const [, letters = ""] = /^(?:fd|hd|sd|xvd|vd|ubd)([a-z]+)/.exec(disk.get("dev", "target") ?? "") ?? [];
  let index = 0;
  for (const letter of letters) index = index * 26 + letter.charCodeAt(0) - 96;
  return index - 1;
}

function settleBus(disk: XmlElement): void {
  const target = disk.ensure("target");
  const prefix = /^(?:fd|hd|sd|xvd|vd|ubd)/.exec(target.get("dev") ?? "")?.[0] ?? "";
  const bus = target.get("bus") ?? BUSES[prefix];
  target.set("bus", bus).sort(["dev", "bus", "tray", "removable"]);
  const units = bus === undefined ? undefined : UNITS[bus];
  if (units === undefined || disk.find("address") !== undefined) return;
  const index = Math.max(0, indexOf(disk));
  const within = index % units.perController;
  disk.append(
    new XmlElement("address", {
      type: "drive",
      controller: Math.floor(index / units.perController),
      bus: Math.floor(within / units.perBus),
      target: 0,
      unit: within % units.perBus,
    }),
  );
}
