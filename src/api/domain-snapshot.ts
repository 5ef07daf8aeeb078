import type { RemoteNonnullDomainSnapshot } from "../protocol/generated/remote/index.js";
import type { Domain } from "./domain.js";
import { DomainSnapshotBase } from "./generated/domain-snapshot-base.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Session } from "./session.js";

/** The state of a domain at some time in the past, which it can go back to. */
export class DomainSnapshot extends DomainSnapshotBase {
  /** The domain that it belongs to. */
  readonly domain: Domain;
  /** Unique among the snapshots of its domain. */
  readonly name: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullDomainSnapshot) {
    super(session);
    this.domain = session.make.domain(wire.dom);
    this.name = wire.name;
  }

  /** @internal */
  get wire(): RemoteNonnullDomainSnapshot {
    return { dom: this.domain.wire, name: this.name };
  }
}
