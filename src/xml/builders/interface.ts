import type { DomainInterface, DomainInterfaceModel } from "../generated/domain/index.js";
import { onlyOne } from "./one-of.js";

/** What a network card is connected to: exactly one of network, bridge, direct and user. */
export interface InterfaceOptions {
  /** A network of libvirt's. */
  readonly network?: string;
  /** A bridge of the host. */
  readonly bridge?: string;
  /** A network card of the host that is shared (macvtap). */
  readonly direct?: string;
  /** True for a connection that needs no privileges, and cannot be reached from outside. */
  readonly user?: boolean;
  /** Address of the card; libvirt makes one when it is left out. */
  readonly mac?: string;
  /** What the guest sees; virtio when left out. */
  readonly model?: DomainInterfaceModel["type"];
  /** Number of the virtual network. */
  readonly vlan?: number;
  /** Largest packet. */
  readonly mtu?: number;
  /** Place in the order in which the guest tries to boot, from 1. */
  readonly bootOrder?: number;
}

/** A network card: on virtio, connected to a network of libvirt's by its name, or as the options say. */
export function createInterface(connection: string | InterfaceOptions): DomainInterface {
  const options = typeof connection === "string" ? { network: connection } : connection;
  const { mac, model = "virtio", vlan, mtu, bootOrder } = options;
  const { network, bridge, direct, user } = options;
  onlyOne("a network card", { network, bridge, direct, user });
  const details = {
    ...(mac === undefined ? {} : { mac: { address: mac } }),
    ...(mtu === undefined ? {} : { mtu: { size: mtu } }),
    model: { type: model },
    ...(bootOrder === undefined ? {} : { boot: { order: bootOrder } }),
    ...(vlan === undefined ? {} : { vlan: { tag: [{ id: vlan }] } }),
  };
  if (bridge !== undefined) return { type: "bridge", source: { bridge }, ...details };
  if (direct !== undefined) return { type: "direct", source: { dev: direct, mode: "bridge" }, ...details };
  if (user === true) return { type: "user", ...details };
  return { type: "network", source: { network: network ?? "default" }, ...details };
}
