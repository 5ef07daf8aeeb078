import type { Case } from "../compare.js";

/** A domain of libvirt's test driver with drives, cards and screens; it is to run. */
export const DRIVES_XML: string = `<domain type='test'>
  <name>m</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fb5</uuid><memory>65536</memory><os><type>hvm</type></os>
  <devices>
    <disk type='file' device='cdrom'><source file='/a.iso'/><target dev='hdc' bus='ide'/><readonly/></disk>
    <disk type='file' device='cdrom'><target dev='hdb' bus='ide'/><readonly/></disk>
    <disk type='file' device='disk'><source file='/x'/><target dev='vda'/></disk>
    <interface type='network'><source network='default'/><mac address='52:54:00:00:00:01'/></interface>
    <interface type='network'>
      <source network='default'/><mac address='52:54:00:00:00:02'/><link state='down'/>
    </interface>
    <graphics type='vnc' port='5905' passwd='secret' listen='127.0.0.1'/>
    <graphics type='spice' port='5906' tlsPort='5907' passwd='pw' listen='0.0.0.0'/>
  </devices>
</domain>`;

/** Documents, where nothing can be attached. */
export const DEVICES: readonly (string | Case)[] = [
  "attach-disk test /tmp/x vdb --print-xml",
  "attach-disk test /tmp/x vdb --print-xml --type cdrom --mode readonly --targetbus ide --driver qemu --subdriver qcow2 --cache none --io native --serial S --wwn 5000c50015ea71ad --alias ua-x --rawio --iothread 1 --address pci:0000.01.02.0 --multifunction --sourcetype block",
  "attach-disk test vol/x vdb --print-xml --source-protocol nbd --source-host-name h:1 --source-host-transport tcp",
  "attach-disk test vol/x vdb --print-xml --source-protocol rbd --source-host-name h",
  "attach-disk test vol/x vdb --print-xml --source-protocol rbd",
  "attach-disk test x vdb --print-xml --source-protocol nbd --source-host-socket /s --source-host-transport unix",
  "attach-disk test x vdb --source-protocol nbd --source-host-socket /s",
  "attach-disk test x vdb --source-host-name h",
  "attach-disk test /tmp/x vdb --print-xml --type lun --mode shareable",
  "attach-disk test '/a&b' vdb --print-xml",
  "attach-disk test /tmp/x vdb --address usb:1.2",
  "attach-disk test /tmp/x vdb --address ccw:fe.0.0001 --print-xml",
  "attach-disk test /tmp/x sda --address scsi:0.0.1 --print-xml",
  "attach-disk test /tmp/x sda --address sata:0.0.1 --print-xml",
  "attach-disk test /tmp/x sda --address usb:0.1 --print-xml",
  "attach-disk test /tmp/x sda --address ide:0.0.1",
  "attach-disk test /tmp/x hda --address ide:0.0.1 --print-xml",
  "attach-disk test /tmp/x hda --address scsi:0.0.1",
  "attach-disk test /tmp/x xvda --address pci:0000.00.09.0 --print-xml",
  "attach-disk test /tmp/x sda --address bogus",
  "attach-disk test /tmp/x vdb --mode bogus",
  "attach-disk test /tmp/x vdb --sourcetype bogus",
  "attach-disk test /tmp/x vdb --live --current",
  "attach-disk test /tmp/x vdb --persistent --current",
  "attach-disk test /tmp/x vdb",
  "attach-disk nobody /tmp/x vdb",
  "detach-disk test vda --print-xml",
  "detach-disk test /guest/diskimage1 --print-xml",
  "detach-disk test zz",
  "detach-disk test vda",
  "change-media m hdc --eject --print-xml",
  "change-media m /a.iso --eject --print-xml",
  "change-media m hdb --eject",
  "change-media m hdb --insert",
  "change-media m hdb",
  "change-media m hdb --insert --source /n.iso --print-xml",
  "change-media m hdc --insert --source /n.iso",
  "change-media m hdc /n.iso --print-xml",
  "change-media m hdc /n.iso --print-xml --block",
  "change-media m hdc /n.iso --eject --print-xml",
  "change-media m hdc --eject --insert",
  "change-media m hdc --update --insert",
  "change-media m hdc --eject --block",
  "change-media m vda --eject",
  "change-media m hdc --eject",
  "attach-interface test bridge br0 --print-xml",
  "attach-interface test network default --print-xml --target vnet9 --mac 52:54:00:00:00:09 --script /s --model virtio --alias ua-x --inbound 1,2,3 --outbound 4,5,6",
  "attach-interface test network default --inbound 1,,3 --print-xml",
  "attach-interface test network default --inbound 1,2,3,4 --print-xml",
  "attach-interface test network default --inbound ,2",
  "attach-interface test network default --inbound x",
  "attach-interface test network default --outbound 1,2,3,4",
  "attach-interface test network default --outbound ,2",
  "attach-interface test hostdev 0000:01:00.0 --print-xml --managed",
  "attach-interface test hostdev bogus",
  "attach-interface test direct eth0 --print-xml",
  "attach-interface test bogus x",
  "attach-interface test network default",
  "detach-interface m network",
  "detach-interface m network --mac 52:54:00:00:00:03",
  "detach-interface m network --mac 52:54:00:00:00:02 --print-xml",
  "detach-interface test network --print-xml",
  "detach-interface test bridge",
  "detach-interface test network",
  "domif-setlink m 52:54:00:00:00:02 up --print-xml",
  "domif-setlink test testnet0 down --print-xml",
  "domif-setlink test testnet0 bogus",
  "domif-setlink test zz up",
  "domif-setlink test testnet0 down",
  "domif-getlink test testnet0",
  "domif-getlink test aa:bb:cc:dd:ee:ff --config",
  "domif-getlink m 52:54:00:00:00:02",
  "domif-getlink m 52:54:00:00:00:09",
  "domif-getlink m zz",
  "domdisplay m",
  "domdisplay m --all",
  "domdisplay m --all --include-password",
  "domdisplay m --type spice",
  "domdisplay m --type rdp",
  "domdisplay test",
  "vncdisplay m",
  "vncdisplay test",
  // virsh says nothing at all.
  { words: "ttyconsole m", ownError: true },
];

/** At QEMU, whose definitions can be changed: of q, which does not run. */
export const HARDWARE: readonly (string | Case)[] = [
  { words: "attach-disk q /nowhere/x vdb --config", before: "detach-disk q vdb --config" },
  "attach-disk q /nowhere/x vdb --persistent",
  "attach-disk q /nowhere/x vdb --live",
  { words: "attach-disk q /nowhere/y.iso hdb --type cdrom --mode readonly", before: "detach-disk q hdb" },
  "domblklist q --details",
  { words: "change-media q hdb --eject --config", before: "change-media q hdb /nowhere/y.iso --config" },
  {
    words: "change-media q hdb --insert --source /nowhere/z.iso --current",
    before: "change-media q hdb --eject",
  },
  "change-media q hdb /nowhere/w.iso --force",
  "change-media q hdb /nowhere/w.iso --live",
  "domblklist q",
  { words: "detach-disk q vdb --persistent", before: "attach-disk q /nowhere/x vdb --config" },
  { words: "detach-disk q hdb", before: "attach-disk q /nowhere/y.iso hdb --type cdrom" },
  {
    words: "attach-interface q network default --mac 52:54:00:00:00:09 --config",
    before: "detach-interface q network --config",
  },
  "domif-setlink q 52:54:00:00:00:09 down",
  "domif-getlink q 52:54:00:00:00:09",
  "-q domif-setlink q 52:54:00:00:00:09 up --config",
  {
    words: "detach-interface q network --persistent",
    before:
      "detach-interface q network --config; attach-interface q network default --mac 52:54:00:00:00:09 --config",
  },
  "domdisplay q",
  "vncdisplay q",
];
