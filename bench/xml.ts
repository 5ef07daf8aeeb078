import { XMLBuilder, XMLParser } from "fast-xml-parser";
import { DomainConfig } from "../src/xml/generated/domain/index.js";
import { format, parse } from "../src/xml/verbs/index.js";
import { type Duel, duel, inline, OURS } from "./duel.js";

/** Alone, with what it takes to keep a document. */
export const PARSER = "fast-xml-parser";
export const READ = "read a domain's document";
export const WRITE = "write a domain's document";

/** fast-xml-parser by itself, keeping what it can: order, white space, comments, CDATA sections. */
const KEEPING = {
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
  trimValues: false,
  commentPropName: "#comment",
  cdataPropName: "#cdata",
} as const;

/** The price of typed documents beside what fast-xml-parser takes alone: a guest as a daemon describes it. */
export async function xml(): Promise<readonly Duel[]> {
  const text = guest(8, 4);
  const parser = new XMLParser(KEEPING);
  const builder = new XMLBuilder({ ...KEEPING, suppressEmptyNode: true });
  const value = parse(DomainConfig, text);
  const tree = parser.parse(text) as unknown;
  const size = `${(text.length / 1000).toFixed(1)} kB`;
  return [
    await duel(`${READ} of ${size}`, 500, [
      inline(PARSER, () => parser.parse(text) as unknown),
      inline(OURS, () => parse(DomainConfig, text)),
    ]),
    await duel(`${WRITE} of ${size}`, 500, [
      inline(PARSER, () => builder.build(tree)),
      inline(OURS, () => format(DomainConfig, value)),
    ]),
  ];
}

const times = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join("");

const pci = (bus: number): string =>
  `<address type='pci' domain='0x0000' bus='0x${bus.toString(16).padStart(2, "0")}' slot='0x00' function='0x0'/>`;

/** A running guest as a daemon describes it. */
function guest(disks: number, cards: number): string {
  return `<domain type='kvm' id='7'>
  <name>web-1</name>
  <uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
  <metadata>
    <app:info xmlns:app="urn:example:app"><app:owner>somebody</app:owner></app:info>
  </metadata>
  <memory unit='KiB'>4194304</memory>
  <currentMemory unit='KiB'>4194304</currentMemory>
  <vcpu placement='static'>4</vcpu>
  <resource>
    <partition>/machine</partition>
  </resource>
  <os>
    <type arch='x86_64' machine='pc-q35-9.2'>hvm</type>
    <boot dev='hd'/>
  </os>
  <features>
    <acpi/>
    <apic/>
  </features>
  <cpu mode='host-passthrough' check='none' migratable='on'/>
  <clock offset='utc'>
    <timer name='rtc' tickpolicy='catchup'/>
    <timer name='pit' tickpolicy='delay'/>
    <timer name='hpet' present='no'/>
  </clock>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
${times(
  disks,
  (i) => `    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='none' discard='unmap'/>
      <source file='/var/lib/libvirt/images/web-1-${i}.qcow2' index='${i + 1}'/>
      <backingStore/>
      <target dev='vd${String.fromCharCode(97 + i)}' bus='virtio'/>
      <alias name='virtio-disk${i}'/>
      ${pci(i + 4)}
    </disk>
`,
)}${times(
  14,
  (i) => `    <controller type='pci' index='${i + 1}' model='pcie-root-port'>
      <model name='pcie-root-port'/>
      <target chassis='${i + 1}' port='0x${(i + 16).toString(16)}'/>
      <alias name='pci.${i + 1}'/>
      ${pci(i)}
    </controller>
`,
)}${times(
  cards,
  (i) => `    <interface type='network'>
      <mac address='52:54:00:12:34:${i + 10}'/>
      <source network='default' portid='c7a5fdbd-edaf-9455-926a-d65c16db180${i}' bridge='virbr0'/>
      <target dev='vnet${i}'/>
      <model type='virtio'/>
      <alias name='net${i}'/>
      ${pci(i + 1)}
    </interface>
`,
)}    <serial type='pty'>
      <source path='/dev/pts/3'/>
      <target type='isa-serial' port='0'>
        <model name='isa-serial'/>
      </target>
      <alias name='serial0'/>
    </serial>
    <console type='pty' tty='/dev/pts/3'>
      <source path='/dev/pts/3'/>
      <target type='serial' port='0'/>
      <alias name='serial0'/>
    </console>
    <graphics type='vnc' port='5900' autoport='yes' listen='127.0.0.1'>
      <listen type='address' address='127.0.0.1'/>
    </graphics>
    <video>
      <model type='virtio' heads='1' primary='yes'/>
      <alias name='video0'/>
    </video>
    <memballoon model='virtio'>
      <alias name='balloon0'/>
    </memballoon>
    <rng model='virtio'>
      <backend model='random'>/dev/urandom</backend>
      <alias name='rng0'/>
    </rng>
  </devices>
  <seclabel type='dynamic' model='dac' relabel='yes'>
    <label>+64055:+64055</label>
  </seclabel>
</domain>
`;
}
