/**
 * The price of generated codecs, beside decoders that are written out by hand for the same bytes, and beside the
 * declarative combinators. Ratios within one run; rounds are interleaved, so that a machine that slows down slows all.
 */
import { qemuProcedures } from "../src/protocol/generated/qemu/procedures.js";
import {
  RemoteConnectGetAllDomainStatsRet,
  RemoteConnectListAllDomainsRet,
} from "../src/protocol/generated/remote/index.js";
import { remoteProcedures } from "../src/protocol/generated/remote/procedures.js";
import { uuid } from "../src/protocol/uuid.js";
import {
  type Codec,
  XdrReader,
  XdrWriter,
  xdrArray,
  xdrInt,
  xdrString,
  xdrStruct,
  xdrUint,
} from "../src/protocol/xdr-codec/index.js";
import { compare } from "./compare.js";
import { readDomains, readStats } from "./hand-written.js";

const COUNT = 1000;

function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new XdrWriter();
  codec.encode(writer, value);
  return writer.finish();
}

const domains = Array.from({ length: COUNT }, (_, i) => ({
  name: `virtual-machine-${i}`,
  uuid: `6695eb01-f6a4-8304-79aa-${String(i).padStart(12, "0")}`,
  id: i,
}));

const params = Array.from({ length: 60 }, (_, i) => ({
  field: `block.${i % 4}.rd.requests${i}`,
  value:
    i % 6 === 0
      ? { type: 7 as const, value: "/var/lib/images/disk" }
      : { type: 4 as const, value: BigInt(i) ** 9n },
}));

/** The combinators for one reply, as a program would write them down. */
const declarative = xdrStruct({
  domains: xdrArray(xdrStruct({ name: xdrString(4194304), uuid, id: xdrInt }), 16384),
  ret: xdrUint,
});

const list = encode(RemoteConnectListAllDomainsRet, { domains, ret: COUNT });
const stats = encode(RemoteConnectGetAllDomainStatsRet, {
  retStats: domains.slice(0, 200).map((dom) => ({ dom, params })),
});

// A program decodes more than one type: what an engine can only do well for the first few shapes shall not count.
for (let i = 0; i < 200; i++) {
  for (const { ret } of [...remoteProcedures, ...qemuProcedures]) {
    try {
      ret.decode(new XdrReader(new Uint8Array(256)));
    } catch {
      // Not every type is happy with zeroes.
    }
  }
  for (let fields = 1; fields < 20; fields++) {
    const names = Array.from({ length: fields }, (_, n) => [`field${n * fields}`, xdrUint] as const);
    xdrStruct(Object.fromEntries(names)).decode(new XdrReader(new Uint8Array(256)));
  }
}

compare("decode listAllDomains of 1,000", {
  "hand-written": () => readDomains(list),
  generated: () => RemoteConnectListAllDomainsRet.decode(new XdrReader(list)),
  declarative: () => declarative.decode(new XdrReader(list)),
});
compare("decode getAllDomainStats of 200 domains with 60 parameters", {
  "hand-written": () => readStats(stats),
  generated: () => RemoteConnectGetAllDomainStatsRet.decode(new XdrReader(stats)),
});
