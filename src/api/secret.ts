import type { RemoteNonnullSecret } from "../protocol/generated/remote/index.js";
import { SecretBase } from "./generated/secret-base.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Session } from "./session.js";

/** A secret that the host keeps: a passphrase, a key. */
export class Secret extends SecretBase {
  /** Lower case, with dashes. */
  readonly uuid: string;
  /** What the secret is for: `SecretUsageType`. */
  readonly usageType: number;
  /** What exactly it is for: a volume, a pool, …; its form depends on the usage type. */
  readonly usageID: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullSecret) {
    super(session);
    this.uuid = wire.uuid;
    this.usageType = wire.usageType;
    this.usageID = wire.usageID;
  }

  /** @internal */
  get wire(): RemoteNonnullSecret {
    return { uuid: this.uuid, usageType: this.usageType, usageID: this.usageID };
  }
}
