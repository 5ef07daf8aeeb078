import type { RemoteTypedParam } from "../src/protocol/generated/remote/index.js";
import { qemuDomainXml } from "../test/support/domain-xml.js";

/** As many domains as a test asks for, with names of usual length. */
export function sampleDomains(count: number): { name: string; uuid: string; id: number }[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `virtual-machine-${i}`,
    uuid: `6695eb01-f6a4-8304-79aa-${String(i).padStart(12, "0")}`,
    id: i,
  }));
}

const ullong = (field: string, value: number): RemoteTypedParam => ({
  field,
  value: { type: 4, value: BigInt(value) * 1_000_003n },
});
const int = (field: string, value: number): RemoteTypedParam => ({ field, value: { type: 1, value } });
const text = (field: string, value: string): RemoteTypedParam => ({ field, value: { type: 7, value } });

/** What QEMU's driver tells of a running domain with two processors, an interface and two disks. */
export function sampleStats(seed: number): RemoteTypedParam[] {
  const params = [int("state.state", 1), int("state.reason", 1)];
  for (const name of ["time", "user", "system", "cache.monitor.count"])
    params.push(ullong(`cpu.${name}`, seed));
  for (const name of [
    "current",
    "maximum",
    "swap_in",
    "swap_out",
    "major_fault",
    "minor_fault",
    "unused",
    "available",
  ])
    params.push(ullong(`balloon.${name}`, seed));
  params.push(int("vcpu.current", 2), int("vcpu.maximum", 2));
  for (const cpu of [0, 1]) {
    params.push(int(`vcpu.${cpu}.state`, 1));
    for (const name of ["time", "wait", "delay"]) params.push(ullong(`vcpu.${cpu}.${name}`, seed + cpu));
  }
  params.push(int("net.count", 1), text("net.0.name", `vnet${seed}`));
  for (const way of ["rx", "tx"])
    for (const name of ["bytes", "pkts", "errs", "drop"]) params.push(ullong(`net.0.${way}.${name}`, seed));
  params.push(int("block.count", 2));
  for (const disk of [0, 1]) {
    params.push(text(`block.${disk}.name`, `vd${"ab"[disk]}`));
    params.push(text(`block.${disk}.path`, `/var/lib/libvirt/images/virtual-machine-${seed}-${disk}.qcow2`));
    for (const way of ["rd", "wr", "fl"])
      for (const name of ["reqs", "times"]) params.push(ullong(`block.${disk}.${way}.${name}`, seed));
    for (const name of ["rd.bytes", "wr.bytes", "allocation", "capacity", "physical"])
      params.push(ullong(`block.${disk}.${name}`, seed));
  }
  return params;
}

/** The definition of a domain with the devices of a usual server: its document has between 10 and 20 kB. */
export function largeDomainXml(name: string): string {
  const disks = Array.from(
    { length: 8 },
    (_, i) => `<disk type="file" device="disk"><driver name="qemu" type="qcow2" cache="none" io="native"/>
      <source file="/var/lib/libvirt/images/${name}-${i}.qcow2"/><target dev="vd${"abcdefgh"[i]}" bus="virtio"/>
      <serial>disk-${i}</serial></disk>`,
  );
  const nics = Array.from(
    { length: 8 },
    (_, i) =>
      `<interface type="user"><mac address="52:54:00:00:00:0${i}"/><model type="virtio"/></interface>`,
  );
  const channels = Array.from(
    { length: 6 },
    (_, i) => `<channel type="unix"><target type="virtio" name="org.example.${i}"/></channel>`,
  );
  const devices = `<devices>${disks.join("")}${nics.join("")}${channels.join("")}
    <serial type="pty"/><console type="pty"/><memballoon model="virtio"/><rng model="virtio"><backend model="random">/dev/urandom</backend></rng></devices>`;
  const metadata = `<metadata><x:note xmlns:x="urn:example:note">${"kept by a tool of somebody's ".repeat(150)}</x:note></metadata>`;
  return qemuDomainXml({ name }).replace("</domain>", `${metadata}${devices}</domain>`);
}
