import { describe, expect, it } from "@jest/globals";
import { DomainConfig, DomainDisk } from "../../src/xml/generated/domain/index.js";
import { NetworkConfig } from "../../src/xml/generated/network/index.js";
import { format, parse, parseXml, type XmlElement, xmlElement } from "../../src/xml/verbs/index.js";
import { GUEST, NETWORK } from "./documents.js";
import { canonical } from "./expat.js";

/** A guest with these lines as its devices. */
function guest(...devices: string[]): string {
  const lines = devices.map((line) => `    ${line}\n`).join("");
  return `<domain type="kvm">\n  <name>a</name>\n  <devices>\n${lines}  </devices>\n</domain>\n`;
}

const disk = (name: string, extra = ""): string =>
  `<disk type="file"><source file="/${name}"/><target dev="${name}"/>${extra}</disk>`;

/** The document after a change to what was read of it. */
function changed(text: string, change: (domain: DomainConfig) => DomainConfig | undefined): string {
  const domain = parse(DomainConfig, text);
  return format(DomainConfig, change(domain) ?? domain);
}

/** The devices of a guest that `changed` has an effect on. */
function changedDisks(disks: readonly string[], change: (disks: DomainDisk[]) => DomainDisk[]): string {
  return changed(guest(...disks), ({ devices }) => {
    if (devices) devices.disk = change(devices.disk ?? []);
    return undefined;
  });
}

describe("a typed document", () => {
  it("is plain data", () => {
    const domain = parse(DomainConfig, GUEST);
    expect(structuredClone(domain)).toMatchObject({
      type: "kvm",
      id: 7,
      name: "web-1",
      title: "Web & more",
      memory: { unit: "KiB", value: 1048576n },
      vcpu: { placement: "static", value: 2 },
      os: { type: { arch: "x86_64", machine: "pc-q35-9.2", value: "hvm" }, boot: [{ dev: "hd" }] },
      features: { acpi: true, apic: {} },
      devices: {
        emulator: "/usr/bin/qemu-system-x86_64",
        disk: [
          { type: "file", driver: { cache: "none" }, target: { dev: "vda", bus: "virtio" } },
          { type: "block", source: { dev: "/dev/vg/data" } },
        ],
        graphics: [{ type: "vnc", port: -1, autoport: true }],
      },
      qemuCommandline: { arg: [{ value: "-fw_cfg" }, { value: "name=opt/a,string=b" }] },
    });
    expect((domain.metadata as XmlElement).children).toHaveLength(3);
    expect(JSON.stringify({ ...domain, memory: undefined, currentMemory: undefined })).not.toContain(
      "vendor",
    );
  });

  it("comes back as it was", () => {
    const [before, after, network] = canonical([GUEST, changed(GUEST, () => undefined), NETWORK]);
    expect(after).toEqual(before);
    expect(canonical([format(NetworkConfig, parse(NetworkConfig, NETWORK))])[0]).toEqual(network);
    expect(changed(guest(disk("vda")), () => undefined)).toBe(guest(disk("vda")));
  });

  it("comes back as it was when its objects are copied", () => {
    const copied = changed(GUEST, (domain) => ({
      ...domain,
      devices: { ...domain.devices, disk: domain.devices?.disk?.map((one) => ({ ...one })) },
    }));
    expect(canonical([copied])).toEqual(canonical([GUEST]));
  });

  it("is not changed by being written", () => {
    const domain = parse(DomainConfig, GUEST);
    domain.devices?.disk?.reverse();
    const once = format(DomainConfig, domain);
    expect(format(DomainConfig, domain)).toBe(once);
    domain.devices?.disk?.reverse();
    expect(canonical([format(DomainConfig, domain)])).toEqual(canonical([GUEST]));
  });

  it("keeps what it does not know beside what was changed", () => {
    const text = changed(GUEST, (domain) => {
      const [first] = domain.devices?.disk ?? [];
      if (first?.driver) first.driver.cache = "writeback";
      if (first?.type === "file" && first.source) first.source.file = "/new.qcow2";
      domain.title = "a < b";
      return undefined;
    });
    const expected = GUEST.replace("cache='none'", "cache='writeback'")
      .replace("/var/lib/libvirt/images/web-1.qcow2", "/new.qcow2")
      .replace("Web &amp; more", "a &lt; b");
    expect(canonical([text])).toEqual(canonical([expected]));
  });

  it("reads what does not fit its type as the text that it is, and leaves it", () => {
    const text = guest(
      '<graphics type="vnc" port="many" autoport="maybe"/>',
      '<disk type="telepathy" device="brain"><source thought="1"/><target dev="vda" bus="nerve"/></disk>',
    );
    const { devices } = parse(DomainConfig, text);
    expect(devices?.graphics?.[0]).toMatchObject({ port: "many", autoport: "maybe" });
    expect(devices?.disk?.[0]).toMatchObject({
      type: "telepathy",
      device: "brain",
      target: { bus: "nerve" },
    });
    expect(changed(text, () => undefined)).toBe(text);
  });

  it("leaves numbers and sizes as they are written while they stay the same", () => {
    const text = `<domain type="kvm">\n  <name>a</name>\n  <memory unit="KiB">  0x400 </memory>\n  <vcpu>+2</vcpu>\n</domain>\n`;
    expect(parse(DomainConfig, text)).toMatchObject({ memory: { value: 1024n }, vcpu: { value: 2 } });
    const same = changed(text, (domain) => {
      domain.memory = { unit: "KiB", value: 1024n };
      return undefined;
    });
    expect(same).toBe(text);
  });

  it("refuses another root", () => {
    expect(() => parse(DomainConfig, NETWORK)).toThrow(/<network>, and should be a <domain>/);
  });

  it("refuses properties that there are not, rather than to lose them", () => {
    expect(() => changed(GUEST, (domain) => ({ ...domain, nmae: "x" }) as DomainConfig)).toThrow(
      /nmae is no property of <domain>/,
    );
    const domain = parse(DomainConfig, guest(disk("vda")));
    Object.assign(domain.devices?.disk?.[0]?.target ?? {}, { bus: 7 });
    expect(() => format(DomainConfig, domain)).toThrow(
      /devices\.disk\[0\]\.target\.bus is 7 and must be .* virtio/,
    );
  });
});

describe("a change", () => {
  it("of a property that is taken away takes the element or attribute away", () => {
    const text = changed(guest('<graphics type="vnc" port="-1" autoport="yes"/>', disk("vda")), (domain) => {
      delete domain.devices?.disk;
      const [first] = domain.devices?.graphics ?? [];
      if (first?.type === "vnc") first.port = undefined;
      return undefined;
    });
    expect(text).toBe(guest('<graphics type="vnc" autoport="yes"/>'));
  });

  it("puts new elements where the schema has them, indented like their siblings", () => {
    const text = changed(
      "<domain type='kvm'>\n\t<name>a</name>\n\t<on_reboot>restart</on_reboot>\n</domain>",
      (domain) => {
        domain.uuid = "c7a5fdbd-edaf-9455-926a-d65c16db1809";
        domain.features = { acpi: true, hyperv: { relaxed: { state: true } } };
        domain.on_reboot = "destroy";
        domain.devices = { emulator: "/bin/q", memballoon: { model: "none" } };
        return undefined;
      },
    );
    expect(text).toBe(`<domain type="kvm">
\t<name>a</name>
\t<uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
\t<features>
\t  <acpi/>
\t  <hyperv>
\t    <relaxed state="on"/>
\t  </hyperv>
\t</features>
\t<on_reboot>destroy</on_reboot>
\t<devices>
\t  <emulator>/bin/q</emulator>
\t  <memballoon model="none"/>
\t</devices>
</domain>`);
  });

  it("indents nothing in a document without layout", () => {
    const text = changed('<domain type="kvm"><name>a</name></domain>', (domain) => {
      domain.devices = { memballoon: { model: "none" } };
      return undefined;
    });
    expect(text).toBe(
      '<domain type="kvm"><name>a</name><devices><memballoon model="none"/></devices></domain>',
    );
  });

  it("of a flag is its element's coming and going", () => {
    const text = '<domain type="kvm"><features><acpi x="1"/></features></domain>';
    const set = (acpi: boolean | undefined): string =>
      changed(text, (domain) => ({ ...domain, features: { ...domain.features, acpi } }));
    expect(set(true)).toBe(text);
    expect(set(false)).toBe('<domain type="kvm"><features/></domain>');
    expect(set(undefined)).toBe('<domain type="kvm"><features/></domain>');
  });

  it("of the text of an element keeps what else is in it", () => {
    const text = changed(
      '<domain type="kvm"><name x="y">a<!-- old -->b</name><title><![CDATA[<c>]]></title></domain>',
      (domain) => ({
        ...domain,
        name: "z",
        title: "<d>",
      }),
    );
    expect(text).toBe(
      '<domain type="kvm"><name x="y">z<!-- old --></name><title><![CDATA[<d>]]></title></domain>',
    );
  });

  it("of what an element is takes away what only the former kind had", () => {
    const text = changed(
      guest('<disk type="file" u="1"><source file="/a" u="2"/><target dev="vda"/></disk>'),
      (domain) => {
        const [first] = domain.devices?.disk ?? [];
        if (first && domain.devices) {
          domain.devices.disk = [{ ...first, type: "block", source: { dev: "/dev/a" } } as DomainDisk];
        }
        return undefined;
      },
    );
    expect(text).toContain('<disk type="block" u="1"><source u="2" dev="/dev/a"/><target dev="vda"/></disk>');
  });
});

describe("an array", () => {
  const [a, b, c] = [disk("vda", "<!--a-->"), disk("vdb", "<x/>"), disk("vdc")];

  it("may be put in another order", () => {
    expect(changedDisks([a, "<rng/>", b, c], ([one, two, three]) => [three, one, two] as DomainDisk[])).toBe(
      guest(c, "<rng/>", a, b),
    );
  });

  it("may lose items, from anywhere", () => {
    expect(changedDisks([a, b, c], (disks) => disks.slice(1))).toBe(guest(b, c));
    expect(changedDisks([a, b, c], (disks) => disks.slice(0, 2))).toBe(guest(a, b));
    expect(changedDisks([a, b, c], (disks) => disks.filter((_, i) => i !== 1))).toBe(guest(a, c));
    expect(changedDisks([a, b, c], () => [])).toBe(
      '<domain type="kvm">\n  <name>a</name>\n  <devices/>\n</domain>\n',
    );
  });

  it("may get new items, anywhere", () => {
    const fresh = { type: "file", target: { dev: "vdz" } } as const;
    const written = '<disk type="file">\n      <target dev="vdz"/>\n    </disk>';
    expect(changedDisks([a, b], (disks) => [...disks, fresh])).toBe(guest(a, b, written));
    expect(changedDisks([a, b], (disks) => [fresh, ...disks])).toBe(guest(written, a, b));
    expect(changedDisks([a, b], ([one, two]) => [one, fresh, two] as DomainDisk[])).toBe(
      guest(a, written, b),
    );
    expect(changedDisks([], () => [fresh])).toBe(guest(written));
    expect(changedDisks(["<rng/>"], () => [fresh])).toBe(guest(written, "<rng/>"));
    expect(changedDisks(["<emulator>/q</emulator>", "<rng/>"], () => [fresh])).toBe(
      guest("<emulator>/q</emulator>", written, "<rng/>"),
    );
  });

  it("may have an item replaced by a new one", () => {
    const text = changedDisks(
      [a, b],
      ([one]) => [one, { type: "block", target: { dev: "vdz" } }] as DomainDisk[],
    );
    expect(text).toBe(guest(a, '<disk type="block">\n      <target dev="vdz"/>\n    </disk>'));
  });

  it("may have an item twice: the copies know what the original had", () => {
    expect(changedDisks([a, b], ([one, two]) => [one, two, two] as DomainDisk[])).toBe(guest(a, b, b));
    const text = changedDisks(
      [a, b],
      ([one, two]) => [one, two, { ...two, target: { dev: "vdc" } }] as DomainDisk[],
    );
    expect(text).toBe(guest(a, b, disk("vdb", "<x/>").replace('dev="vdb"', 'dev="vdc"')));
  });

  it("finds the elements of items that have been cloned", () => {
    const text = changedDisks([a, b, c], (disks) => {
      const copies = structuredClone(disks);
      const [, second] = copies;
      if (second) second.readonly = true;
      return copies.reverse();
    });
    const readonly = b.replace("</disk>", "<readonly/></disk>").replace("<x/><readonly/>", "<readonly/><x/>");
    expect(text).toBe(guest(c, readonly, a));
  });

  it("does not mistake what has no name, or the same, for each other when it has been cloned", () => {
    const controllers = Array.from(
      { length: 4 },
      (_, i) => `<controller type="pci" index="${i}"><x mark="${i}"/><target port="0x${i}"/></controller>`,
    );
    const disks = ["/a", "/b"].map((file) => disk("vda", `<serial>${file}</serial><!--${file}-->`));
    const text = guest(...disks, ...controllers);
    const clone = changed(text, (domain) => ({ ...domain, devices: structuredClone(domain.devices) }));
    expect(clone).toBe(text);
  });

  it("of texts keeps the elements of those that stay", () => {
    const text = (...args: string[]): string =>
      `<domain type="lxc"><os>${args.map((arg) => `<initarg x="${arg}">${arg}</initarg>`).join("")}</os></domain>`;
    const set = (...args: string[]): string =>
      changed(text("a", "b", "c"), (domain) => ({
        ...domain,
        os: { ...domain.os, initarg: args } as NonNullable<DomainConfig["os"]>,
      }));
    expect(set("c", "a")).toBe(text("c", "a"));
    expect(set("a", "d", "c")).toBe(text("a", "b", "c").replace(">b<", ">d<"));
    expect(set("a", "b", "c", "d")).toBe(text("a", "b", "c").replace("</os>", "<initarg>d</initarg></os>"));
  });
});

describe("objects from elsewhere", () => {
  it("bring what they do not know into another document, with its namespaces", () => {
    const [first] = parse(DomainConfig, GUEST).devices?.disk ?? [];
    const text = changed(guest(), (domain) => {
      domain.devices = { disk: first ? [first] : [] };
      return undefined;
    });
    const copy = parseXml(text).root;
    expect(text).toContain("vendorThing");
    expect(text).toContain('xmlns:vendor="urn:example:vendor"');
    expect(copy.attributes).toEqual({ type: "kvm" });
  });

  it("get the declarations that they need and do not have", () => {
    const owner = parse(
      DomainConfig,
      '<domain xmlns:v="urn:v" xmlns:w="urn:w" type="kvm"><devices><disk v:a="1"><target dev="vda"/><w:b/></disk></devices></domain>',
    );
    const text = changed('<domain xmlns:v="urn:other" type="kvm"><devices/></domain>', (domain) => {
      domain.devices = { disk: owner.devices?.disk };
      return undefined;
    });
    expect(canonical([text])).toEqual(
      canonical([
        '<domain xmlns:v="urn:other" type="kvm"><devices><disk xmlns:v="urn:v" xmlns:w="urn:w" v:a="1"><target dev="vda"/><w:b/></disk></devices></domain>',
      ]),
    );
  });

  it("can be written alone, as for attaching a device", () => {
    const [, second] = parse(DomainConfig, GUEST).devices?.disk ?? [];
    if (second === undefined) throw new Error("no disk");
    expect(format(DomainDisk, second)).toMatch(
      /^<disk type="block" device="disk">\n.*\n.*\n.*\n {4}<\/disk>\n$/,
    );
    expect(parse(DomainDisk, format(DomainDisk, second))).toEqual(second);
  });

  it("are read by the names that their prefixes mean", () => {
    const text =
      '<domain type="kvm" xmlns:q="http://libvirt.org/schemas/domain/qemu/1.0"><q:commandline><q:arg value="a"/></q:commandline></domain>';
    expect(parse(DomainConfig, text).qemuCommandline?.arg).toMatchObject([{ value: "a" }]);
    const more = changed(text, (domain) => {
      domain.qemuCommandline?.arg?.push({ value: "b" });
      return undefined;
    });
    expect(more).toBe(text.replace('<q:arg value="a"/>', '<q:arg value="a"/><q:arg value="b"/>'));
    const foreign =
      '<domain type="kvm"><name xmlns="urn:x">a</name><qemu:commandline xmlns:qemu="urn:y"/></domain>';
    expect(Object.keys(parse(DomainConfig, foreign))).toEqual(["type"]);
  });

  it("get a declaration for a namespace of libvirt's", () => {
    const text = format(DomainConfig, {
      type: "kvm",
      name: "a",
      qemuCommandline: { arg: [{ value: "-S" }] },
    } as DomainConfig);
    expect(parse(DomainConfig, text).qemuCommandline?.arg).toMatchObject([{ value: "-S" }]);
    expect(canonical([text])[0]).toHaveProperty("text");
    expect(text.match(/xmlns/g)).toHaveLength(1);
    const ours = "http://libvirt.org/schemas/domain/qemu/1.0";
    const byDefault = `<domain type="kvm"><commandline xmlns="${ours}"><arg value="a"/></commandline></domain>`;
    const more = changed(byDefault, (domain) => {
      domain.qemuCommandline?.arg?.push({ value: "b" });
      return undefined;
    });
    expect(more).toContain('<arg value="a"/><arg value="b"/>');
  });

  it("may be elements of the tree", () => {
    const info = xmlElement("app:info", { "xmlns:app": "urn:app" }, ["x"]);
    const text = changed(guest(), (domain) => ({ ...domain, metadata: xmlElement("metadata", {}, [info]) }));
    expect(text).toContain('<metadata><app:info xmlns:app="urn:app">x</app:info></metadata>');
    const moved = changed(guest(), (domain) => ({
      ...domain,
      metadata: parse(DomainConfig, GUEST).metadata,
    }));
    expect(moved).toContain("<![CDATA[<root> & co]]>");
  });
});

describe("a clone of a whole document", () => {
  it("is written with what the original had", () => {
    const original = parse(DomainConfig, GUEST);
    const copy = structuredClone(original);
    expect(canonical([format(DomainConfig, copy, { original })])).toEqual(canonical([GUEST]));
    copy.devices?.disk?.pop();
    copy.name = "other";
    const text = format(DomainConfig, copy, { original });
    expect(text).toContain("vendorThing");
    expect(text).toContain("<!-- made by hand -->");
    expect(text).not.toContain("/dev/vg/data");
  });

  it("may be one that copies symbols and prototypes, as lodash's", () => {
    const clone = (value: unknown): unknown => {
      if (typeof value !== "object" || value === null) return value;
      const copy = (Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value))) as object;
      for (const key of Reflect.ownKeys(value)) {
        if (key !== "length") Reflect.set(copy, key, clone(Reflect.get(value, key)));
      }
      return copy;
    };
    const original = parse(DomainConfig, GUEST);
    const copy = clone(original) as DomainConfig;
    expect(format(DomainConfig, copy)).toBe(format(DomainConfig, structuredClone(original)));
    expect(canonical([format(DomainConfig, copy, { original })])).toEqual(canonical([GUEST]));
  });

  it("is a document of its own without it", () => {
    const text = format(DomainConfig, {
      ...structuredClone(parse(DomainConfig, GUEST)),
      metadata: undefined,
    });
    expect(text).not.toContain("vendor");
    expect(text).not.toContain("by hand");
    expect(structuredClone(parse(DomainConfig, text))).toEqual({
      ...structuredClone(parse(DomainConfig, GUEST)),
      metadata: undefined,
    });
  });
});
