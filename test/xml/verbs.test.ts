import { describe, expect, it } from "@jest/globals";
import { createDomain } from "../../src/xml/builders/index.js";
import { DomainConfig } from "../../src/xml/generated/domain/index.js";
import { NetworkConfig } from "../../src/xml/generated/network/index.js";
import {
  assertValid,
  diff,
  format,
  parse,
  unknownPaths,
  validate,
  XmlError,
} from "../../src/xml/verbs/index.js";
import { GUEST, NETWORK } from "./documents.js";

describe("validate", () => {
  it("has nothing to say of valid documents, as text, bytes or objects", () => {
    expect(validate(DomainConfig, GUEST)).toEqual([]);
    expect(validate(NetworkConfig, Buffer.from(NETWORK))).toEqual([]);
    expect(validate(DomainConfig, parse(DomainConfig, GUEST))).toEqual([]);
    expect(validate(DomainConfig, structuredClone(parse(DomainConfig, GUEST)))).toEqual([]);
  });

  it("names the place, the value and the values there are", () => {
    const text = GUEST.replace("cache='none'", "cache='nnoe'").replace("port='-1'", "port='many'");
    const problems = validate(DomainConfig, text);
    expect(problems).toMatchObject([
      { path: "devices.disk[0].driver.cache", value: "nnoe" },
      { path: "devices.graphics[0].port", value: "many" },
    ]);
    expect(problems[0]?.allowed).toEqual(expect.arrayContaining(["none", "writeback", "unsafe"]));
    expect(problems[0]?.message).toMatch(/^devices\.disk\[0\]\.driver\.cache is "nnoe".*none, writeback/);
    expect(problems[1]?.message).toMatch(/"many" and must be a whole number/);
  });

  it("finds what is missing, what there is not, and what is of another type", () => {
    const problems = validate(DomainConfig, {
      type: "kvm",
      nmae: "a",
      memory: { value: 5 },
      devices: {
        disk: { target: "vda" },
        emulator: ["/q"],
        graphics: [{ type: "telex" }, null],
        interface: [{}],
      },
      features: { acpi: "yes" },
      metadata: "x",
      os: 7,
    });
    expect(
      Object.fromEntries(
        problems.map(({ path, message }) => [path, message.slice(path.length, path.length + 40).trim()]),
      ),
    ).toMatchObject({
      nmae: expect.stringContaining("is no property"),
      name: "is required",
      "memory.value": expect.stringContaining("must be a bigint"),
      "devices.disk": "is of type object and must be an array",
      "devices.emulator": expect.stringContaining("an array"),
      "devices.graphics[0].type": expect.stringContaining('is "telex", which there is not'),
      "devices.graphics[1]": "is null and must be an object",
      "devices.interface[0].type": expect.stringContaining("is required"),
      "features.acpi": expect.stringContaining('is "yes"'),
      metadata: expect.stringContaining("must be a <metadata> element"),
      os: "is 7 and must be an object",
    });
    expect(validate(DomainConfig, "<domain/>").map(({ path }) => path)).toEqual(
      expect.arrayContaining(["type", "name"]),
    );
    expect(validate(DomainConfig, undefined)).toMatchObject([
      { path: "", message: "the document is undefined and must be an object" },
    ]);
  });

  it("demands nothing of a form that a newer daemon has", () => {
    const disk = "<disk type='ufo'><source beam='x'/><target dev='vda'/></disk>";
    const problems = validate(
      DomainConfig,
      `<domain type="kvm"><name>a</name><devices>${disk}</devices></domain>`,
    );
    expect(problems.map(({ path }) => path)).toEqual(["devices.disk[0].type"]);
  });

  it("can be an exception, with all that is wrong", () => {
    const assert: typeof assertValid = assertValid;
    assert(DomainConfig, GUEST);
    const wrong = { ...parse(DomainConfig, GUEST), name: undefined, title: 4 };
    try {
      assert(DomainConfig, wrong);
      throw new Error("valid");
    } catch (error) {
      expect(error).toBeInstanceOf(XmlError);
      expect(error).toMatchObject({
        code: "INVALID",
        path: "title",
        problems: [{ path: "title" }, { path: "name" }],
      });
      expect((error as Error).message).toBe("title is 4 and must be text; and 1 more");
    }
  });
});

describe("diff", () => {
  it("finds none between documents that differ in looks", () => {
    const other = GUEST.replace(
      "<driver name='qemu' type='qcow2' cache='none'",
      '<driver cache="none"   type="qcow2" name="qemu"',
    )
      .replace("<memory unit='KiB'>1048576<", "<memory unit='GiB'> 1 <")
      .replace("<!-- the system -->", "")
      .replace("domain='0x0000'", "domain='0'")
      .replace(/>\s+</g, "><");
    expect(diff(DomainConfig, GUEST, other)).toEqual([]);
    expect(diff(DomainConfig, GUEST, parse(DomainConfig, GUEST))).toEqual([]);
    const twice = GUEST.replace("qemu:arg", "q:arg");
    expect(
      diff(
        DomainConfig,
        GUEST,
        twice.replace("<q:arg", "<q:arg xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'"),
      ),
    ).toEqual([]);
  });

  it("tells what was changed, added and removed, and where", () => {
    const after = parse(DomainConfig, GUEST);
    const [first] = after.devices?.disk ?? [];
    if (first?.driver) {
      first.driver.cache = "writeback";
      first.driver.discard = undefined;
    }
    after.on_crash = "restart";
    after.devices?.graphics?.push({ type: "spice", autoport: true });
    after.devices?.disk?.pop();
    const found = diff(DomainConfig, GUEST, after);
    expect(found).toHaveLength(5);
    expect(found).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: "removed", path: "devices.disk[1]", after: undefined }),
        expect.objectContaining({ kind: "added", path: "devices.graphics[1]", before: undefined }),
        { kind: "changed", path: "devices.disk[0].driver.cache", before: "none", after: "writeback" },
        { kind: "removed", path: "devices.disk[0].driver.discard", before: "unmap", after: undefined },
        { kind: "added", path: "on_crash", before: undefined, after: "restart" },
      ]),
    );
  });

  it("answers whether a daemon has what it was told", () => {
    const asked = createDomain({ name: "a", memory: "1 GiB", disks: ["/a.qcow2"], interfaces: ["default"] });
    const given = parse(DomainConfig, format(DomainConfig, asked));
    given.uuid = "c7a5fdbd-edaf-9455-926a-d65c16db1809";
    given.currentMemory = { unit: "KiB", value: 1048576n };
    given.memory = { unit: "KiB", value: 1048576n };
    for (const card of given.devices?.interface ?? []) card.mac = { address: "52:54:00:11:22:33" };
    for (const disk of given.devices?.disk ?? []) disk.alias = { name: "virtio-disk0" };
    given.devices?.controller?.push({ type: "usb", index: 0 });
    const differences = diff(DomainConfig, asked, given);
    expect(differences.length).toBeGreaterThan(3);
    expect(differences.filter(({ kind }) => kind !== "added")).toEqual([]);
  });

  it("sees what the types do not know, and the order of what is alike", () => {
    const after = GUEST.replace("vendorTag='x'", "vendorTag='y'")
      .replace('app:level="3"', 'app:level="4"')
      .replace(/(<qemu:arg value='-fw_cfg'\/>)(\s+)(<qemu:arg [^>]*>)/, "$3$2$1");
    expect(diff(DomainConfig, GUEST, after)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: "changed", path: "devices.disk[0].source.vendorTag", after: "y" }),
        expect.objectContaining({ kind: "changed", path: "metadata.app:info.app:level", after: "4" }),
        { kind: "moved", path: "qemuCommandline.arg[1]", before: 1, after: 0 },
      ]),
    );
    expect(diff(DomainConfig, GUEST, after)).toHaveLength(3);
  });

  it("refuses a document of another kind", () => {
    expect(() => diff(DomainConfig, GUEST, NETWORK)).toThrow(/<network>/);
  });
});

describe("unknownPaths", () => {
  it("knows what running guests have beyond libvirt's schema", () => {
    const usb =
      "<hostdev mode='subsystem' type='usb'><source missing='yes'><vendor id='1'/></source></hostdev>";
    const text = `<domain type='kvm'><name>a</name><devices>${usb}</devices></domain>`;
    expect(unknownPaths(DomainConfig, text)).toEqual([]);
  });

  it("names what the types do not know, once each", () => {
    expect(unknownPaths(NetworkConfig, NETWORK)).toEqual([]);
    const text = GUEST.replace("<target dev='vdb'", "<target vendorTag='x' dev='vdb'").replace(
      "<acpi/>",
      "<acpi x=''>y</acpi>",
    );
    expect(unknownPaths(DomainConfig, text).sort()).toEqual([
      "domain/devices/disk/@vendor:hint",
      "domain/devices/disk/source/@vendorTag",
      "domain/devices/disk/target/@vendorTag",
      "domain/devices/disk/vendorThing",
      "domain/features/acpi/@x",
      "domain/features/acpi/text()",
      "domain/features/vendor-feature",
    ]);
  });
});
