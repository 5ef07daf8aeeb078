import { EventEmitter } from "node:events";
import multicastDns, { type Answer } from "multicast-dns";

type Label = string | Uint8Array;
/** Labels, or text of labels between dots. */
export type Name = string | readonly Label[];

const TYPES = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33 } as const;

/** One record as it travels; whatever lengths and values are wished for. */
export function record(name: Name, type: keyof typeof TYPES, ttl: number, data: Uint8Array): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(TYPES[type], 0);
  // Internet, and not to be mixed with older ones.
  head.writeUInt16BE(type === "PTR" ? 1 : 0x8001, 2);
  head.writeUInt32BE(ttl, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([nameBytes(name), head, data]);
}

export function nameBytes(name: Name): Buffer {
  const labels = typeof name === "string" ? name.split(".") : name;
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label);
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

export function pointer(type: string, instance: Name, ttl = 4500): Buffer {
  return record(type, "PTR", ttl, nameBytes(instance));
}

export function service(instance: Name, host: Name, port: number, ttl = 120): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(port, 4);
  return record(instance, "SRV", ttl, Buffer.concat([head, nameBytes(host)]));
}

export function address(host: Name, bytes: readonly number[], ttl = 120): Buffer {
  return record(host, bytes.length === 4 ? "A" : "AAAA", ttl, Buffer.from(bytes));
}

/** A packet of answers. */
export function response(...records: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0x8400, 2);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, ...records]);
}

/** What the library makes of packets, as it does of those that come by a socket. */
export function decoder(onRecords: (records: readonly Answer[]) => void): (packet: Uint8Array) => void {
  const socket = Object.assign(new EventEmitter(), {
    bind: (_port: number, _address: string, done: () => void) => done(),
    close: (done: () => void) => done(),
  });
  const dns = multicastDns({ socket: socket as never });
  dns.on("response", ({ answers, additionals }) => onRecords([...answers, ...additionals]));
  return (packet) => socket.emit("message", packet, { address: "10.0.0.1", port: 5353 });
}
