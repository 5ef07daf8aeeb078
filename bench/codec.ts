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
import { type Duel, duel, inline } from "./duel.js";
import { scaled } from "./effort.js";
import { readDomains, readStats } from "./hand-written.js";
import { jsXdrDomains, jsXdrDomainValues, jsXdrStats, jsXdrStatsValues } from "./js-xdr.js";
import { sampleDomains, sampleStats } from "./samples.js";

const DOMAINS = 1000;
const RECORDS = 200;
/** The names under which each way to decode is shown. */
export const CODECS = {
  byHand: "straight-line code",
  generated: "libvirt-rpc",
  declarative: "libvirt-rpc, declared",
  jsXdr: "js-xdr",
  jsXdrRaw: "js-xdr, text as bytes",
} as const;

/** The combinators for one reply, as a program would write them down. */
const declarative = xdrStruct({
  domains: xdrArray(xdrStruct({ name: xdrString(4194304), uuid, id: xdrInt }), 16384),
  ret: xdrUint,
});

/** The price of codecs alone: generated, declared, written out by hand for nothing but these bytes, and js-xdr's. */
export async function codec(): Promise<readonly Duel[]> {
  const domains = sampleDomains(scaled(DOMAINS));
  const list = encode(RemoteConnectListAllDomainsRet, { domains, ret: domains.length });
  const retStats = domains.slice(0, RECORDS).map((dom, i) => ({ dom, params: sampleStats(i) }));
  const stats = encode(RemoteConnectGetAllDomainStatsRet, { retStats });
  warmUp();
  return [
    await duel(`decode listAllDomains of ${domains.length}`, 200, [
      inline(CODECS.byHand, () => readDomains(list)),
      inline(CODECS.generated, () => RemoteConnectListAllDomainsRet.decode(new XdrReader(list))),
      inline(CODECS.declarative, () => declarative.decode(new XdrReader(list))),
      inline(CODECS.jsXdr, () => jsXdrDomainValues(list)),
      inline(CODECS.jsXdrRaw, () => jsXdrDomains(list)),
    ]),
    await duel(`decode getAllDomainStats of ${retStats.length}`, 20, [
      inline(CODECS.byHand, () => readStats(stats)),
      inline(CODECS.generated, () => RemoteConnectGetAllDomainStatsRet.decode(new XdrReader(stats))),
      inline(CODECS.jsXdr, () => jsXdrStatsValues(stats)),
      inline(CODECS.jsXdrRaw, () => jsXdrStats(stats)),
    ]),
  ];
}

function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new XdrWriter();
  codec.encode(writer, value);
  return writer.finish();
}

/** A program decodes more than one type: what an engine can only do well for the first few shapes shall not count. */
function warmUp(): void {
  for (let i = scaled(200); i > 0; i--) {
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
}
