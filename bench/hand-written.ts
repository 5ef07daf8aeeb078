/** Decoders as one would write them by hand for nothing but these two replies: the floor for generated ones. */
import { formatUuid } from "../src/protocol/uuid.js";

function text(bytes: Buffer, start: number, end: number): string {
  if (end > bytes.length) throw new RangeError("short");
  return bytes.toString("utf8", start, end);
}

interface Domain {
  name: string;
  uuid: string;
  id: number;
}

function readDomain(bytes: Buffer, view: DataView, start: number): { domain: Domain; at: number } {
  const size = view.getUint32(start);
  const name = text(bytes, start + 4, start + 4 + size);
  const at = start + 4 + ((size + 3) & ~3);
  return { domain: { name, uuid: formatUuid(bytes, at), id: view.getInt32(at + 16) }, at: at + 20 };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function readDomains(packet: Uint8Array): { domains: Domain[]; ret: number } {
  const bytes = bufferOf(packet);
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const count = view.getUint32(0);
  const domains: Domain[] = [];
  let at = 4;
  for (let i = 0; i < count; i++) {
    const next = readDomain(bytes, view, at);
    domains.push(next.domain);
    at = next.at;
  }
  return { domains, ret: view.getUint32(at) };
}

interface Param {
  field: string;
  value: { type: number; value: number | bigint | string };
}

export function readStats(packet: Uint8Array): { dom: Domain; params: Param[] }[] {
  const bytes = bufferOf(packet);
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const count = view.getUint32(0);
  const records: { dom: Domain; params: Param[] }[] = [];
  let at = 4;
  for (let i = 0; i < count; i++) {
    const next = readDomain(bytes, view, at);
    at = next.at;
    const params: Param[] = [];
    const many = view.getUint32(at);
    at += 4;
    for (let p = 0; p < many; p++) {
      const size = view.getUint32(at);
      const field = text(bytes, at + 4, at + 4 + size);
      at += 4 + ((size + 3) & ~3);
      const type = view.getInt32(at);
      at += 4;
      let value: number | bigint | string;
      switch (type) {
        case 3:
          value = view.getBigInt64(at);
          at += 8;
          break;
        case 4:
          value = view.getBigUint64(at);
          at += 8;
          break;
        case 5:
          value = view.getFloat64(at);
          at += 8;
          break;
        case 7: {
          const length = view.getUint32(at);
          value = text(bytes, at + 4, at + 4 + length);
          at += 4 + ((length + 3) & ~3);
          break;
        }
        default:
          value = type === 2 ? view.getUint32(at) : view.getInt32(at);
          at += 4;
      }
      params.push({ field, value: { type, value } });
    }
    records.push({ dom: next.domain, params });
  }
  return records;
}
