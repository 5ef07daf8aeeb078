import type { DeviceKind, DeviceOf } from "../../src/xml/index.js";

/** A device that a guest may have, and what it must have along with it. */
export interface DeviceSample {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly device: unknown;
  /** At most one sample of a group goes into a guest. */
  readonly group?: string;
  /** Only beside a SPICE display. */
  readonly spice?: true;
}

const withSpice = (one: DeviceSample): DeviceSample => ({ ...one, spice: true });

function sample<K extends DeviceKind>(
  name: string,
  kind: K,
  device: NoInfer<DeviceOf<K>>,
  group?: string,
): DeviceSample {
  return { name: `${kind} ${name}`, kind, device, ...(group === undefined ? {} : { group }) };
}

const mac = (last: string): string => `52:54:00:00:00:${last}`;
const target = (dev: string, bus: string): { dev: string; bus: string } => ({ dev, bus });

/** One of each kind of device, in the forms that people use. */
export const DEVICES: readonly DeviceSample[] = [
  sample("file", "disk", {
    type: "file",
    device: "disk",
    driver: { name: "qemu", type: "qcow2", cache: "none", discard: "unmap", io: "native" },
    source: { file: "/var/lib/libvirt/images/a & b.qcow2" },
    target: target("vda", "virtio"),
    serial: "WD-1234",
  }),
  sample("file with a backing chain", "disk", {
    type: "file",
    driver: { name: "qemu", type: "qcow2" },
    source: { file: "/images/top.qcow2" },
    backingStore: {
      type: "file",
      format: { type: "qcow2" },
      source: { file: "/images/middle.qcow2" },
      backingStore: { type: "block", format: { type: "raw" }, source: { dev: "/dev/vg/base" } },
    },
    target: target("vdb", "virtio"),
  }),
  sample("block", "disk", {
    type: "block",
    device: "disk",
    driver: { name: "qemu", type: "raw" },
    source: { dev: "/dev/null" },
    target: target("sda", "sata"),
    iotune: { total_bytes_sec: 10_000_000n, total_iops_sec: 400_000n },
  }),
  sample("network, NBD", "disk", {
    type: "network",
    driver: { name: "qemu", type: "raw" },
    source: { protocol: "nbd", name: "export", host: [{ name: "nbd.example.org", port: 10809 }] },
    target: target("vdc", "virtio"),
  }),
  sample("network, RBD with a secret", "disk", {
    type: "network",
    driver: { name: "qemu", type: "raw" },
    auth: { username: "admin", secret: { type: "ceph", uuid: "78389d5c-3c8c-4c8c-8c8c-3c8c4c8c8c8c" } },
    source: { protocol: "rbd", name: "pool/image", host: [{ name: "mon1.example.org", port: 6789 }] },
    target: target("vdd", "virtio"),
  }),
  sample("network, iSCSI", "disk", {
    type: "network",
    driver: { name: "qemu", type: "raw" },
    source: {
      protocol: "iscsi",
      name: "iqn.2013-07.com.example:iscsi/1",
      host: [{ name: "example.org", port: 3260 }],
    },
    target: target("vde", "virtio"),
  }),
  sample("volume", "disk", {
    type: "volume",
    driver: { name: "qemu", type: "raw" },
    source: { pool: "default", volume: "disk.img" },
    target: target("vdf", "virtio"),
  }),
  sample("CD-ROM", "disk", {
    type: "file",
    device: "cdrom",
    driver: { name: "qemu", type: "raw" },
    source: { file: "/iso/install.iso" },
    target: { ...target("sdb", "sata"), tray: "open" },
    readonly: true,
  }),
  sample("empty CD-ROM", "disk", {
    type: "file",
    device: "cdrom",
    target: target("sdc", "sata"),
    readonly: true,
  }),
  sample("floppy", "disk", {
    type: "file",
    device: "floppy",
    source: { file: "/images/floppy.img" },
    target: target("fda", "fdc"),
  }),
  sample("SCSI with an iothread's queue", "disk", {
    type: "file",
    driver: { name: "qemu", type: "raw", error_policy: "stop", rerror_policy: "ignore" },
    source: { file: "/images/scsi.img", startupPolicy: "optional" },
    target: { ...target("sdd", "scsi"), rotation_rate: 7200 },
    wwn: "5000c50015ea71ac",
    vendor: "SEAGATE",
    product: "ST3146707LC",
  }),
  sample("SCSI", "controller", { type: "scsi", index: 0, model: "virtio-scsi", driver: { queues: 4 } }),
  sample("USB", "controller", { type: "usb", index: 0, model: "qemu-xhci", ports: 15 }, "usb"),
  sample("USB 2", "controller", { type: "usb", index: 0, model: "piix3-uhci" }, "usb"),
  sample("virtio-serial", "controller", { type: "virtio-serial", index: 0, ports: 16, vectors: 4 }),
  sample("user", "interface", { type: "user", mac: { address: mac("01") }, model: { type: "virtio" } }),
  sample("network", "interface", {
    type: "network",
    mac: { address: mac("02") },
    source: { network: "default", portgroup: "engineering" },
    model: { type: "e1000e" },
    bandwidth: { inbound: { average: 1000, peak: 5000, burst: 5120 }, outbound: { average: 128 } },
    boot: { order: 1 },
  }),
  sample("bridge with VLAN tags", "interface", {
    type: "bridge",
    mac: { address: mac("03") },
    source: { bridge: "ovsbr0" },
    virtualport: { type: "openvswitch", parameters: { interfaceid: "09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f" } },
    vlan: { trunk: true, tag: [{ id: 42 }, { id: 123, nativeMode: "untagged" }] },
    model: { type: "virtio" },
    driver: { name: "vhost", queues: 4, rx_queue_size: 256 },
    mtu: { size: 1500 },
  }),
  sample("ethernet", "interface", {
    type: "ethernet",
    mac: { address: mac("04") },
    target: { dev: "mytap1", managed: false },
    model: { type: "virtio" },
  }),
  sample("macvtap", "interface", {
    type: "direct",
    mac: { address: mac("05") },
    source: { dev: "eth0", mode: "bridge" },
    model: { type: "virtio" },
    link: { state: "down" },
  }),
  sample("multicast", "interface", {
    type: "mcast",
    mac: { address: mac("06") },
    source: { address: "230.0.0.1", port: 5558 },
    model: { type: "virtio" },
  }),
  sample("vhost-user", "interface", {
    type: "vhostuser",
    mac: { address: mac("07") },
    source: { type: "unix", path: "/tmp/vhost1.sock", mode: "server" },
    model: { type: "virtio" },
  }),
  sample("vDPA", "interface", {
    type: "vdpa",
    mac: { address: mac("08") },
    source: { dev: "/dev/vhost-vdpa-0" },
  }),
  sample("server", "interface", {
    type: "server",
    mac: { address: mac("09") },
    source: { address: "127.0.0.1", port: 5559 },
    model: { type: "virtio" },
  }),
  sample("macvtap in a pool of coalesced frames", "interface", {
    type: "network",
    mac: { address: mac("0a") },
    source: { network: "default" },
    model: { type: "virtio" },
    coalesce: { rx: { frames: { max: 7 } } },
    filterref: { filter: "clean-traffic", parameter: [{ name: "IP", value: "10.0.0.1" }] },
  }),
  sample("tablet", "input", { type: "tablet", bus: "usb" }),
  sample("keyboard", "input", { type: "keyboard", bus: "virtio" }),
  sample(
    "VNC",
    "graphics",
    {
      type: "vnc",
      port: -1,
      autoport: true,
      listen: [{ type: "address", address: "127.0.0.1" }],
      keymap: "de",
    },
    "vnc",
  ),
  sample(
    "VNC on a socket",
    "graphics",
    { type: "vnc", listen: [{ type: "socket", socket: "/tmp/vnc.sock" }] },
    "vnc",
  ),
  sample("SPICE", "graphics", {
    type: "spice",
    autoport: true,
    listen: [{ type: "address", address: "127.0.0.1" }],
    image: { compression: "auto_glz" },
    clipboard: { copypaste: false },
  }),
  sample("VGA", "video", { model: { type: "vga", vram: 16384, heads: 1, primary: true } }, "video"),
  sample("virtio", "video", { model: { type: "virtio", heads: 1, primary: true } }, "video"),
  sample(
    "QXL",
    "video",
    { model: { type: "qxl", ram: 65536, vram: 65536, vgamem: 16384, heads: 1, primary: true } },
    "video",
  ),
  sample("none", "video", { model: { type: "none" } }, "video"),
  sample("ICH9", "sound", { model: "ich9", codec: [{ type: "micro" }] }),
  sample("none", "audio", { id: 1, type: "none" }, "audio"),
  withSpice(sample("SPICE", "audio", { id: 1, type: "spice" }, "audio")),
  sample("pty", "serial", { type: "pty", target: { port: 0 } }),
  sample("TCP", "serial", {
    type: "tcp",
    source: [{ mode: "connect", host: "127.0.0.1", service: "2445" }],
    protocol: { type: "raw" },
    target: { port: 1 },
  }),
  sample("file with a log", "serial", {
    type: "file",
    source: [{ path: "/tmp/serial.log" }],
    log: { file: "/tmp/serial-copy.log", append: true },
    target: { port: 2 },
  }),
  sample("virtio", "console", { type: "pty", target: { type: "virtio", port: 0 } }),
  sample("pty", "parallel", { type: "pty", target: { port: 0 } }),
  sample("guest agent", "channel", {
    type: "unix",
    source: [{ mode: "bind", path: "/tmp/agent.sock" }],
    target: { type: "virtio", name: "org.qemu.guest_agent.0" },
  }),
  withSpice(
    sample("SPICE agent", "channel", {
      type: "spicevmc",
      target: { type: "virtio", name: "com.redhat.spice.0" },
    }),
  ),
  withSpice(sample("passthrough", "smartcard", { mode: "passthrough", type: "spicevmc" })),
  withSpice(sample("USB over SPICE", "redirdev", { bus: "usb", type: "spicevmc" })),
  sample("random", "rng", {
    model: "virtio",
    rate: { bytes: 1234, period: 2000 },
    backend: { model: "random", value: "/dev/urandom" },
  }),
  sample("builtin", "rng", { model: "virtio", backend: { model: "builtin" } }),
  sample(
    "passthrough",
    "tpm",
    { model: "tpm-tis", backend: { type: "passthrough", device: { path: "/dev/tpm0" } } },
    "tpm",
  ),
  sample("i6300esb", "watchdog", { model: "i6300esb", action: "poweroff" }),
  sample(
    "with statistics",
    "memballoon",
    { model: "virtio", autodeflate: true, stats: { period: 10 } },
    "balloon",
  ),
  sample("none", "memballoon", { model: "none" }, "balloon"),
  sample("pvpanic", "panic", { model: "isa", address: { type: "isa", iobase: "0x505" } }),
  sample("PCI", "hostdev", {
    mode: "subsystem",
    type: "pci",
    managed: true,
    source: { address: { domain: "0x0000", bus: "0x06", slot: "0x02", function: "0x0" } },
  }),
  sample("USB", "hostdev", {
    mode: "subsystem",
    type: "usb",
    source: { vendor: { id: "0x1234" }, product: { id: "0xbeef" } },
  }),
  sample("9p", "filesystem", {
    type: "mount",
    accessmode: "mapped",
    source: { dir: "/export/to/guest" },
    target: { dir: "/import/from/host" },
    readonly: true,
  }),
  sample("ivshmem", "shmem", {
    name: "my_shmem0",
    model: { type: "ivshmem-plain" },
    size: { value: 4n, unit: "M" },
  }),
  sample("socket", "vsock", { model: "virtio", cid: { auto: true } }),
  sample("Intel", "iommu", { model: "intel", driver: { caching_mode: true } }),
  sample("USB", "hub", { type: "usb" }),
  sample("DIMM", "memory", {
    model: "dimm",
    target: { size: { value: 64n, unit: "MiB" }, node: 0 },
  }),
  sample("NVDIMM", "memory", {
    model: "nvdimm",
    source: { path: "/tmp/nvdimm" },
    target: { size: { value: 128n, unit: "MiB" }, node: 0, label: { size: { value: 128n, unit: "KiB" } } },
  }),
  sample("virtio", "memory", {
    model: "virtio-mem",
    target: {
      size: { value: 128n, unit: "MiB" },
      node: 0,
      block: { value: 2n, unit: "MiB" },
      requested: { value: 64n, unit: "MiB" },
    },
  }),
  sample("virtiofs", "filesystem", {
    type: "mount",
    driver: { type: "virtiofs", queue: 1024 },
    source: { dir: "/export" },
    target: { dir: "mount_tag" },
  }),
  sample("SCSI", "hostdev", {
    mode: "subsystem",
    type: "scsi",
    source: { adapter: { name: "scsi_host0" }, address: { bus: 0, target: 0, unit: 0 } },
  }),
  sample("mediated", "hostdev", {
    mode: "subsystem",
    type: "mdev",
    model: "vfio-pci",
    source: { address: { uuid: "4b20d080-1b54-4048-85b3-a6a62d165c01" } },
  }),
  sample("USB filter", "redirfilter", {
    usbdev: [
      { class: "0x08", vendor: "0x1234", product: "0xBEEF", version: "2.00", allow: true },
      { allow: false },
    ],
  }),
  sample("VNC with a password", "graphics", { type: "vnc", autoport: true, passwd: "a<&>'b" }, "vnc"),
  withSpice(
    sample(
      "without a display",
      "graphics",
      {
        type: "egl-headless",
        gl: { rendernode: "/dev/dri/renderD128" },
      },
      "exotic",
    ),
  ),
  sample("D-Bus", "graphics", { type: "dbus", p2p: true }, "exotic"),
  sample("Bochs", "video", { model: { type: "bochs", vram: 16384, heads: 1, primary: true } }, "video"),
  sample("AC97", "sound", { model: "ac97" }),
  sample("USB", "sound", { model: "usb" }),
  sample(
    "ALSA",
    "audio",
    {
      id: 1,
      type: "alsa",
      input: { dev: "/dev/dsp0" },
      output: {
        dev: "/dev/dsp1",
        mixingEngine: true,
        fixedSettings: true,
        settings: { frequency: 44100, channels: 2, format: "s16" },
      },
    },
    "audio",
  ),
  sample("UDP", "serial", {
    type: "udp",
    source: [
      { mode: "bind", host: "127.0.0.1", service: "2445" },
      { mode: "connect", host: "127.0.0.1", service: "2446" },
    ],
    target: { port: 3 },
  }),
  sample("virtio-transitional", "input", { type: "mouse", bus: "virtio" }),
  sample("passed through", "input", {
    type: "passthrough",
    bus: "virtio",
    source: { evdev: "/dev/input/event1" },
  }),
  sample("EGD", "rng", {
    model: "virtio",
    backend: { model: "egd", type: "tcp", source: [{ mode: "connect", host: "1.2.3.4", service: "1234" }] },
  }),
];
