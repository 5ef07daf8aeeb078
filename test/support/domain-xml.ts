import { randomUUID } from "node:crypto";

export interface GuestOptions {
  readonly name?: string;
  readonly uuid?: string;
}

function guest(type: string, arch: string, { name, uuid = randomUUID() }: GuestOptions): string {
  return `<domain type="${type}">
  <name>${name ?? `guest-${uuid.slice(0, 8)}`}</name>
  <uuid>${uuid}</uuid>
  <memory unit="MiB">64</memory>
  <vcpu>1</vcpu>
  <os><type arch="${arch}">hvm</type></os>
</domain>`;
}

/** A guest that QEMU emulates: no disk, no kernel, only the firmware looking for something to boot. */
export function qemuDomainXml(options: GuestOptions = {}): string {
  return guest("qemu", "x86_64", options);
}

/** A guest of libvirt's test driver. */
export function testDomainXml(options: GuestOptions = {}): string {
  return guest("test", "i686", options);
}
