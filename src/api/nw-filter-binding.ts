import type { RemoteNonnullNwfilterBinding } from "../protocol/generated/remote/index.js";
import { NWFilterBindingBase } from "./generated/nw-filter-binding-base.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Session } from "./session.js";

/** A network filter in use on a port. */
export class NWFilterBinding extends NWFilterBindingBase {
  /** The network port that the filter is bound to. */
  readonly portDev: string;
  /** The filter. */
  readonly filterName: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullNwfilterBinding) {
    super(session);
    this.portDev = wire.portdev;
    this.filterName = wire.filtername;
  }

  /** @internal */
  get wire(): RemoteNonnullNwfilterBinding {
    return { portdev: this.portDev, filtername: this.filterName };
  }
}
