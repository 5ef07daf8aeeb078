import type { DomainConfig, DomainDevices, DomainDisk, DomainInterface } from "../generated/domain/index.js";
import {
  createAgentChannel,
  createConsole,
  createGraphics,
  createSerial,
  createTpm,
  createVideo,
  type GraphicsOptions,
} from "./devices.js";
import { createCdrom, createDisk, type DiskOptions } from "./disk.js";
import { createInterface, type InterfaceOptions } from "./interface.js";
import { createSize, type Size } from "./size.js";

/** What a guest is made of. Only its name and memory are needed. */
export interface DomainOptions {
  readonly name: string;
  /** As in "2 GiB", or bytes. */
  readonly memory: Size;
  /** Virtual CPUs; 1 when left out. */
  readonly vcpus?: number;
  /** The hypervisor: "kvm" when left out; "qemu" where the host's processor cannot help, which is slow. */
  readonly type?: DomainConfig["type"];
  /** Architecture of the guest; x86_64 when left out. */
  readonly arch?: "x86_64" | "i686" | "aarch64" | "armv7l" | "ppc64le" | "riscv64" | "s390x" | (string & {});
  /** Kind of machine; the usual modern one of the architecture when left out. */
  readonly machine?: string;
  /** Firmware; what is usual for the machine when left out. */
  readonly firmware?: "bios" | "efi";
  readonly uuid?: string;
  readonly title?: string;
  readonly description?: string;
  /** Paths, what `DiskOptions` has, or disks that are ready. They get names in this order. */
  readonly disks?: readonly (string | DiskOptions | DomainDisk)[];
  /** Image of an installation CD: the guest boots from it for as long as the first disk is empty. */
  readonly install?: string;
  /** Image with settings for cloud-init, as a CD. */
  readonly cloudInit?: string;
  /** Names of libvirt's networks, what `InterfaceOptions` has, or network cards that are ready. */
  readonly interfaces?: readonly (string | InterfaceOptions | DomainInterface)[];
  /** How the screen can be seen; not at all when left out. */
  readonly graphics?: "vnc" | "spice" | GraphicsOptions;
  /** False for a guest without serial console. */
  readonly console?: boolean;
  /** False for a guest without the guest agent's line. */
  readonly agent?: boolean;
  readonly tpm?: boolean;
}

/** What a guest is by its architecture: the machine, whether it is a PC, and how its CD drives are connected. */
interface Machine {
  readonly machine: string;
  readonly pc?: true;
  readonly cdrom: "sata" | "scsi";
}

const MACHINES: Readonly<Record<string, Machine>> = {
  x86_64: { machine: "q35", pc: true, cdrom: "sata" },
  i686: { machine: "q35", pc: true, cdrom: "sata" },
  aarch64: { machine: "virt", cdrom: "scsi" },
  armv7l: { machine: "virt", cdrom: "scsi" },
  riscv64: { machine: "virt", cdrom: "scsi" },
  ppc64le: { machine: "pseries", cdrom: "scsi" },
  s390x: { machine: "s390-ccw-virtio", cdrom: "scsi" },
};

/**
 * A guest with what modern guests have: virtio devices, a serial console, the guest agent's line, a source of
 * randomness, a memory balloon. What there is no option for is set on the result, which is an ordinary object.
 */
export function createDomain(options: DomainOptions): DomainConfig {
  const { name, memory, vcpus = 1, type = "kvm", arch = "x86_64" } = options;
  const { pc, machine }: Partial<Machine> = MACHINES[arch] ?? {};
  return {
    type,
    name,
    ...pick(options, ["uuid", "title", "description"]),
    ...(type === "kvm" ? { cpu: { mode: "host-passthrough", check: "none" } } : {}),
    os: {
      ...(options.firmware === undefined ? {} : { firmwareAttribute: options.firmware }),
      type: { arch, ...given("machine", options.machine ?? machine), value: "hvm" },
    },
    clock: { offset: "utc" },
    memory: createSize(memory),
    vcpu: { value: vcpus },
    ...featuresOf(arch, pc, options.firmware),
    on_poweroff: "destroy",
    on_reboot: "restart",
    on_crash: "destroy",
    devices: devicesOf(options, arch),
  };
}

function featuresOf(
  arch: string,
  pc: boolean | undefined,
  firmware: string | undefined,
): Pick<DomainConfig, "features"> {
  if (pc) return { features: { acpi: true, apic: {} } };
  return arch === "aarch64" && firmware === "efi" ? { features: { acpi: true } } : {};
}

function devicesOf(options: DomainOptions, arch: string): DomainDevices {
  const { graphics, console = true, agent = true } = options;
  const { pc, cdrom = "scsi" }: Partial<Machine> = MACHINES[arch] ?? {};
  const disk = disksOf(options, cdrom);
  const isMainframe = arch === "s390x";
  return {
    disk,
    ...(disk.some(({ target }) => target.bus === "scsi")
      ? { controller: [{ type: "scsi", index: 0, model: "virtio-scsi" }] }
      : {}),
    interface: (options.interfaces ?? []).map((card) =>
      typeof card !== "string" && "type" in card ? card : createInterface(card),
    ),
    ...(graphics === undefined
      ? {}
      : {
          input: [{ type: "tablet", bus: pc ? "usb" : "virtio" }],
          graphics: [createGraphics(graphics)],
          video: [createVideo()],
        }),
    ...(console ? { console: [createConsole(isMainframe ? "sclp" : "serial")] } : {}),
    ...(console && !isMainframe ? { serial: [createSerial()] } : {}),
    ...(agent ? { channel: [createAgentChannel()] } : {}),
    rng: [{ model: "virtio", backend: { model: "random", value: "/dev/urandom" } }],
    ...(options.tpm ? { tpm: [createTpm()] } : {}),
    memballoon: { model: "virtio" },
  };
}

function disksOf({ disks = [], install, cloudInit }: DomainOptions, cdrom: "sata" | "scsi"): DomainDisk[] {
  const made: DomainDisk[] = [];
  for (const disk of disks) {
    made.push(
      typeof disk !== "string" && typeof disk.target === "object" ? (disk as DomainDisk) : next(disk, made),
    );
  }
  const [first] = made;
  // A disk that nothing can be booted from yet is skipped.
  if (first !== undefined && first.boot === undefined) made[0] = { ...first, boot: { order: 1 } };
  if (install !== undefined) made.push(createCdrom({ path: install, bus: cdrom, bootOrder: 2 }, made));
  if (cloudInit !== undefined) made.push(createCdrom({ path: cloudInit, bus: cdrom }, made));
  return made;
}

const next = (disk: string | DiskOptions | DomainDisk, taken: readonly DomainDisk[]): DomainDisk =>
  createDisk(disk as string | DiskOptions, taken);

function given<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, T>>);
}

/** Those of the properties that are there. */
function pick<T, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(
    keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])),
  ) as Pick<T, K>;
}
