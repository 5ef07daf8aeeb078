import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ErrorDomain, ErrorNumber } from "../protocol/generated/constants/index.js";
import type { HostFacts } from "./host/index.js";
import { refuse } from "./refuse.js";
import { kibibytesOf, readDocument, type XmlElement } from "./xml/index.js";

/** A domain of a node file, with how it is to be there. */
export interface SeededDomain {
  readonly xml: string;
  readonly running: boolean;
  readonly transient: boolean;
  readonly managedSave: boolean;
}

/** A storage pool of a node file, with its volumes. */
export interface SeededPool {
  readonly xml: string;
  readonly volumes: readonly string[];
}

/** All that a file in the format of libvirt's test driver says. */
export interface NodeContents {
  readonly host: Partial<HostFacts>;
  readonly domains: readonly SeededDomain[];
  readonly networks: readonly string[];
  readonly interfaces: readonly string[];
  readonly pools: readonly SeededPool[];
  readonly nodeDevices: readonly string[];
}

const TEST_NAMESPACE = "http://libvirt.org/schemas/domain/test/1.0";
const SHUTOFF = "5";

/**
 * Reads a file such as `test:///path/node.xml` names: https://libvirt.org/drvtest.html. Elements may stand in files of
 * their own, which a `file` attribute names.
 * @throws Refusal if it cannot be read or makes no sense.
 */
export function readNodeFile(path: string): NodeContents {
  const node = readFile(path, "node");
  const below = (name: string): XmlElement[] =>
    node.elements(name).map((element) => {
      const file = element.get("file");
      return file === undefined ? element : readFile(resolve(dirname(path), file), name);
    });
  const texts = (name: string): string[] => below(name).map((element) => element.format());
  return {
    host: hostOf(node),
    domains: below("domain").map(domainOf),
    networks: texts("network"),
    interfaces: texts("interface"),
    pools: below("pool").map(poolOf),
    nodeDevices: texts("device"),
  };
}

function readFile(path: string, root: string): XmlElement {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.TEST, `failed to parse xml document '${path}'`);
  }
  return readDocument(text, root, ErrorDomain.TEST);
}

function domainOf(element: XmlElement): SeededDomain {
  const prefix = Array.from(element.attributes)
    .find(([, value]) => value === TEST_NAMESPACE)?.[0]
    .split(":")[1];
  const own = (name: string): XmlElement | undefined =>
    prefix === undefined ? undefined : element.elements(`${prefix}:${name}`)[0];
  const state = own("runstate")?.text;
  const seeded = {
    running: state !== SHUTOFF,
    transient: own("transient") !== undefined,
    managedSave: own("hasmanagedsave") !== undefined,
  };
  for (const each of element.elements()) {
    if (prefix !== undefined && each.name.startsWith(`${prefix}:`)) element.remove(each);
  }
  if (prefix !== undefined) element.set(`xmlns:${prefix}`, undefined);
  return { ...seeded, xml: element.format() };
}

function poolOf(element: XmlElement): SeededPool {
  const volumes = element.elements("volume").map((volume) => volume.format());
  element.remove("volume");
  return { xml: element.format(), volumes };
}

function hostOf(node: XmlElement): Partial<HostFacts> {
  const cpu = node.find("cpu");
  const memory = node.find("memory");
  const number = (name: string): number | undefined => {
    const text = cpu?.textOf(name);
    return text === undefined ? undefined : Number(text);
  };
  const facts = {
    model: cpu?.textOf("model"),
    memoryKiB: memory === undefined ? undefined : kibibytesOf(memory, "/node/memory"),
    cpus: number("active"),
    mhz: number("mhz"),
    cells: number("nodes"),
    sockets: number("sockets"),
    cores: number("cores"),
    threads: number("threads"),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
