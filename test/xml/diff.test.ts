import { describe, expect, it } from "@jest/globals";
import { DomainConfig } from "../../src/xml/generated/domain/index.js";
import { StorageVolConfig } from "../../src/xml/generated/storage-vol/index.js";
import { align } from "../../src/xml/typed/align.js";
import { diff } from "../../src/xml/verbs/index.js";

const guest = (inner: string): string =>
  `<domain type="kvm"><name>a</name><memory unit="MiB">1</memory>${inner}</domain>`;
const device = (inner: string): string => guest(`<devices>${inner}</devices>`);

/** What differs between two guests: path and kind. */
function paths(before: string, after: string): string[] {
  return diff(DomainConfig, before, after).map(({ kind, path }) => `${kind} ${path}`);
}

describe("no difference is", () => {
  it.each([
    [
      "a UUID with or without dashes",
      guest("<uuid>C7A5FDBD-EDAF-9455-926A-D65C16DB1809</uuid>"),
      guest("<uuid>c7a5fdbdedaf9455926ad65c16db1809</uuid>"),
    ],
    [
      "a MAC address in large letters",
      device("<interface type='user'><mac address='52:54:0:AA:bb:0c'/></interface>"),
      device("<interface type='user'><mac address='52:54:00:aa:BB:0C'/></interface>"),
    ],
    [
      "a part of an address in another base, with zeros or without",
      device(
        "<memballoon model='virtio'><address type='pci' domain='00' bus='012' slot='0x0a'/></memballoon>",
      ),
      device(
        "<memballoon model='virtio'><address type='pci' domain='0x0000' bus='0xA' slot='10'/></memballoon>",
      ),
    ],
    ["a set of CPUs", guest("<vcpu cpuset='0-4,^3,8'>4</vcpu>"), guest("<vcpu cpuset='8,0,1-2,4'>4</vcpu>")],
    ["the unit that is meant", guest(""), guest("").replace(/<memory.*<.memory>/, "<memory>1024</memory>")],
    ["a unit's spelling", guest(""), guest("").replace('"MiB">1<', '"B">1048576<')],
    ["a thousand", guest("").replace('"MiB">1<', '"kb">2<'), guest("").replace('"MiB">1<', '"bytes">2000<')],
  ])("%s", (_, before, after) => {
    expect(before).not.toBe(after);
    expect(paths(before, after)).toEqual([]);
  });

  it("bytes, which volumes are counted in", () => {
    const volume = (capacity: string): string => `<volume><name>a</name>${capacity}</volume>`;
    const [asked, given] = [volume("<capacity>1024</capacity>"), volume("<capacity unit='KiB'>1</capacity>")];
    expect(diff(StorageVolConfig, asked, given)).toEqual([]);
    expect(diff(StorageVolConfig, asked, volume("<capacity unit='KiB'>1024</capacity>"))).not.toEqual([]);
  });
});

describe("a difference is", () => {
  it.each([
    ["0x10 and 16 in a text", guest("<title>0x10</title>"), guest("<title>16</title>"), "changed title"],
    [
      "1234 and 0x1234",
      device("<hostdev type='usb' mode='subsystem'><source><vendor id='1234'/></source></hostdev>"),
      device("<hostdev type='usb' mode='subsystem'><source><vendor id='0x1234'/></source></hostdev>"),
      "changed devices.hostdev[0].source.vendor.id",
    ],
    [
      "another CPU",
      guest("<vcpu cpuset='0-3'>4</vcpu>"),
      guest("<vcpu cpuset='0-4'>4</vcpu>"),
      "changed vcpu.cpuset",
    ],
  ])("%s", (_, before, after, found) => {
    expect(paths(before, after)).toEqual([found]);
  });
});

describe("long lists", () => {
  it("are compared in time that grows with their length, not its square", () => {
    const count = 5000;
    const list = (letter: string): string[] => Array.from({ length: count }, (_, i) => `${letter}${i}`);
    let calls = 0;
    const likeness = (): number => {
      calls++;
      return 0;
    };
    const pairs = align(list("a"), list("b"), [(item) => item], likeness);
    expect(pairs).toHaveLength(2 * count);
    expect(calls).toBeLessThan(count * 250);
    expect(calls).toBeGreaterThan(count);
  });
});
