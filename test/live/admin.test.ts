import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type AdminConnection,
  ClientTransport,
  connect,
  connectAdmin,
  InvalidUriError,
  NotFoundError,
} from "../../src/index.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";

describe("the admin interface", () => {
  let daemon: Libvirtd;
  let admin: AdminConnection;
  beforeAll(async () => {
    daemon = await startLibvirtd();
    admin = await connectAdmin(`libvirtd:///system?socket=${daemon.adminSocket}`);
  }, 60_000);
  afterAll(async () => {
    await admin.close();
    await daemon.stop();
  });

  it("knows its daemon", async () => {
    expect(admin.isAlive()).toBe(true);
    expect(admin.getURI()).toBe(`libvirtd:///system?socket=${daemon.adminSocket}`);
    expect(await admin.getLibVersion()).toBe(9_000_000n);
  });

  it("lists servers and clients, and closes a client", async () => {
    const servers = await admin.listServers();
    expect(servers.map(({ name }) => name).sort()).toEqual(["admin", "libvirtd"]);
    const server = await admin.lookupServer("libvirtd");
    await expect(admin.lookupServer("nobody")).rejects.toBeInstanceOf(NotFoundError);
    const conn = await connect(daemon.uri("test"));
    const clients = await server.listClients();
    expect(clients).toHaveLength(1);
    const [client] = clients;
    expect(client).toMatchObject({ transport: ClientTransport.UNIX, server: { name: "libvirtd" } });
    const info = await client?.getInfo();
    expect(info).toMatchObject({ unix_user_id: 0, readonly: false });
    await client?.close();
    expect(["eof", "error"]).toContain((await conn.closed).reason);
    for (let i = 0; i < 100 && (await server.listClients()).length > 0; i++) await sleep(10);
    expect(await server.listClients()).toEqual([]);
  });

  it("changes limits and reads them back", async () => {
    const server = await admin.lookupServer("libvirtd");
    const before = await server.getClientLimits();
    expect(before).toMatchObject({ nclients: 0, nclients_unauth: 0 });
    await server.setClientLimits({ nclients_max: 4000, nclients_unauth_max: 17 });
    expect(await server.getClientLimits()).toEqual({
      ...before,
      nclients_max: 4000,
      nclients_unauth_max: 17,
    });
    await server.setThreadPoolParameters({ maxWorkers: 33, prioWorkers: 7 });
    expect(await server.getThreadPoolParameters()).toMatchObject({ maxWorkers: 33, prioWorkers: 7 });
    await expect(server.setThreadPoolParameters({ maxWorkers: -1 })).rejects.toThrow(
      /parameter maxWorkers must be a whole number from 0 to 4294967295 \(uint\), got -1/,
    );
  });

  it("changes what is logged", async () => {
    await admin.setLoggingFilters("3:util 3:rpc");
    // libvirt puts its wildcards around.
    const { filters } = await admin.getLoggingFilters();
    expect(filters).toMatch(/3:\*?util.*3:\*?rpc/);
    const { outputs } = await admin.getLoggingOutputs();
    expect(outputs).toContain("libvirtd.log");
    await admin.setLoggingOutputs(outputs);
  });

  it("refuses URIs that it cannot reach", async () => {
    await expect(connectAdmin("libvirtd+tls://host/system")).rejects.toBeInstanceOf(InvalidUriError);
    await expect(connectAdmin("libvirtd:///elsewhere")).rejects.toThrow(/must be \/system or \/session/);
  });
});
