import type { CallOptions, Procedure } from "../protocol/index.js";
import type { Session } from "./session.js";

/** Base of every object that lives at the daemon. It needs no freeing, and holds no socket of its own. */
export abstract class Handle {
  // Truly private: a handle that is logged or turned into JSON shows its own names and ids, not the connection.
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  protected get session(): Session {
    return this.#session;
  }

  protected call<Args, Ret>(
    procedure: Procedure<Args, Ret>,
    args: Args,
    options?: CallOptions,
  ): Promise<Ret> {
    return this.#session.call(procedure, args, options);
  }
}

/** Options of a method whose C function takes flags. */
export interface FlagOptions extends CallOptions {
  /** Bits of the enumeration that the method names, joined with `|`; 0 by default. */
  readonly flags?: number | undefined;
}
