import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type Connection, connect, DomainMigrateFlags, DomainState, ErrorNumber } from "../../src/index.js";
import { createHypervisor, createTestServer, type EmbeddedHypervisor } from "../../src/testing/index.js";
import { run } from "../support/virsh.js";
import { TempDir } from "../transport/temp-dir.js";

let source: EmbeddedHypervisor;
let target: EmbeddedHypervisor;
let here: Connection;
let there: Connection;
beforeEach(async () => {
  source = createHypervisor();
  target = createHypervisor({ contents: {} });
  [here, there] = await Promise.all([connect(source.uri), connect(target.uri)]);
});
afterEach(async () => {
  await Promise.all([here.close(), there.close()]);
  source[Symbol.dispose]();
  target[Symbol.dispose]();
});

const names = async (conn: Connection): Promise<string[]> =>
  (await conn.listAllDomains()).map(({ name, id }) => `${name}${id < 0 ? " (off)" : ""}`);

describe("migration between test hypervisors", () => {
  it("moves a running domain, and what is defined as it is told", async () => {
    const domain = await here.domainLookupByName("test");
    const { PERSIST_DEST, UNDEFINE_SOURCE } = DomainMigrateFlags;
    const moved = await domain.migrate(there, "renamed", undefined, 0n, {
      flags: PERSIST_DEST | UNDEFINE_SOURCE,
    });
    expect((await moved.getState()).state).toBe(DomainState.RUNNING);
    expect(await moved.isPersistent()).toBe(true);
    expect([await names(here), await names(there)]).toEqual([[], ["renamed"]]);
  });

  it.each([
    ["in prepare, at its destination", "REMOTE_PROC_DOMAIN_MIGRATE_PREPARE3", () => target],
    ["in perform, at its source", "REMOTE_PROC_DOMAIN_MIGRATE_PERFORM3", () => source],
    ["in finish, at its destination", "REMOTE_PROC_DOMAIN_MIGRATE_FINISH3", () => target],
  ])("leaves the domain where it was when it fails %s", async (_what, procedure, where) => {
    where().faults = { errors: { [procedure]: ErrorNumber.OPERATION_FAILED } };
    const domain = await here.domainLookupByName("test");
    await expect(domain.migrate(there)).rejects.toMatchObject({ code: "OPERATION_FAILED" });
    expect((await domain.getState()).state).toBe(DomainState.RUNNING);
    expect([await names(here), await names(there)]).toEqual([["test"], []]);
  });

  it("is virsh's as well", async () => {
    using dir = new TempDir();
    await using one = await createTestServer({ path: dir.join("one"), hypervisor: source });
    await using other = await createTestServer({ path: dir.join("other"), hypervisor: target });
    // A server is opened by the name of its hypervisor.
    const { code, stderr } = await run("virsh", ["-c", one.uri, "migrate", "--live", "test", other.uri]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect([await names(here), await names(there)]).toEqual([["test (off)"], ["test"]]);
  });
});
