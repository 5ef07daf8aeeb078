import { XmlError } from "../errors.js";
import type { NetworkConfig } from "../generated/network/index.js";

/** What a network is made of. */
export interface NetworkOptions {
  readonly name: string;
  /**
   * How guests reach the world: "nat" (the default) behind the host, "route" without translation, "open" with neither
   * rules nor translation, "isolated" not at all, "bridge" over a bridge that the host has.
   */
  readonly mode?: "nat" | "route" | "open" | "isolated" | "bridge";
  /** Name of the bridge: of an existing one for the mode "bridge", else for the one that libvirt makes. */
  readonly bridge?: string;
  /** The host's address in the network with the length of the prefix, as in "192.168.150.1/24"; several for IPv6 too. */
  readonly address?: string | readonly string[];
  /** First and last address that guests get by DHCP; left out, the network has no DHCP. */
  readonly dhcp?: readonly [first: string, last: string];
  /** DNS domain of the guests. */
  readonly domain?: string;
  readonly mtu?: number;
}

/** A network. */
export function createNetwork(options: NetworkOptions): NetworkConfig {
  const { name, mode = "nat", bridge, address = [], dhcp, domain, mtu } = options;
  if (mode === "bridge" && bridge === undefined) {
    throw new XmlError("VALUE", "a network of the mode bridge needs the name of the bridge");
  }
  const addresses = typeof address === "string" ? [address] : address;
  const [first] = dhcp ?? [];
  const ips = addresses.map((one) => {
    const [ip = "", prefix = ""] = one.split("/");
    if (!/^\d{1,3}$/.test(prefix)) {
      throw new XmlError(
        "VALUE",
        `${JSON.stringify(one)} has no prefix length; write it as in "192.168.150.1/24"`,
      );
    }
    const isV6 = ip.includes(":");
    return {
      ...(isV6 ? { family: "ipv6" } : {}),
      address: ip,
      prefix: Number(prefix),
      ...(dhcp !== undefined && first?.includes(":") === isV6
        ? { dhcp: { range: [{ start: dhcp[0], end: dhcp[1] }] } }
        : {}),
    };
  });
  if (dhcp !== undefined && !ips.some((ip) => "dhcp" in ip)) {
    throw new XmlError(
      "VALUE",
      `a network can only give out ${dhcp.join(" to ")} with an address of its own of the same family; add it to address`,
    );
  }
  return {
    name,
    ...(mode === "isolated" ? {} : { forward: { mode } }),
    ...(bridge === undefined ? {} : { bridge: { name: bridge } }),
    ...(mtu === undefined ? {} : { mtu: { size: mtu } }),
    ...(domain === undefined ? {} : { domain: { name: domain, localOnly: true } }),
    ...(ips.length === 0 ? {} : { ip: ips }),
  };
}
