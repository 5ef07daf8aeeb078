import type { XmlModel, XmlType } from "../../xml-model.js";
import { slotsOf } from "./words.js";

/** Deeper elements that libvirt's functions take or give on their own, such as those of `virNetworkUpdate`. */
export const DEEPER: readonly string[] = [
  "CapabilitiesHostCpu",
  "NetworkDnsHost",
  "NetworkDnsSrv",
  "NetworkDnsTxt",
  "NetworkForwardInterface",
  "NetworkIpDhcpHost",
  "NetworkIpDhcpRange",
];

/** Types whose elements can be parsed on their own: the root, what stands directly in it, and devices. */
export function partsOf(model: XmlModel): ReadonlySet<string> {
  const byName = new Map(model.types.map((type) => [type.name, type]));
  const inside = (type: XmlType | undefined): readonly string[] =>
    type === undefined ? [] : slotsOf(type).flatMap((slot) => (slot.type === undefined ? [] : [slot.type]));
  const first = inside(byName.get(model.root));
  const devices = first.filter((name) => byName.get(name)?.tag === "devices");
  return new Set([...first, ...devices.flatMap((name) => inside(byName.get(name))), ...DEEPER]);
}
