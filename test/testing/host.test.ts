import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { SideBySide } from "./compare.js";

let side: SideBySide;
beforeAll(async () => {
  side = await SideBySide.start();
});
afterAll(() => side[Symbol.asyncDispose]());

describe("the host of the test hypervisor", () => {
  it("is the same to virsh as libvirt's", async () => {
    const { stdout } = await side.script(`
      hostname
      nodeinfo
      capabilities
      maxvcpus
      maxvcpus test
      freecell
      freecell --all
      freecell 1
      freecell 7
      nodecpumap
      nodecpustats
      nodecpustats --percent
      nodememstats
      cpu-models i686
      cpu-models ppc64
      cpu-models nothing
      sysinfo
      domcapabilities
      domjobinfo test
    `);
    expect(stdout).toContain("<os_type>hvm</os_type>");
  });
});
