import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { SideBySide } from "./compare.js";

let side: SideBySide;
beforeAll(async () => {
  side = await SideBySide.start();
});
afterAll(() => side[Symbol.asyncDispose]());

describe("a client of the test hypervisor", () => {
  it("hears the same of what it is connected to as from libvirtd", async () => {
    const { stdout } = await side.script("uri\nversion\nconnect --help");
    expect(stdout).toContain("Running hypervisor: TEST 0.0.2");
  });
});
