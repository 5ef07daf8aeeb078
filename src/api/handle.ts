import type { Connection } from "./connection.js";
import type { HandleFactories } from "./handle-factories.js";
import { RemoteHandle } from "./remote-handle.js";

/** Base of every object that lives at a hypervisor's daemon. */
export abstract class Handle extends RemoteHandle<HandleFactories> {
  /** The connection that the object came from, such as virDomainGetConnect gives it. */
  get connection(): Connection {
    return this.make.connection();
  }
}

export type { FlagOptions } from "./remote-handle.js";
