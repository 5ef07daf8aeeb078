import type { DomainDisk, DomainDiskDriver } from "../generated/domain/index.js";
import { onlyOne } from "./one-of.js";

/** How disks are made that say more than their path. */
export interface DiskOptions {
  /** A file on the host. */
  readonly path?: string;
  /** A block device on the host. */
  readonly device?: string;
  /** A volume of a storage pool. */
  readonly volume?: { readonly pool: string; readonly volume: string };
  /** Format of what is in it; told from the path's ending when left out, else raw. */
  readonly format?: NonNullable<DomainDiskDriver["type"]>;
  /** How the guest sees it; virtio when left out. */
  readonly bus?: NonNullable<DomainDisk["target"]["bus"]>;
  /** Its name, such as "vda"; the next free one of the bus when left out. */
  readonly target?: string;
  readonly cache?: NonNullable<DomainDiskDriver["cache"]>;
  readonly readonly?: boolean;
  readonly shareable?: boolean;
  /** Serial number that the guest sees. */
  readonly serial?: string;
  /** Place in the order in which the guest tries to boot, from 1. */
  readonly bootOrder?: number;
}

/** Prefixes of the names of disks, by bus. */
const PREFIXES: Readonly<Record<string, string>> = {
  virtio: "vd",
  ide: "hd",
  fdc: "fd",
  xen: "xvd",
  nvme: "nvme",
};

const ENDINGS: readonly (readonly [ending: RegExp, format: string])[] = [
  [/\.qcow2?$/, "qcow2"],
  [/\.vmdk$/, "vmdk"],
  [/\.vdi$/, "vdi"],
  [/\.vhdx?$/, "vpc"],
];

/** A disk: writable, on virtio, and giving back to the host what the guest no longer uses. */
export function createDisk(disk: string | DiskOptions, taken: readonly DomainDisk[] = []): DomainDisk {
  const options = typeof disk === "string" ? { path: disk } : disk;
  const { bus = "virtio", target = nextTarget(bus, taken), cache } = options;
  return {
    ...sourceOf(options),
    device: "disk",
    driver: {
      name: "qemu",
      type: formatOf(options),
      ...(cache === undefined ? {} : { cache }),
      discard: "unmap",
    },
    target: { dev: target, bus },
    ...detailsOf(options),
  };
}

/** A CD drive with an image in it, or an empty one. */
export function createCdrom(
  cdrom: string | DiskOptions | undefined,
  taken: readonly DomainDisk[] = [],
): DomainDisk {
  const options = typeof cdrom === "string" ? { path: cdrom } : (cdrom ?? {});
  const { bus = "sata", target = nextTarget(bus, taken) } = options;
  return {
    ...sourceOf(options),
    device: "cdrom",
    driver: { name: "qemu", type: options.format ?? "raw" },
    target: { dev: target, bus },
    ...detailsOf({ ...options, readonly: true }),
  };
}

/** The name that the next disk on a bus gets. */
export function nextTarget(bus: string, taken: readonly DomainDisk[]): string {
  const prefix = PREFIXES[bus] ?? "sd";
  const names = new Set(taken.map(({ target }) => target.dev));
  for (let number = 0; ; number++) {
    const name = prefix + letters(number);
    if (!names.has(name)) return name;
  }
}

/** a … z, aa, ab … */
function letters(number: number): string {
  const last = String.fromCharCode(97 + (number % 26));
  return number < 26 ? last : letters(Math.floor(number / 26) - 1) + last;
}

type Source = Pick<DomainDisk & { type: "file" }, "type" | "source">;

function sourceOf({ path, device, volume }: DiskOptions): Source {
  onlyOne("a disk", { path, device, volume });
  if (volume !== undefined) return { type: "volume", source: { ...volume } } as unknown as Source;
  if (device !== undefined) return { type: "block", source: { dev: device } } as unknown as Source;
  return path === undefined ? { type: "file" } : { type: "file", source: { file: path } };
}

function formatOf({ format, path = "", volume }: DiskOptions): string {
  const name = volume?.volume ?? path;
  return format ?? ENDINGS.find(([ending]) => ending.test(name))?.[1] ?? "raw";
}

function detailsOf({
  readonly,
  shareable,
  serial,
  bootOrder,
}: DiskOptions): Partial<DomainDisk & { type: "file" }> {
  return {
    ...(bootOrder === undefined ? {} : { boot: { order: bootOrder } }),
    ...(readonly ? { readonly } : {}),
    ...(shareable ? { shareable } : {}),
    ...(serial === undefined ? {} : { serial }),
  };
}
