const words = (text: string): readonly string[] => text.split(" ");

const FRAME = words("srcmacaddr srcmacmask dstmacaddr dstmacmask");
const ADDRESSES = words("srcipaddr srcipmask dstipaddr dstipmask");
const RANGES = words("srcipfrom srcipto dstipfrom dstipto dscp connlimit-above state");
const PORTS = words("srcportstart srcportend dstportstart dstportend");
const TYPES = words("type typeend code codeend");
const ARP = [
  ...FRAME,
  ...words("hwtype protocoltype opcode arpsrcmacaddr arpdstmacaddr"),
  ...words("arpsrcipaddr arpsrcipmask arpdstipaddr arpdstipmask gratuitous comment"),
];
const STP = words(
  "srcmacaddr srcmacmask type flags root-priority root-priority-hi root-address root-address-mask root-cost " +
    "root-cost-hi sender-priority sender-priority-hi sender-address sender-address-mask port port-hi age age-hi " +
    "max-age max-age-hi hello-time hello-time-hi forward-delay forward-delay-hi comment",
);

/** What follows the addresses, by protocol above IP. */
const TRANSPORTS: Readonly<Record<string, readonly string[]>> = {
  tcp: [...PORTS, "option", "flags"],
  udp: PORTS,
  sctp: PORTS,
  igmp: [],
  esp: [],
  ah: [],
  udplite: [],
  all: words("ipset ipsetflags"),
};

function transports(suffix: string, first: readonly string[]): [string, readonly string[]][] {
  return Object.entries({ ...TRANSPORTS }).map(([name, own]) => [
    `${name}${suffix}`,
    [
      ...first,
      ...ADDRESSES,
      ...RANGES,
      ...own.filter((attribute) => suffix === "" || attribute !== "flags"),
      "comment",
    ],
  ]);
}

/** The elements that a rule may have, and their attributes in the order in which libvirt writes them. */
export const PROTOCOLS: Readonly<Record<string, readonly string[]>> = {
  mac: [...FRAME, "protocolid", "comment"],
  vlan: [...FRAME, "vlanid", "encap-protocol", "comment"],
  stp: STP,
  arp: ARP,
  rarp: ARP,
  ip: [...FRAME, ...ADDRESSES, "protocol", ...PORTS, "dscp", "comment"],
  ipv6: [...FRAME, ...ADDRESSES, "protocol", ...PORTS, ...TYPES, "comment"],
  icmp: [...words("srcmacaddr srcmacmask"), ...ADDRESSES, ...RANGES, ...words("type code comment")],
  icmpv6: [...ADDRESSES, ...RANGES, ...TYPES, "comment"],
  ...Object.fromEntries(transports("", words("srcmacaddr srcmacmask"))),
  ...Object.fromEntries(transports("-ipv6", [])),
};
