import xdr from "js-xdr";
import { formatUuid } from "../src/protocol/uuid.js";

const MAX = 4_194_304;

/** The same two replies as js-xdr wants them described. */
const types = xdr.config((x) => {
  x.struct("Domain", [
    ["name", x.string(MAX)],
    ["uuid", x.opaque(16)],
    ["id", x.int()],
  ]);
  x.struct("Domains", [
    ["domains", x.varArray(x.lookup("Domain"), 16384)],
    ["ret", x.uint()],
  ]);
  x.enum("ParamType", { int: 1, uint: 2, llong: 3, ullong: 4, double: 5, boolean: 6, text: 7 });
  x.union("Value", {
    switchOn: x.lookup("ParamType"),
    switchName: "type",
    switches: [
      ["int", "number"],
      ["uint", "number"],
      ["llong", "large"],
      ["ullong", "largest"],
      ["double", "double"],
      ["boolean", "number"],
      ["text", "text"],
    ],
    arms: { number: x.int(), large: x.hyper(), largest: x.uhyper(), double: x.double(), text: x.string(MAX) },
  });
  x.struct("Param", [
    ["field", x.string(MAX)],
    ["value", x.lookup("Value")],
  ]);
  x.struct("Record", [
    ["dom", x.lookup("Domain")],
    ["params", x.varArray(x.lookup("Param"), 4096)],
  ]);
  x.struct("Stats", [["retStats", x.varArray(x.lookup("Record"), 16384)]]);
});

export const jsXdrDomains = (bytes: Uint8Array): unknown => types.Domains?.fromXDR(bytes);
export const jsXdrStats = (bytes: Uint8Array): unknown => types.Stats?.fromXDR(bytes);

interface RawDomain {
  name(): Buffer;
  uuid(): Buffer;
  id(): number;
}

interface RawParam {
  field(): Buffer;
  value(): { switch(): { value: number }; value(): Buffer | number | { toBigInt(): bigint } };
}

const domainOf = (raw: RawDomain): object => ({
  name: raw.name().toString(),
  uuid: formatUuid(raw.uuid()),
  id: raw.id(),
});

/** js-xdr leaves text and UUIDs as bytes, and gives large numbers as objects; this is what others make of them. */
export function jsXdrDomainValues(bytes: Uint8Array): unknown {
  const { domains } = (jsXdrDomains(bytes) as { _attributes: { domains: RawDomain[] } })._attributes;
  return domains.map(domainOf);
}

export function jsXdrStatsValues(bytes: Uint8Array): unknown {
  const { retStats } = (
    jsXdrStats(bytes) as { _attributes: { retStats: { dom(): RawDomain; params(): RawParam[] }[] } }
  )._attributes;
  return retStats.map((record) => ({
    dom: domainOf(record.dom()),
    params: record.params().map((param) => {
      const value = param.value().value();
      const plain = Buffer.isBuffer(value)
        ? value.toString()
        : typeof value === "number"
          ? value
          : value.toBigInt();
      return { field: param.field().toString(), value: { type: param.value().switch().value, value: plain } };
    }),
  }));
}
