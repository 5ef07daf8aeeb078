import type { RemoteNonnullNwfilter } from "../protocol/generated/remote/index.js";
import { NWFilterBase } from "./generated/nw-filter-base.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Session } from "./session.js";

/** A network filter: rules for the traffic of guests. */
export class NWFilter extends NWFilterBase {
  /** Unique on the host. */
  readonly name: string;
  /** Lower case, with dashes. */
  readonly uuid: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullNwfilter) {
    super(session);
    this.name = wire.name;
    this.uuid = wire.uuid;
  }

  /** @internal */
  get wire(): RemoteNonnullNwfilter {
    return { name: this.name, uuid: this.uuid };
  }
}
