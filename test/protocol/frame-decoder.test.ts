import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ProtocolError } from "../../src/errors/index.js";
import { FrameDecoder, MAX_PACKET } from "../../src/protocol/index.js";

function packet(size: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(fill);
  new DataView(bytes.buffer).setUint32(0, size);
  return bytes;
}

function collect(): { decoder: FrameDecoder; packets: Uint8Array[] } {
  const packets: Uint8Array[] = [];
  return { decoder: new FrameDecoder((p) => packets.push(p.slice())), packets };
}

function pushAll(decoder: FrameDecoder, bytes: Uint8Array, cuts: readonly number[]): void {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = cuts[i % cuts.length] ?? bytes.length;
    decoder.push(bytes.slice(at, at + size));
    at += size;
  }
}

function lengthWord(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

describe("FrameDecoder", () => {
  it("finds the same packets however the bytes are cut", () => {
    const sizes = fc.array(fc.integer({ min: 28, max: 400 }), { minLength: 1, maxLength: 12 });
    const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, cuts, (lengths, pieces) => {
        const sent = lengths.map((length, i) => packet(length, i + 1));
        const { decoder, packets } = collect();
        pushAll(decoder, Buffer.concat(sent), pieces);
        expect(packets).toEqual(sent);
        expect(decoder.idle).toBe(true);
      }),
    );
  });

  it("tells views of a chunk from packets that are the receiver's own", () => {
    const got: { length: number; lent: boolean; here: boolean }[] = [];
    let chunk = new Uint8Array();
    const decoder = new FrameDecoder((p, lent) =>
      got.push({ length: p.length, lent, here: p.buffer === chunk.buffer }),
    );
    const bytes = Buffer.concat([packet(28, 1), packet(40, 2), packet(32, 3)]);
    for (const [from, to] of [
      [0, 50],
      [50, 100],
    ]) {
      chunk = Uint8Array.from(bytes.subarray(from, to));
      decoder.push(chunk);
    }
    expect(got).toEqual([
      { length: 28, lent: true, here: true },
      { length: 40, lent: false, here: false },
      { length: 32, lent: true, here: true },
    ]);
  });

  it("takes the smallest and the largest packet, whole and in pieces", () => {
    for (const size of [28, MAX_PACKET]) {
      for (const piece of [size, 65_536, 1_000_003]) {
        const { decoder, packets } = collect();
        pushAll(decoder, packet(size, 7), [piece]);
        expect(packets.map((p) => p.length)).toEqual([size]);
      }
    }
  });

  it("grows with what arrived, not with what was announced", () => {
    const { decoder } = collect();
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 50 }, () => new FrameDecoder(() => undefined));
    for (const one of decoders) one.push(packet(28, 0).map((_, i) => [0x02, 0, 0, 0][i] ?? 0));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024);
    expect(decoder.idle).toBe(true);
    expect(decoders.every((one) => !one.idle)).toBe(true);
  });

  it.each([0, 4, 24, 27, MAX_PACKET + 1, 0x7fffffff, 0xffffffff])("refuses the length %i", (length) => {
    const bytes = new Uint8Array(28);
    new DataView(bytes.buffer).setUint32(0, length);
    for (const cut of [28, 1, 3]) {
      const { decoder } = collect();
      expect(() => pushAll(decoder, bytes, [cut])).toThrow(ProtocolError);
      expect(() => pushAll(collect().decoder, bytes, [cut])).toThrow(`packet of ${length} bytes`);
    }
  });

  it.each([
    ["HTTP/1.1 400 Bad Request\r\n", /HTTP server/],
    ["SSH-2.0-OpenSSH_9.2p1 Debian\r\n", /SSH server.*\+ssh/],
    ["\x16\x03\x01\x02\x00\x01", /TLS handshake.*\+tls/],
    ["\x15\x03\x03\x00\x02\x02\x28", /TLS alert/],
    ["RFB 003.008\n", /VNC/],
    ['{"QMP": {"version"', /QMP monitor/],
    ["220 mail ESMTP", /mail or FTP/],
    ["GET / HTTP/1.1", /HTTP client/],
    ["\x00\x00\x00\x05hello", /not libvirt's RPC protocol/],
  ])("names who sends %j", (text, message) => {
    for (const cut of [text.length, 2]) {
      const { decoder } = collect();
      expect(() => pushAll(decoder, lengthWord(text), [cut])).toThrow(message);
    }
  });

  it("shows what came without letting it play tricks", () => {
    const { decoder } = collect();
    const evil = lengthWord("\x1b[2Jhello\x07");
    expect(() => decoder.push(evil)).toThrow(String.raw`(it sent "\x1b[2Jhello\x07")`);
  });

  it("passes over the bytes that carry descriptors", () => {
    const seen: number[] = [];
    const decoder = new FrameDecoder((p) => {
      seen.push(p[4] ?? -1);
      if (p[4] === 1) decoder.skip(3);
    });
    const bytes = Buffer.concat([packet(28, 1), new Uint8Array(3), packet(28, 2), packet(28, 3)]);
    for (const cut of [1, 2, 29, 30, 200]) {
      seen.length = 0;
      pushAll(decoder, bytes, [cut]);
      expect(seen).toEqual([1, 2, 3]);
    }
    expect(() => decoder.skip(33)).toThrow(/33 descriptors/);
  });
});
