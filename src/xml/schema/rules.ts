/** How a text must look that is neither a number nor one of a set. Our own expressions, for the whole text. */
export const RULES = {
  uuid: "[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}",
  mac: "[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}",
  ipv4: "(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}",
  ipv6: "(?=.*:)[0-9a-fA-F:]*((\\d{1,3}\\.){3}\\d{1,3})?",
  ip: "(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}|(?=.*:)[0-9a-fA-F:]*((\\d{1,3}\\.){3}\\d{1,3})?",
  pciAddress: "[0-9a-fA-F]{4,}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]",
  path: "(/|[a-zA-Z]:\\\\)[^\\0]*",
  hex: "(0x)?[0-9a-fA-F]+",
  wwn: "(0x)?[0-9a-fA-F]{16}",
  cpuset: "(\\^?\\d+(-\\d+)?)(\\s*,\\s*\\^?\\d+(-\\d+)?)*",
  deviceName: "[\\w.:/\\\\-]+",
  dnsName: "[a-zA-Z\\d.-]+",
  genericName: "[\\w+-]+",
  octal: "[0-7]+",
  pciFunction: "(0x)?[0-7]",
  pciSlot: "(0x)?[01]?[0-9a-fA-F]|[12]\\d|3[01]",
  uint8: "0x[0-9a-fA-F]{1,2}|25[0-5]|2[0-4]\\d|1?\\d?\\d",
  uint16: "(0x)?[0-9a-fA-F]{1,4}|\\d{5}",
  uint24: "0x[0-9a-fA-F]{1,6}|\\d{1,8}",
  uint32: "(0x)?[0-9a-fA-F]{1,8}|\\d{9,10}",
  unit: "([bB]([yY][tT][eE][sS]?)?)|[kKmMgGtTpPeE]([iI]?[bB])?",
  usbAddress: "(0x)?[0-9a-fA-F]{1,3}",
  usbClass: "(0x)?[0-9a-fA-F]{1,2}",
  usbId: "(0x)?[0-9a-fA-F]{1,4}",
  usbPort: "((0x)?[0-9a-fA-F]{1,3}\\.){0,3}(0x)?[0-9a-fA-F]{1,3}",
  name: "[^/\\n]+",
  port: "\\d{1,5}",
  dateTime: "-?\\d{4,}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)?",
} as const;

/** Names of the rules that `matching` takes. */
export type Rule = keyof typeof RULES;
