import { describe, expect, it } from "@jest/globals";
import { graphicsTarget } from "../../src/api/descriptors/graphics-target.js";

const xml = (graphics: string): string => `<domain type='qemu'>
  <metadata><a:x xmlns:a='urn:x'><devices><graphics type='vnc' port='1' listen='trap'/></devices></a:x></metadata>
  <devices>
    <emulator>/usr/bin/qemu</emulator>
    ${graphics}
  </devices>
</domain>`;

describe("where a display listens", () => {
  it.each([
    [
      "<graphics type='vnc' port='5901' autoport='yes' listen='10.0.0.1'><listen type='address' address='10.0.0.1'/></graphics>",
      { host: "10.0.0.1", port: 5901 },
    ],
    [
      "<graphics type='spice' port='5902'>\n<listen type='network' address='192.168.1.5' network='default'/>\n</graphics>",
      { host: "192.168.1.5", port: 5902 },
    ],
    [`<graphics type="vnc" port="5903" listen="::1"/>`, { host: "::1", port: 5903 }],
    [
      "<graphics type='vnc' socket='/run/a &amp; b&gt;'><listen type='socket' socket='/run/a &amp; b&gt;'/></graphics>",
      { path: "/run/a & b>" },
    ],
    ["<graphics type='spice'><listen type='socket' socket='/run/s'/></graphics>", { path: "/run/s" }],
  ])("is told by %s", (graphics, target) => {
    expect(graphicsTarget(xml(graphics), 0)).toEqual(target);
  });

  it("is told of each by its number", () => {
    const two =
      "<graphics type='vnc' port='5901' listen='127.0.0.1'/><graphics type='spice' port='5902' listen='127.0.0.1'><image compression='off'/></graphics>";
    expect(graphicsTarget(xml(two), 1)).toEqual({ host: "127.0.0.1", port: 5902 });
    expect(() => graphicsTarget(xml(two), 2)).toThrow("the domain has 2 displays, so there is no number 2");
  });

  it.each([
    "<graphics type='vnc'><listen type='none'/></graphics>",
    "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>",
    "<graphics type='sdl' display=':0'/>",
  ])("is nowhere for %s", (graphics) => {
    expect(() => graphicsTarget(xml(graphics), 0)).toThrow("listens nowhere that could be reached");
  });
});
