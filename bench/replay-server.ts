/**
 * replay-server.js SOCKET DOMAINS: answers calls with replies that were made beforehand, in a process of its own, so that
 * what the far side costs is not counted as ours. Prints a line when it listens, and ends with its standard input.
 */
import { createServer, type Socket } from "node:net";
import { FrameDecoder } from "../src/protocol/frame-decoder.js";
import { KEEPALIVE_PROGRAM } from "../src/protocol/generated/keepalive/index.js";
import * as remote from "../src/protocol/generated/remote/index.js";
import { remoteProcedures } from "../src/protocol/generated/remote/procedures.js";
import { DriverFeature, writePacket } from "../src/protocol/index.js";
import { XdrReader, XdrWriter } from "../src/protocol/xdr-codec/index.js";
import { packetBytes } from "./bare-socket.js";
import { sampleDomains, sampleStats } from "./samples.js";

const HEADER = 28;
const [PROC_AT, SERIAL_AT] = [12, 20];
const [, , path = "", domainCount = "1000"] = process.argv;
const EVENTS_AT_ONCE = 200;
/** A request for the statistics of the state alone gets those of a small host. */
const SMALL_HOST = 10;

const domains = sampleDomains(Number(domainCount));
const records = domains.map((dom, i) => ({ dom, params: sampleStats(i) }));
const [first] = domains;
if (first === undefined) throw new Error("there must be a domain");
const { id: prog, version: vers } = remote.remoteProgram;
const { ret: statsRet } =
  remoteProcedures.find(({ name }) => name === "REMOTE_PROC_CONNECT_GET_ALL_DOMAIN_STATS") ?? {};

function reply(proc: number, write?: (writer: XdrWriter) => void): Uint8Array {
  return packetBytes({ prog, vers, proc, type: 1, serial: 0, status: 0 }, write);
}

function replyOf(name: string, value: unknown): [number, Uint8Array] {
  const found = remoteProcedures.find((one) => one.name === `REMOTE_PROC_${name}`);
  if (found === undefined) throw new Error(`${name} is no procedure`);
  return [found.number, reply(found.number, (writer) => found.ret.encode(writer, value))];
}

const replies = new Map<number, Uint8Array>([
  replyOf("AUTH_LIST", { types: [0] }),
  replyOf("CONNECT_GET_LIB_VERSION", { libVer: 9_000_000n }),
  replyOf("CONNECT_LIST_ALL_DOMAINS", { domains, ret: domains.length }),
  replyOf("CONNECT_GET_ALL_DOMAIN_STATS", { retStats: records }),
  replyOf("CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY", { callbackID: 0 }),
  replyOf("DOMAIN_LOOKUP_BY_NAME", { dom: first }),
]);
const STATS = remote.REMOTE_PROC_CONNECT_GET_ALL_DOMAIN_STATS.number;
const smallStats = reply(STATS, (writer) =>
  statsRet?.encode(writer, { retStats: records.slice(0, SMALL_HOST) }),
);
const FEATURE = remote.REMOTE_PROC_CONNECT_SUPPORTS_FEATURE.number;
const SET_MEMORY = remote.REMOTE_PROC_DOMAIN_SET_MEMORY.number;
const SUPPORTED: readonly number[] = [DriverFeature.REMOTE_EVENT_CALLBACK, DriverFeature.PROGRAM_KEEPALIVE];

const pong = packetBytes({ prog: KEEPALIVE_PROGRAM, vers: 1, proc: 2, type: 2, serial: 0, status: 0 });
const events = ((): Uint8Array => {
  const writer = new XdrWriter();
  const { number: proc, msg } = remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_LIFECYCLE;
  const header = { prog, vers, proc, type: 2, serial: 0, status: 0 };
  for (let i = 0; i < EVENTS_AT_ONCE; i++) {
    const dom = domains[i % domains.length] ?? first;
    writePacket(writer, header, (payload) =>
      msg.encode(payload, { callbackID: 0, msg: { dom, event: 2, detail: 0 } }),
    );
  }
  return writer.finish().slice();
})();

function serve(socket: Socket): void {
  const frames = new FrameDecoder((packet) => {
    const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
    if (view.getUint32(4) === KEEPALIVE_PROGRAM) socket.write(pong);
    else answer(socket, view, packet);
  });
  socket.on("data", (chunk) => frames.push(chunk));
  socket.on("error", () => socket.destroy());
}

function answer(socket: Socket, view: DataView, packet: Uint8Array): void {
  const proc = view.getInt32(PROC_AT);
  const serial = view.getUint32(SERIAL_AT);
  const args = new XdrReader(packet, HEADER);
  if (proc === FEATURE) {
    const supported = SUPPORTED.includes(args.int()) ? 1 : 0;
    send(
      socket,
      reply(proc, (writer) => writer.int(supported)),
      serial,
    );
  } else if (proc === SET_MEMORY) {
    send(socket, reply(proc), serial);
    const { memory } = { memory: view.getBigUint64(packet.length - 8) };
    void sendEvents(socket, Number(memory));
  } else if (proc === STATS && view.getUint32(HEADER + 4) === 1) send(socket, smallStats, serial);
  else send(socket, replies.get(proc) ?? reply(proc), serial);
}

/** The header is copied, as the serial changes; what follows it is not. */
function send(socket: Socket, packet: Uint8Array, serial: number): void {
  const head = packet.slice(0, Math.min(packet.length, 4096));
  new DataView(head.buffer).setUint32(SERIAL_AT, serial);
  socket.cork();
  socket.write(head);
  if (head.length < packet.length) socket.write(packet.subarray(head.length));
  socket.uncork();
}

async function sendEvents(socket: Socket, count: number): Promise<void> {
  for (let sent = 0; sent < count && !socket.destroyed; sent += EVENTS_AT_ONCE) {
    const some = Math.min(EVENTS_AT_ONCE, count - sent);
    const bytes = events.subarray(0, (events.length / EVENTS_AT_ONCE) * some);
    if (!socket.write(bytes)) await new Promise((resolve) => socket.once("drain", resolve));
  }
}

createServer(serve).listen(path, 1024, () => console.log("ready"));
process.stdin.on("end", () => process.exit()).resume();
