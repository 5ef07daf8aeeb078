import { addDevice, createDomain, type DeviceOf, type DomainConfig } from "../../src/xml/index.js";
import type { Random } from "../protocol/random.js";
import { DEVICES, type DeviceSample } from "./devices.js";

/** A guest with devices that QEMU takes, room for more memory, and memory that others may share. */
export function guestWith(name: string, samples: readonly DeviceSample[]): DomainConfig {
  const guest = createDomain({
    name,
    type: "qemu",
    memory: "256 MiB",
    vcpus: 2,
    console: false,
    agent: false,
  });
  guest.maxMemory = { value: 2n, unit: "GiB", slots: 8 };
  guest.memoryBacking = { source: { type: "memfd" }, access: { mode: "shared" } };
  guest.cpu = { numa: { cell: [{ id: 0, cpus: "0-1", memory: 256n, unit: "MiB" }] } };
  const all = samples.some(({ spice }) => spice === true) ? [...samples, SPICE] : samples;
  for (const { kind, device } of new Set(all)) {
    // A device is one object for all guests; none of them may change it for the others.
    addDevice(guest, kind, structuredClone(device) as DeviceOf<typeof kind>);
  }
  return guest;
}

/** A guest as the builders make them, of options in any combination. */
export function builtGuest(name: string, random: Random): DomainConfig {
  const maybe = <T>(value: T): T | undefined => (random.next() < 0.5 ? value : undefined);
  const some = <T>(values: readonly T[]): T[] => values.filter(() => random.next() < 0.5);
  const options = {
    title: maybe("A & B <c>"),
    description: maybe("Line 1\nLine 2"),
    machine: maybe("pc"),
    install: maybe("/iso/install.iso"),
    cloudInit: maybe("/iso/seed.iso"),
    graphics: maybe(random.pick(["vnc", "spice"] as const)),
    console: maybe(false),
    agent: maybe(false),
  };
  return createDomain({
    name,
    type: "qemu",
    memory: random.pick(["1 GiB", "512 MiB", "100000 KB"]),
    vcpus: 1 + random.below(8),
    disks: some([
      "/images/a b.qcow2",
      { path: "/images/b.img", format: "raw" },
      { volume: { pool: "default", volume: "v" } },
    ]),
    interfaces: some(["default", { bridge: "br0" }, { network: "lab", mac: "52:54:00:12:34:56" }]),
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  });
}

/** Some of the samples, as many of them as fit into one guest. */
export function someOf(samples: readonly DeviceSample[], random: Random): DeviceSample[] {
  const chosen: DeviceSample[] = [];
  const taken = new Set<string>();
  for (const sample of samples) {
    if (random.next() < 0.6 || taken.has(sample.group ?? "")) continue;
    chosen.push(sample);
    if (sample.group !== undefined) taken.add(sample.group);
  }
  return chosen;
}

const SPICE = DEVICES.find(({ name }) => name === "graphics SPICE") as DeviceSample;
