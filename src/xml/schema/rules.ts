/** How a text must look that is neither a number nor one of a set. Our own expressions, for the whole text. */
export const RULES = {
  uuid: "[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}",
  mac: "[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}",
  ipv4: "(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}",
  ipv6: "(?=.*:)[0-9a-fA-F:]{2,39}(:(\\d{1,3}\\.){3}\\d{1,3})?",
  ip: "(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}|(?=.*:)[0-9a-fA-F:]{2,39}(:(\\d{1,3}\\.){3}\\d{1,3})?",
  pciAddress: "[0-9a-fA-F]{4,}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]",
  path: "/[^\\0]*",
  hex: "(0x)?[0-9a-fA-F]+",
  wwn: "(0x)?[0-9a-fA-F]{16}",
  cpuset: "(\\^?\\d+(-\\d+)?)(\\s*,\\s*\\^?\\d+(-\\d+)?)*",
  name: "[^/\\n]+",
  port: "\\d{1,5}",
  dateTime: "-?\\d{4,}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)?",
} as const;

/** Names of the rules that `matching` takes. */
export type Rule = keyof typeof RULES;
