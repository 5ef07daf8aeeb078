import type { XmlModel, XmlSlot, XmlType } from "../../xml-model.js";
import { isChild } from "./property-names.js";

/**
 * The order in which libvirt itself writes children, where it is another than that of the schema. Those that are not
 * named come after them.
 */
export const ORDERS: Readonly<Record<string, string>> = {
  DomainConfig:
    "name uuid hwuuid genid title description metadata maxMemory memory currentMemory blkiotune memtune " +
    "memoryBacking vcpu vcpus iothreads iothreadids defaultiothread cputune numatune resource sysinfo bootloader " +
    "bootloader_args os idmap throttlegroups features cpu clock on_poweroff on_reboot on_crash on_lockfailure pm perf " +
    "iommufd devices seclabel keywrap launchSecurity",
  DomainDisk:
    "driver auth source backingStore backenddomain geometry blockio mirror target iotune throttlefilters readonly " +
    "shareable transient serial wwn vendor product encryption boot alias acpi address",
  DomainInterface:
    "mac source virtualport vlan bandwidth port ip route portForward script downscript backenddomain target guest " +
    "model driver backend filterref tune teaming link mtu coalesce boot rom alias acpi address",
  DomainFilesystem:
    "driver binary source target readonly space_hard_limit space_soft_limit idmap boot alias acpi address",
  DomainHostdev: "driver source teaming readonly shareable ip route boot rom alias acpi address",
  NetworkConfig:
    "name uuid title description metadata forward bridge mtu mac domain dns vlan bandwidth port portgroup ip route",
  StoragePoolConfig: "name uuid capacity allocation available features source target refresh",
};

/** Brings children into the order in which libvirt writes them. */
export function putInOrder(model: XmlModel): XmlModel {
  return { ...model, types: model.types.map(orderType) };
}

function orderType(type: XmlType): XmlType {
  const names = ORDERS[type.name]?.split(" ");
  if (names === undefined) return type;
  const place = ({ xml, ns }: XmlSlot): number => {
    const found = ns === undefined ? names.indexOf(xml) : -1;
    return found < 0 ? names.length : found;
  };
  const sort = (slots: readonly XmlSlot[]): readonly XmlSlot[] => [
    ...slots.filter((slot) => !isChild(slot)),
    ...slots.filter(isChild).toSorted((a, b) => place(a) - place(b)),
  ];
  const slots = sort(type.slots);
  if (type.variants === undefined) return { ...type, slots };
  const of = type.variants.of.map((variant) => {
    const own = sort(variant.slots);
    const first = own.find(isChild);
    if (first === undefined) return { ...variant, slots: own };
    const children = slots.filter(isChild);
    const before = children.filter((slot) => place(slot) < place(first)).length;
    return { values: variant.values, slots: own, ...(before < children.length && { before }) };
  });
  return { ...type, slots, variants: { ...type.variants, of } };
}
