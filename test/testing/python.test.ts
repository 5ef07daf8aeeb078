import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { run } from "../support/virsh.js";
import { SideBySide } from "./compare.js";

let side: SideBySide;
beforeAll(async () => {
  side = await SideBySide.start();
});
afterAll(() => side[Symbol.asyncDispose]());

async function use(uri: string, ...more: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await run("/usr/bin/python3", ["test/testing/usage.py", uri, ...more]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("a program of libvirt-python's", () => {
  it("sees the same at libvirt's test driver and at ours", async () => {
    const [theirs, ours] = await Promise.all([use(side.theirs), use(side.ours)]);
    expect(ours).toBe(theirs);
    expect(ours.match(/^event /gm)?.length).toBeGreaterThan(15);
  });

  it("sends and receives bytes", async () => {
    expect(await use(side.ours, "bytes")).toMatch(/^bytes True$/m);
  });
});
