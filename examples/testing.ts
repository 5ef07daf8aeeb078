// testing.ts: how to test code that manages machines, with `node --test` or any other runner.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Connection, connect, ErrorNumber } from "libvirt-rpc";
import { createHypervisor } from "libvirt-rpc/testing";

/** The code to be tested. */
async function stopAll(conn: Connection): Promise<string[]> {
  const failed: string[] = [];
  for (const domain of await conn.listAllDomains({ flags: 1 })) {
    await domain.destroy().catch(() => failed.push(domain.name));
  }
  return failed;
}

const guest = (name: string): string =>
  `<domain type="kvm"><name>${name}</name><memory>1024</memory><os><type>hvm</type></os></domain>`;

await test("stops what runs", async () => {
  using hypervisor = createHypervisor({ contents: { domains: [guest("web"), guest("db")] } });
  await using conn = await connect(hypervisor.uri);
  assert.deepEqual(await stopAll(conn), []);
  assert.equal((await conn.listAllDomains({ flags: 1 })).length, 0);
});

await test("tells what could not be stopped", async () => {
  using hypervisor = createHypervisor({ contents: { domains: [guest("web"), guest("db")] } });
  hypervisor.faults = {
    errors: { REMOTE_PROC_DOMAIN_DESTROY: { code: ErrorNumber.OPERATION_FAILED, times: 1 } },
  };
  await using conn = await connect(hypervisor.uri);
  assert.deepEqual(await stopAll(conn), ["web"]);
});
