import type { CallOptions, DriverFeature, Procedure } from "../../protocol/index.js";

/** One of the two connections that a migration goes between. */
export interface Side {
  readonly readOnly: boolean;
  call<Args, Ret>(procedure: Procedure<Args, Ret>, args: Args, options?: CallOptions): Promise<Ret>;
  supports(feature: DriverFeature): Promise<boolean>;
  /** The URI under which the daemon itself knows the connection. */
  getURI(): Promise<string>;
}
