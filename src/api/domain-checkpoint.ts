import type { RemoteNonnullDomainCheckpoint } from "../protocol/generated/remote/index.js";
import type { Domain } from "./domain.js";
import { DomainCheckpointBase } from "./generated/domain-checkpoint-base.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Session } from "./session.js";

/** A point in time from which on a domain keeps track of what its disks changed. */
export class DomainCheckpoint extends DomainCheckpointBase {
  /** The domain that it belongs to. */
  readonly domain: Domain;
  /** Unique among the checkpoints of its domain. */
  readonly name: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullDomainCheckpoint) {
    super(session);
    this.domain = session.make.domain(wire.dom);
    this.name = wire.name;
  }

  /** @internal */
  get wire(): RemoteNonnullDomainCheckpoint {
    return { dom: this.domain.wire, name: this.name };
  }
}
