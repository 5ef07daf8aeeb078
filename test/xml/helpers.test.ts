import { describe, expect, it } from "@jest/globals";
import {
  addDevice,
  type DomainConfig,
  findDevices,
  format,
  getMetadata,
  DomainConfig as Kind,
  parse,
  removeDevices,
  setBootOrder,
  setMemory,
  setMetadata,
  setVcpus,
  XmlError,
  xmlElement,
} from "../../src/xml/index.js";

const TEXT = `<domain type="kvm">
  <name>web</name>
  <metadata>
    <other:thing xmlns:other="urn:other">stays</other:thing>
  </metadata>
  <memory unit="KiB">1048576</memory>
  <vcpu placement="static" cpuset="0-3" current="1">2</vcpu>
  <os>
    <type arch="x86_64">hvm</type>
    <boot dev="network"/>
    <!-- kept -->
  </os>
  <devices>
    <disk type="file" device="disk">
      <source file="/a"/>
      <target dev="vda"/>
      <boot order="7" loadparm="2"/>
    </disk>
    <disk type="file" device="disk">
      <target dev="vdb"/>
    </disk>
    <interface type="user">
      <mac address="52:54:00:00:00:01"/>
    </interface>
    <memballoon model="virtio"/>
  </devices>
</domain>
`;
const config = (): DomainConfig => parse(Kind, TEXT);

describe("virtual CPUs and memory", () => {
  it("keep what else is said of them", () => {
    const domain = config();
    setVcpus(domain, 8, 4);
    expect(format(Kind, domain)).toContain('<vcpu placement="static" cpuset="0-3" current="4">8</vcpu>');
    setVcpus(domain, 8);
    expect(format(Kind, domain)).toContain('<vcpu placement="static" cpuset="0-3">8</vcpu>');
  });

  it("come in any unit", () => {
    const domain = config();
    setMemory(domain, { value: 2, unit: "GiB" }, 1_048_576);
    expect(domain.memory).toMatchObject({ value: 2n, unit: "GiB" });
    expect(domain.currentMemory).toMatchObject({ value: 1_048_576n, unit: "KiB" });
  });

  it.each([
    [0, 1],
    [2, 3],
    [1.5, 1],
    [-1, -1],
  ])("are not %d with %d in use", (count, current) => {
    expect(() => setVcpus(config(), count, current)).toThrow(XmlError);
    expect(() => setVcpus(config(), count, current)).toThrow(`${count}`);
  });

  it.each([0, -5, 1.5, Number.NaN, 0n])("are not %p KiB", (size) => {
    expect(() => setMemory(config(), size)).toThrow(/whole number above 0/);
  });
});

describe("the boot order", () => {
  it("is of devices, and then of nothing else", () => {
    const domain = config();
    const [first, second] = findDevices(domain, "disk");
    const [card] = findDevices(domain, "interface");
    if (first === undefined || second === undefined || card === undefined) throw new Error("no devices");
    setBootOrder(domain, [card, first]);
    expect([card.boot?.order, first.boot?.order, first.boot?.loadparm, second.boot]).toEqual([
      1,
      2,
      "2",
      undefined,
    ]);
    const text = format(Kind, domain);
    expect(text).not.toContain("<boot dev=");
    expect(text).toContain("<!-- kept -->");
    setBootOrder(domain, [second]);
    expect([card.boot, first.boot, second.boot?.order]).toEqual([undefined, undefined, 1]);
  });

  it("is of kinds of devices, and then of nothing else", () => {
    const domain = config();
    setBootOrder(domain, ["cdrom", "hd"]);
    expect(domain.os?.boot).toEqual([{ dev: "cdrom" }, { dev: "hd" }]);
    expect(format(Kind, domain)).not.toContain("order=");
  });

  it("is of one form, and of devices that are there", () => {
    const domain = config();
    const [disk] = findDevices(domain, "disk");
    if (disk === undefined) throw new Error("no disk");
    expect(() => setBootOrder(domain, ["hd", disk])).toThrow(/not both/);
    expect(() => setBootOrder(domain, [disk, { ...disk }])).toThrow(/device 2 .* not in the document/);
    expect(format(Kind, domain)).toBe(TEXT);
  });
});

describe("memory", () => {
  it("may be told as people tell it", () => {
    const domain = config();
    setMemory(domain, "4 GiB", 1_048_576);
    expect(domain.memory).toMatchObject({ value: 4n, unit: "GiB" });
    expect(domain.currentMemory).toMatchObject({ value: 1_048_576n, unit: "KiB" });
    expect(() => setMemory(domain, "lots")).toThrow(/"lots" is no size/);
    expect(() => setMemory(domain, "0 GiB")).toThrow(/0 GiB of memory/);
  });
});

describe("devices", () => {
  it("are found, added and taken out", () => {
    const domain = config();
    addDevice(domain, "rng", { model: "virtio", backend: { model: "random", value: "/dev/urandom" } });
    addDevice(domain, "memballoon", { model: "none" });
    expect(findDevices(domain, "rng")).toHaveLength(1);
    expect(findDevices(domain, "memballoon").map(({ model }) => model)).toEqual(["none"]);
    const gone = removeDevices(domain, "disk", ({ target }) => target.dev === "vdb");
    expect(gone.map(({ target }) => target.dev)).toEqual(["vdb"]);
    removeDevices(domain, "interface", () => true);
    removeDevices(domain, "memballoon", () => true);
    const again = parse(Kind, format(Kind, domain));
    expect(findDevices(again, "disk").map(({ target }) => target.dev)).toEqual(["vda"]);
    expect([again.devices?.interface, again.devices?.memballoon]).toEqual([undefined, undefined]);
    expect(findDevices(again, "rng")).toEqual([
      expect.objectContaining({ backend: expect.objectContaining({ value: "/dev/urandom" }) }),
    ]);
  });

  it("are added where there were none", () => {
    const domain: DomainConfig = { type: "kvm", name: "bare" };
    addDevice(domain, "input", { type: "tablet", bus: "usb" });
    expect(format(Kind, domain)).toContain('<input type="tablet" bus="usb"/>');
    expect(removeDevices({ type: "kvm", name: "bare" }, "disk", () => true)).toEqual([]);
  });
});

describe("metadata", () => {
  const uri = "urn:mine";
  const note = (text: string) => xmlElement("my:note", { "xmlns:my": uri }, [text]);

  it("is each program's own", () => {
    const domain = config();
    setMetadata(domain, uri, note("one"));
    setMetadata(domain, uri, note("two <&>"));
    const again = parse(Kind, format(Kind, domain));
    expect(getMetadata(again, uri)?.children).toEqual([{ kind: "text", value: "two <&>" }]);
    expect(getMetadata(again, "urn:other")?.name).toBe("other:thing");
    setMetadata(again, uri, undefined);
    expect([getMetadata(again, uri), getMetadata(again, "urn:other")?.name]).toEqual([
      undefined,
      "other:thing",
    ]);
    setMetadata(again, "urn:other", undefined);
    expect(format(Kind, again)).not.toContain("metadata");
  });

  it("may have its namespace declared around it", () => {
    for (const text of [
      '<domain type="kvm" xmlns:my="urn:mine"><metadata><my:note>one</my:note></metadata></domain>',
      '<domain type="kvm"><metadata xmlns:my="urn:mine"><my:note>one</my:note></metadata></domain>',
    ]) {
      const domain = parse(Kind, text);
      expect(getMetadata(domain, uri)?.children).toEqual([{ kind: "text", value: "one" }]);
      setMetadata(domain, "urn:other", xmlElement("other", { xmlns: "urn:other" }));
      const moved: DomainConfig = { type: "kvm", name: "moved", metadata: domain.metadata };
      expect(getMetadata(parse(Kind, format(Kind, moved)), uri)?.name).toBe("my:note");
      setMetadata(domain, uri, note("two"));
      expect(format(Kind, domain).match(/<my:note/g)).toHaveLength(1);
    }
  });

  it("declares its namespace", () => {
    expect(() => setMetadata(config(), uri, xmlElement("my:note"))).toThrow(
      /not in the namespace "urn:mine"/,
    );
  });
});
