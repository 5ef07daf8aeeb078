import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { expect, it } from "@jest/globals";
import { REMOTE_PROC_CONNECT_GET_LIB_VERSION } from "../../src/protocol/generated/remote/index.js";
import { RpcClient } from "../../src/protocol/index.js";
import { dial, parseUri } from "../../src/transport/index.js";
import { TestPki } from "../support/pki.js";

// libvirtd looks for a packet when its socket becomes readable. A second one in the record of the first does not make it
// so, and lies there until something else comes: 5 seconds, the daemon's keepalive interval.

it("sends each packet in a record of its own, however many there are at once", async () => {
  await using pki = await TestPki.make();
  const server = createServer({ cert: pki.server.certificate, key: pki.server.key });
  const records: Buffer[] = [];
  server.on("secureConnection", (socket: TLSSocket) => {
    socket.on("error", () => undefined);
    socket.on("data", (record: Buffer) => records.push(record));
    socket.write(Uint8Array.of(1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const transport = await dial(
    parseUri(`qemu+tls://127.0.0.1:${port}/system?pkipath=${await pki.folder("client")}`),
  );
  const rpc = new RpcClient(transport, { maxInFlight: 100 });
  const calls = Array.from({ length: 50 }, () => rpc.call(REMOTE_PROC_CONNECT_GET_LIB_VERSION, undefined));
  const settled = Promise.allSettled(calls);
  while (Buffer.concat(records).length < 50 * 28) await new Promise((resolve) => setImmediate(resolve));
  expect(records.map((record) => [record.length, record.readUInt32BE(0)])).toEqual(Array(50).fill([28, 28]));
  rpc.close();
  await settled;
  server.close();
});
