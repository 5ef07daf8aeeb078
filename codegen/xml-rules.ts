/** Definitions of values by the name of the rule that stands for them; the rules themselves are our own. */
export const RULES: Readonly<Record<string, string>> = {
  UUID: "uuid",
  absDirPath: "path",
  absFilePath: "path",
  ccwCssidRange: "uint8",
  ccwDevnoRange: "uint16",
  cpuset: "cpuset",
  deviceName: "deviceName",
  dnsName: "dnsName",
  genericName: "genericName",
  hexuint: "hex",
  ipAddr: "ip",
  ipv4Addr: "ipv4",
  ipv6Addr: "ipv6",
  macAddr: "mac",
  octalMode: "octal",
  pciBus: "uint8",
  pciDomain: "uint32",
  pciFunc: "pciFunction",
  pciSlot: "pciSlot",
  uint16: "uint16",
  uint24: "uint24",
  uint32: "uint32",
  uint8: "uint8",
  uniMacAddr: "mac",
  usbAddr: "usbAddress",
  usbClass: "usbClass",
  usbId: "usbId",
  usbPort: "usbPort",
  wwn: "wwn",
};

/** libvirt writes units in many ways; these are those of its documentation, which editors then offer. */
export const UNITS: readonly string[] = "b bytes KB k KiB MB M MiB GB G GiB TB T TiB PB P PiB EB E EiB".split(
  " ",
);
