import type { RemoteNonnullNetworkPort } from "../protocol/generated/remote/index.js";
import { NetworkPortBase } from "./generated/network-port-base.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Network } from "./network.js";
import type { Session } from "./session.js";

/** A port of a virtual network: what a guest's interface is plugged into. */
export class NetworkPort extends NetworkPortBase {
  /** The network that it belongs to. */
  readonly network: Network;
  /** Lower case, with dashes. */
  readonly uuid: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullNetworkPort) {
    super(session);
    this.network = session.make.network(wire.net);
    this.uuid = wire.uuid;
  }

  /** @internal */
  get wire(): RemoteNonnullNetworkPort {
    return { net: this.network.wire, uuid: this.uuid };
  }
}
