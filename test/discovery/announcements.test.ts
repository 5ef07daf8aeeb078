import { beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Announcements } from "../../src/discovery/announcements.js";
import type { DiscoveredDaemon } from "../../src/discovery/index.js";
import { parseUri } from "../../src/transport/index.js";
import { address, decoder, type Name, nameBytes, pointer, record, response, service } from "./dns-bytes.js";

const TYPE = "_libvirt._tcp.local";
const V4 = [192, 168, 1, 5];
const V6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

let table: Announcements;
let now: number;
let hear: (packet: Uint8Array) => void;
beforeEach(() => {
  table = new Announcements(TYPE);
  now = 1000;
  hear = decoder((records) => table.take(records, now));
});

function instance(label: string | Uint8Array): Name {
  return [label, ...TYPE.split(".")];
}

/** All that a host says of itself at once, with the last part first. */
function whole(label: string | Uint8Array, host: Name = "db1.local", port = 16514): Buffer {
  const name = instance(label);
  return response(address(host, V4), service(name, host, port), pointer(TYPE, name));
}

function daemons(): DiscoveredDaemon[] {
  table.expire(now);
  return Array.from(table.daemons().values());
}

function names(): string[] {
  return daemons().map(({ name }) => name);
}

/** What is asked, as "type name". */
function asked(): string[] {
  return table.inquire(now).questions.map(({ type, name }) => `${type} ${name}`);
}

describe("an announcement", () => {
  it("gives a daemon", () => {
    hear(whole("Virtualization Host db1"));
    expect(daemons()).toEqual([
      {
        name: "Virtualization Host db1",
        host: "db1.local",
        addresses: ["192.168.1.5"],
        port: 16514,
        uris: ["qemu+tls://db1.local/system", "qemu+ssh://db1.local/system"],
      },
    ]);
  });

  it.each([
    [16514, ["qemu+tls://h.local/system", "qemu+ssh://h.local/system"]],
    [16509, ["qemu+tcp://h.local/system", "qemu+ssh://h.local/system"]],
    [
      17000,
      ["qemu+tls://h.local:17000/system", "qemu+tcp://h.local:17000/system", "qemu+ssh://h.local/system"],
    ],
    [0, ["qemu+ssh://h.local/system"]],
    [65535, ["qemu+ssh://h.local/system"]],
  ])("of port %i gives URIs that connect() takes", (port, uris) => {
    hear(whole("x", "h.local", port));
    expect(daemons()[0]?.uris).toEqual(uris);
    for (const uri of uris) {
      expect(parseUri(uri)).toMatchObject({ driver: "qemu", host: "h.local", path: "/system" });
    }
  });

  it("may come in pieces, and each is asked for that is missing", () => {
    const name = instance("x");
    hear(response(pointer(TYPE, name)));
    expect(daemons()).toEqual([]);
    expect(asked()).toEqual([`PTR ${TYPE}`, `SRV x.${TYPE}`]);
    hear(response(service(name, "h.local", 16514)));
    expect(daemons()).toEqual([]);
    expect(asked()).toEqual([`PTR ${TYPE}`, "A h.local", "AAAA h.local"]);
    hear(response(address("h.local", V6)));
    expect(daemons()[0]?.addresses).toEqual(["2001:db8::1"]);
    hear(response(address("h.local", V4)));
    expect(daemons()[0]?.addresses).toEqual(["192.168.1.5", "2001:db8::1"]);
    expect(asked()).toEqual([`PTR ${TYPE}`]);
  });

  it("is the same in upper and lower case", () => {
    hear(response(pointer(TYPE.toUpperCase(), "X._LIBVIRT._TCP.local")));
    hear(response(service(`x.${TYPE}`, "H.local", 16514), address("h.LOCAL", V4)));
    hear(response(pointer(TYPE, `x.${TYPE}`)));
    expect(names()).toEqual(["X"]);
  });

  it("may change", () => {
    hear(whole("x"));
    hear(response(service(instance("x"), "other.local", 16509), address("other.local", [10, 0, 0, 1])));
    expect(daemons()).toMatchObject([{ host: "other.local", port: 16509, addresses: ["10.0.0.1"] }]);
  });

  it("may hold dots, but cannot be asked for then", () => {
    hear(response(pointer(TYPE, instance("host.example.org"))));
    expect(asked()).toEqual([`PTR ${TYPE}`]);
    hear(whole("host.example.org"));
    expect(names()).toEqual(["host.example.org"]);
    expect(table.inquire(now).answers).toEqual([]);
  });
});

describe("time", () => {
  it("ends what is not renewed", () => {
    hear(whole("x"));
    now += 119_999;
    expect(names()).toEqual(["x"]);
    expect(table.nextEnd()).toBe(now + 1);
    now += 1;
    expect(names()).toEqual([]);
    now += 4_500_000;
    expect(names()).toEqual([]);
    expect(table.nextEnd()).toBe(Number.POSITIVE_INFINITY);
  });

  it("keeps what is renewed", () => {
    hear(whole("x"));
    for (let i = 0; i < 100; i++) {
      now += 100_000;
      hear(whole("x"));
      expect(names()).toEqual(["x"]);
    }
  });

  it("has what gets old asked for, and what is new told", () => {
    hear(whole("x"));
    const known = { name: TYPE, type: "PTR", class: "IN", ttl: 4500, data: `x.${TYPE}` };
    expect(table.inquire(now)).toEqual({ questions: [{ name: TYPE, type: "PTR" }], answers: [known] });
    now += 60_000;
    expect(asked()).toEqual([`PTR ${TYPE}`, `SRV x.${TYPE}`, "A db1.local", "AAAA db1.local"]);
    expect(table.inquire(now).answers).toEqual([{ ...known, ttl: 4440 }]);
    now += 2_200_000;
    expect(table.inquire(now).answers).toEqual([]);
  });

  it("does not ask for ever", () => {
    hear(response(pointer(TYPE, instance("x"))));
    for (let i = 0; i < 4; i++) expect(asked()).toHaveLength(2);
    expect(asked()).toHaveLength(1);
  });

  it.each([
    ["pointer", () => pointer(TYPE, instance("x"), 0)],
    ["service", () => service(instance("x"), "db1.local", 16514, 0)],
  ])("ends a daemon a second after its %s took leave", (_, goodbye) => {
    hear(whole("x"));
    hear(response(goodbye()));
    now += 999;
    expect(names()).toEqual(["x"]);
    now += 1;
    expect(names()).toEqual([]);
  });

  it("lets an announcement follow a goodbye", () => {
    hear(whole("x"));
    hear(response(pointer(TYPE, instance("x"), 0)));
    hear(whole("x"));
    now += 5000;
    expect(names()).toEqual(["x"]);
  });

  it("does not make much of long times", () => {
    hear(response(pointer(TYPE, instance("x"), 0xffffffff)));
    expect(table.nextEnd()).toBe(now + 4_500_000);
  });
});

describe("whoever means ill", () => {
  it.each([
    "h.local/system?command=/bin/sh#",
    "user@h.local",
    "-oProxyCommand=x",
    "h local",
    "h..local",
    "h.local:1",
    "[::1]",
    "h\n.local",
    "ḧ.local",
    "",
  ])("gets no host %j into a URI", (host) => {
    hear(whole("x", [host]));
    expect(daemons()).toEqual([]);
  });

  it("gets no control characters into a name", () => {
    hear(whole("a\u001b[31m\u0000\n\u202e\u2028b"));
    expect(names()).toEqual(["a\uFFFD[31m\uFFFD\uFFFD\uFFFD\uFFFDb"]);
  });

  it("may send what is no UTF-8, and is not asked about it", () => {
    hear(whole(new Uint8Array(63).fill(0xff)));
    expect(names()).toEqual(["\uFFFD".repeat(63)]);
    now += 100_000;
    expect(asked()).toEqual([`PTR ${TYPE}`, "A db1.local", "AAAA db1.local"]);
  });

  it("does not make it keep more than so much", () => {
    hear(whole("first"));
    for (let i = 0; i < 3000; i++) hear(whole(`x${i}`, `h${i}.local`));
    expect(daemons()).toHaveLength(1000);
    expect(names()).toContain("first");
    for (let i = 0; i < 100; i++) hear(response(address("db1.local", [10, 0, 0, i])));
    expect(daemons().find(({ name }) => name === "first")?.addresses).toHaveLength(16);
    for (let i = 0; i < 3000; i++) hear(response(service(instance("first"), `h${i}.local`, 1)));
    expect(asked().length).toBeLessThan(20);
    expect(table.inquire(now).answers).toHaveLength(10);
    // What nobody announces any more makes room.
    now += 4_500_000;
    expect(names()).toEqual([]);
    hear(whole("new"));
    expect(names()).toEqual(["new"]);
  });

  it("is not asked about hosts and services of nobody", () => {
    hear(response(address("h.local", V4), service(instance("x"), "h.local", 1)));
    hear(response(pointer("_http._tcp.local", "x._http._tcp.local"), pointer(TYPE, TYPE)));
    hear(response(pointer(TYPE, "x._http._tcp.local"), pointer(TYPE, ["", ...TYPE.split(".")])));
    expect(asked()).toEqual([`PTR ${TYPE}`]);
    expect(table.nextEnd()).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    ["a name that points at itself", Buffer.concat([response(), Buffer.from([0xc0, 12])])],
    ["data that ends too early", response(record(instance("x"), "SRV", 120, Buffer.from([0])))],
    ["records that are not there", Buffer.from("000084000000ffffffffffff", "hex")],
    ["a pointer without a name", response(record(TYPE, "PTR", 120, Buffer.alloc(0)))],
    ["a text in the place of a host", response(record("db1.local", "TXT", 120, nameBytes("x")))],
    ["nothing", Buffer.alloc(0)],
  ])("may send %s", (_, packet) => {
    hear(whole("x"));
    hear(packet);
    expect(names()).toEqual(["x"]);
  });

  it("does not end the process, whatever it sends", () => {
    const good = whole("Virtualization Host db1");
    const change = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(change, fc.nat(good.length), (changes, length) => {
        table = new Announcements(TYPE);
        const packet = Buffer.from(good);
        for (const [at, byte] of changes) packet[at] = byte;
        hear(packet.subarray(0, length));
        for (const { host, uris } of daemons()) {
          for (const uri of uris) expect(parseUri(uri).host).toBe(host);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
