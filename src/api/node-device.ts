import type { RemoteNonnullNodeDevice } from "../protocol/generated/remote/index.js";
import { NodeDeviceBase } from "./generated/node-device-base.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Session } from "./session.js";

/** A device of the host. */
export class NodeDevice extends NodeDeviceBase {
  /** Such as "pci_0000_00_02_0". */
  readonly name: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullNodeDevice) {
    super(session);
    this.name = wire.name;
  }

  /** @internal */
  get wire(): RemoteNonnullNodeDevice {
    return { name: this.name };
  }
}
