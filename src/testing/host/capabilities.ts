import { textElement, XmlElement } from "../xml/index.js";
import { CELLS, HOST, HUGE_PAGES_KIB } from "./topology.js";

const EMULATOR = "/usr/bin/test-hv";

/** The document that tells what the host is, and what guests it can have. */
export function capabilities(): string {
  const host = new XmlElement("host", {}, [
    cpu(),
    new XmlElement("power_management"),
    new XmlElement("iommu", { support: "no" }),
    topology(),
    new XmlElement("secmodel", {}, [textElement("model", "testSecurity"), empty("doi")]),
  ]);
  const parts = [host, guest("hvm"), guest("xen")].map((part) => part.format(1));
  return `<capabilities>\n\n${parts.join("\n")}\n</capabilities>\n`;
}

/** libvirt writes this one with both tags. */
function empty(name: string): XmlElement {
  const element = new XmlElement(name);
  element.paired = true;
  return element;
}

function features(): XmlElement {
  return new XmlElement("features", {}, [new XmlElement("pae"), new XmlElement("nonpae")]);
}

function cpu(): XmlElement {
  const sizes = [...CELLS.map(({ pageKiB }) => pageKiB), ...HUGE_PAGES_KIB];
  const pages = sizes.map((size) => new XmlElement("pages", { unit: "KiB", size }));
  return new XmlElement("cpu", {}, [textElement("arch", HOST.model), features(), ...pages]);
}

function topology(): XmlElement {
  const perCell = HOST.cpus / CELLS.length;
  const cells = CELLS.map(({ memoryKiB, pageKiB }, id) => {
    const pages = [
      textElement("pages", memoryKiB / BigInt(pageKiB), { unit: "KiB", size: pageKiB }),
      ...HUGE_PAGES_KIB.map((size) => textElement("pages", 0, { unit: "KiB", size })),
    ];
    const cpus = Array.from({ length: perCell }, (_, core) => {
      const number = id * perCell + core;
      const place = { id: number, socket_id: id, die_id: 0, core_id: core, siblings: number };
      return new XmlElement("cpu", place);
    });
    return new XmlElement("cell", { id }, [
      textElement("memory", memoryKiB, { unit: "KiB" }),
      ...pages,
      new XmlElement("cpus", { num: perCell }, cpus),
    ]);
  });
  return new XmlElement("topology", {}, [new XmlElement("cells", { num: cells.length }, cells)]);
}

function guest(type: string): XmlElement {
  const arch = new XmlElement("arch", { name: HOST.model }, [
    textElement("wordsize", 32),
    textElement("emulator", EMULATOR),
    new XmlElement("domain", { type: "test" }),
  ]);
  return new XmlElement("guest", {}, [textElement("os_type", type), arch, features()]);
}
