import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "@jest/globals";
import { createTestServer, Hypervisor, type TestServer } from "../../src/testing/index.js";
import { testDomainXml } from "../support/domain-xml.js";
import { GUESTS } from "./cases/guest-cases.js";
import { type Case, casesAt, compareAll, MANY } from "./compare.js";
import { QemuHypervisor } from "./qemu-hypervisor.js";

let dir = "";
let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lvt-guest-"));
  const libVersion = 9_000_000;
  server = await createTestServer({ path: join(dir, "one"), hypervisor: new QemuHypervisor({ libVersion }) });
  other = await createTestServer({
    path: join(dir, "other"),
    hypervisor: new Hypervisor({ libVersion, contents: {} }),
  });
  await writeFile(join(dir, "g.xml"), testDomainXml({ name: "g" }));
});
afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
  await rm(dir, { recursive: true });
});

describe("commands about guests that answer, and that move", () => {
  it(
    "answer as virsh's",
    async () => {
      const place = (text: string): string =>
        text.replaceAll("OTHER", other.uri).replaceAll("SERVER", server.uri);
      const cases = casesAt(dir, GUESTS).map(
        ({ words, before, ...rest }): Case => ({
          ...rest,
          words: place(words),
          ...(before !== undefined && { before: place(before) }),
        }),
      );
      await compareAll(server.uri, cases);
    },
    MANY,
  );
});
