/** A libvirt daemon that announces itself, or did so until its announcement ran out. */
export interface DiscoveredDaemon {
  /** What it calls itself, such as "Virtualization Host db1". Control characters are replaced. */
  readonly name: string;
  /** The host's name in the domain that was asked, such as "db1.local". */
  readonly host: string;
  /** The host's addresses, IPv4 before IPv6. A link-local one still needs the interface: "fe80::1%eth0". */
  readonly addresses: readonly string[];
  /** As announced; what listens there is not. */
  readonly port: number;
  /**
   * URIs under which it may answer, the likeliest first. Whoever is on the link can announce whatever they like: TLS
   * and SSH find out who is there, `qemu+tcp` does not.
   */
  readonly uris: readonly string[];
}

const TLS_PORT = 16514;
const TCP_PORT = 16509;
/** A daemon that listens on nothing but its unix socket announces the port of that: none, as 16 bits can tell it. */
const NO_PORTS = [0, 65535];

/** The URIs to try for a daemon that announces `port` of `host`. Its TCP port if it has one, else the one of TLS. */
export function candidateUris(host: string, port: number): string[] {
  const ssh = `qemu+ssh://${host}/system`;
  if (NO_PORTS.includes(port)) return [ssh];
  if (port === TLS_PORT) return [`qemu+tls://${host}/system`, ssh];
  if (port === TCP_PORT) return [`qemu+tcp://${host}/system`, ssh];
  return [`qemu+tls://${host}:${port}/system`, `qemu+tcp://${host}:${port}/system`, ssh];
}
