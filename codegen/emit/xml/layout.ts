import type { XmlModel, XmlType } from "../../xml-model.js";
import { slotsOf } from "./words.js";

/** Rooms of large kinds: which types begin a room, by name. What they alone refer to lies there, too. */
const ROOMS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  domain: {
    cpu: ["DomainCpu"],
    boot: ["DomainOs", "DomainSysinfo", "DomainLaunchSecurity", "DomainKeywrap"],
    clock: ["DomainClock", "DomainPm", "DomainPerf"],
    features: ["DomainFeatures"],
    resources: [
      "DomainMemory",
      "DomainMemoryBacking",
      "DomainMemtune",
      "DomainBlkiotune",
      "DomainCputune",
      "DomainNumatune",
      "DomainVcpu",
      "DomainVcpus",
      "DomainIothreadids",
      "DomainDefaultiothread",
      "DomainThrottlegroups",
      "DomainResource",
      "DomainIommufd",
      "DomainIdmap",
      "DomainSeclabel",
    ],
    namespaces: [
      "DomainQemuCommandline",
      "DomainQemuCapabilities",
      "DomainQemuDeprecation",
      "DomainQemuOverride",
      "DomainLxcNamespace",
      "DomainBhyveCommandline",
      "DomainXenCommandline",
    ],
    disk: ["DomainDisk"],
    source: [
      "DomainDiskSourceFile",
      "DomainDiskSourceBlock",
      "DomainDiskSourceDir",
      "DomainDiskSourceNetwork",
      "DomainDiskSourceVolume",
      "DomainDiskSourceNvme",
      "DomainDiskSourceVhostUser",
      "DomainDiskSourceVhostVdpa",
      "DomainDiskSourceCtl",
      "DomainBackingStore",
    ],
    address: ["DomainAddress"],
    controller: ["DomainController", "DomainLease", "DomainIommu"],
    filesystem: ["DomainFilesystem"],
    interface: ["DomainInterface"],
    hostdev: ["DomainHostdev", "DomainRedirfilter"],
    graphics: ["DomainGraphics", "DomainVideo", "DomainInput", "DomainHub"],
    audio: ["DomainAudio", "DomainSound"],
    character: [
      "DomainConsole",
      "DomainParallel",
      "DomainSerial",
      "DomainChannel",
      "DomainSmartcard",
      "DomainRedirdev",
    ],
    memory: ["DomainMemoryDevice", "DomainMemballoon", "DomainShmem", "DomainNvram", "DomainPstore"],
    devices: ["DomainRng", "DomainTpm", "DomainCrypto", "DomainWatchdog", "DomainPanic", "DomainVsock"],
  },
  nwfilter: {
    ethernet: [
      "NWFilterRuleMac",
      "NWFilterRuleVlan",
      "NWFilterRuleStp",
      "NWFilterRuleArp",
      "NWFilterRuleRarp",
    ],
    ip: ["NWFilterRuleIp", "NWFilterRuleIpv6"],
  },
};

/** The room of what begins no room: the root, and what lies between it and the rooms. */
const ROOT = "config";
/** The room of what several others refer to. */
const SHARED = "shared";

/** The room of each type. */
export function layOut(model: XmlModel): ReadonlyMap<string, string> {
  const byName = new Map(model.types.map((type) => [type.name, type]));
  const rooms = new Map<string, string>();
  const starts = new Map(
    Object.entries(ROOMS[model.kind] ?? {}).flatMap(([room, names]) => names.map((name) => [name, room])),
  );
  for (const name of starts.keys()) {
    if (!byName.has(name))
      throw new Error(`codegen/emit/xml/layout.ts speaks of ${name}, which does not exist`);
  }
  // Each room takes what it reaches; what another has taken before is shared, with all that it refers to.
  const visit = (name: string, room: string): void => {
    const type = byName.get(name);
    const own = starts.get(name) ?? room;
    const known = rooms.get(name);
    if (type === undefined || known === own || known === SHARED) return;
    rooms.set(name, known === undefined || starts.has(name) ? own : SHARED);
    for (const next of references(type)) visit(next, rooms.get(name) ?? own);
  };
  for (const [name, room] of starts) visit(name, room);
  visit(model.root, ROOT);
  return rooms;
}

export function references(type: XmlType): readonly string[] {
  return slotsOf(type).flatMap(({ type: name }) => (name === undefined ? [] : [name]));
}

/** Types in an order in which each comes after those that it refers to, but for types that hold themselves. */
export function inOrder(model: XmlModel): readonly XmlType[] {
  const byName = new Map(model.types.map((type) => [type.name, type]));
  const done = new Set<string>();
  const order: XmlType[] = [];
  const visit = (name: string): void => {
    const type = byName.get(name);
    if (type === undefined || done.has(name)) return;
    done.add(name);
    for (const next of references(type)) visit(next);
    order.push(type);
  };
  visit(model.root);
  return order;
}
