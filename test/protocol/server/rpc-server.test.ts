import { describe, expect, it } from "@jest/globals";
import { ErrorDomain, ErrorNumber } from "../../../src/protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_GET_HOSTNAME,
  REMOTE_PROC_DOMAIN_EVENT_REBOOT,
  REMOTE_PROC_DOMAIN_LOOKUP_BY_NAME,
} from "../../../src/protocol/generated/remote/index.js";
import { remoteConnectProcedures } from "../../../src/protocol/generated/remote/served/connect.js";
import { remoteDomainProcedures } from "../../../src/protocol/generated/remote/served/domain.js";
import { remoteDomainGetProcedures } from "../../../src/protocol/generated/remote/served/domain-get.js";
import { RpcClient } from "../../../src/protocol/index.js";
import {
  RouteTable,
  RpcServer,
  type RpcServerOptions,
  refusal,
  route,
  type Service,
} from "../../../src/protocol/server/index.js";
import { memoryPair } from "../../../src/transport/index.js";
import { scribbling } from "../scribbling.js";

const SERVED = [...remoteConnectProcedures, ...remoteDomainProcedures, ...remoteDomainGetProcedures];
const DOMAIN = { name: "one", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 1 };

function serve(
  routes: Service<object>["routes"],
  options?: RpcServerOptions,
): { client: RpcClient; server: RpcServer<object> } {
  const [here, there] = memoryPair();
  const server = new RpcServer(scribbling(there), { open: () => ({}), routes }, options);
  return { client: new RpcClient(scribbling(here), { maxInFlight: 100 }), server };
}

const hostname = (answer: () => string | Promise<string>): RouteTable<object> =>
  new RouteTable(SERVED, [
    route(REMOTE_PROC_CONNECT_GET_HOSTNAME, async () => ({ hostname: await answer() })),
  ]);

describe("RpcServer", () => {
  it("answers a call", async () => {
    const { client } = serve(hostname(() => "here"));
    await expect(client.call(REMOTE_PROC_CONNECT_GET_HOSTNAME, undefined)).resolves.toEqual({
      hostname: "here",
    });
    client.close();
  });

  it("hands a refusal over as it is", async () => {
    const { client } = serve(
      hostname(() => {
        throw refusal(ErrorNumber.NO_CONNECT, ErrorDomain.TEST, "not today", { str1: "a", int1: 7 });
      }),
    );
    await expect(client.call(REMOTE_PROC_CONNECT_GET_HOSTNAME, undefined)).rejects.toMatchObject({
      code: "NO_CONNECT",
      domain: "TEST",
      message: "not today",
      str1: "a",
      int1: 7,
    });
    client.close();
  });

  it("says that it does not know a procedure as a daemon does", async () => {
    const { client } = serve(hostname(() => "here"));
    await expect(client.call(REMOTE_PROC_DOMAIN_LOOKUP_BY_NAME, { name: "one" })).rejects.toMatchObject({
      name: "UnknownProcedureError",
    });
    client.close();
  });

  it("sends messages of its own until the connection has ended", async () => {
    const { client, server } = serve(hostname(() => "here"));
    const told = new Promise((resolve) => client.on(REMOTE_PROC_DOMAIN_EVENT_REBOOT, resolve));
    server.send(REMOTE_PROC_DOMAIN_EVENT_REBOOT, { dom: DOMAIN });
    await expect(told).resolves.toEqual({ dom: DOMAIN });
    client.close();
    if (!server.closed.aborted) {
      await new Promise((resolve) => server.closed.addEventListener("abort", resolve));
    }
    server.send(REMOTE_PROC_DOMAIN_EVENT_REBOOT, { dom: DOMAIN });
  });

  it("stops reading while as many calls are open as it allows", async () => {
    let open = 0;
    let most = 0;
    const { client } = serve(
      hostname(async () => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 1));
        open--;
        return "here";
      }),
      { maxRequests: 3 },
    );
    // One by one, so that each is a packet of its own to the server.
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      calls.push(client.call(REMOTE_PROC_CONNECT_GET_HOSTNAME, undefined));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(calls);
    expect(most).toBe(3);
    client.close();
  });
});
