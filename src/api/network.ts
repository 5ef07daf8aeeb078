import type { NetworkUpdateFlags } from "../protocol/generated/constants/index.js";
import { REMOTE_PROC_NETWORK_UPDATE, type RemoteNonnullNetwork } from "../protocol/generated/remote/index.js";
import { type CallOptions, DriverFeature } from "../protocol/index.js";
import { NetworkBase } from "./generated/network-base.js";
import type { FlagOptions } from "./handle.js";
import type { HandleFactories } from "./handle-factories.js";
import type { NetworkPort } from "./network-port.js";
import type { Session } from "./session.js";

/** A virtual network of the host. */
export class Network extends NetworkBase {
  /** Unique on the host. */
  readonly name: string;
  /** Lower case, with dashes. */
  readonly uuid: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullNetwork) {
    super(session);
    this.name = wire.name;
    this.uuid = wire.uuid;
  }

  /** @internal */
  get wire(): RemoteNonnullNetwork {
    return { name: this.name, uuid: this.uuid };
  }

  /**
   * Changes one section of the network's configuration: `command` is of `NetworkUpdateCommand`, `section` of
   * `NetworkUpdateSection`, `parentIndex` chooses among several parents (-1 for whichever fits), `xml` is the element.
   * Flags of `NetworkUpdateFlags` choose between the running network and its configuration.
   *
   * Stands for virNetworkUpdate.
   * @see https://libvirt.org/html/libvirt-libvirt-network.html#virNetworkUpdate
   */
  async update(
    command: number,
    section: number,
    parentIndex: number,
    xml: string,
    { flags = 0, ...options }: FlagOptions<NetworkUpdateFlags> = {},
  ): Promise<void> {
    // Daemons before 7.2.0 took the first two the wrong way round. Backports make the version no guide, so we ask.
    const right = await this.session.supports(DriverFeature.NETWORK_UPDATE_HAS_CORRECT_ORDER);
    const order = right ? { command, section } : { command: section, section: command };
    const args = { net: this.wire, ...order, parentIndex, xml, flags };
    await this.call(REMOTE_PROC_NETWORK_UPDATE, args, options);
  }

  /**
   * Finds a port of the network by the text form of its UUID. Rejects with `NotFoundError` when there is none.
   *
   * Stands for virNetworkPortLookupByUUIDString.
   * @see https://libvirt.org/html/libvirt-libvirt-network.html#virNetworkPortLookupByUUIDString
   */
  portLookupByUUIDString(uuid: string, options?: CallOptions): Promise<NetworkPort> {
    return this.portLookupByUUID(uuid, options);
  }
}
