import type { RemoteNonnullStoragePool } from "../protocol/generated/remote/index.js";
import { StoragePoolBase } from "./generated/storage-pool-base.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Session } from "./session.js";

/** A pool of storage volumes. */
export class StoragePool extends StoragePoolBase {
  /** Unique on the host. */
  readonly name: string;
  /** Lower case, with dashes. */
  readonly uuid: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullStoragePool) {
    super(session);
    this.name = wire.name;
    this.uuid = wire.uuid;
  }

  /** @internal */
  get wire(): RemoteNonnullStoragePool {
    return { name: this.name, uuid: this.uuid };
  }
}
