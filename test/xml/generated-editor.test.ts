import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { LanguageServer } from "./language-server.js";

const TEXT = `
import { DomainConfig } from "../../src/xml/generated/domain/index.js";
import { NetworkConfig } from "../../src/xml/generated/network/index.js";
import { parse } from "../../src/xml/verbs/index.js";
const domain = parse(DomainConfig, "");
domain.devices!.disk![0]!.;
domain.devices!.disk![0]!.driver!.cache = "";
const disk = domain.devices!.disk![0]!;
if (disk.type === "network") disk.source.;
if (disk.type === "file") disk.source!.;
parse(NetworkConfig, "").ip![0]!.dhcp!.;
const created: DomainConfig = { type: "", name: "x", devices: { graphics: [{ type: "vnc", }] } };
`;

let server: LanguageServer;

beforeAll(async () => {
  server = await LanguageServer.start(TEXT);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe("an editor", () => {
  it("offers what a disk has", async () => {
    const offered = await server.completions("\ndomain.devices!.disk![0]!.");
    expect(offered).toEqual(
      expect.arrayContaining(["type", "device", "driver", "source", "target", "readonly"]),
    );
  });

  it("offers what a source has, by the disk's type", async () => {
    const network = await server.completions('"network") disk.source.');
    expect(network).toEqual(expect.arrayContaining(["protocol", "name", "host"]));
    expect(network).not.toContain("file");
    const file = await server.completions('"file") disk.source!.');
    expect(file).toEqual(expect.arrayContaining(["file", "startupPolicy"]));
    expect(file).not.toContain("protocol");
  });

  it("offers the words that an attribute may have", async () => {
    expect(await server.completions('driver!.cache = "')).toEqual(
      expect.arrayContaining(["none", "writeback", "directsync"]),
    );
    expect(await server.completions('DomainConfig = { type: "')).toEqual(
      expect.arrayContaining(["kvm", "qemu"]),
    );
  });

  it("offers what goes with a type in a new document", async () => {
    const offered = await server.completions('type: "vnc", ');
    expect(offered).toEqual(expect.arrayContaining(["port", "websocket", "sharePolicy"]));
    expect(offered).not.toContain("tlsPort");
  });

  it("knows other kinds as well", async () => {
    expect(await server.completions("dhcp!.")).toEqual(expect.arrayContaining(["range", "host", "bootp"]));
  });

  it("shows what a property means, and where to read on", async () => {
    expect(await server.hover("driver!.cach")).toContain("What the host caches");
    const type = await server.hover("created: DomainConf");
    expect(type).toContain("A guest: its hardware");
    expect(type).toContain("https://libvirt.org/formatdomain.html");
  });
});
