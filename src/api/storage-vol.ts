import type { RemoteNonnullStorageVol } from "../protocol/generated/remote/index.js";
import { StorageVolBase } from "./generated/storage-vol-base.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Session } from "./session.js";

/** A storage volume: a disk image, a partition, a logical volume. */
export class StorageVol extends StorageVolBase {
  /** Name of the pool that the volume is in. */
  readonly pool: string;
  /** Unique in its pool. */
  readonly name: string;
  /** Unique on the host, and usually the path. */
  readonly key: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullStorageVol) {
    super(session);
    this.pool = wire.pool;
    this.name = wire.name;
    this.key = wire.key;
  }

  /** @internal */
  get wire(): RemoteNonnullStorageVol {
    return { pool: this.pool, name: this.name, key: this.key };
  }
}
