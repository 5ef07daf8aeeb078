import type { RemoteTypedParam } from "../protocol/generated/remote/index.js";
import { type CallOptions, countDown, DriverFeature, type Procedure } from "../protocol/index.js";
import type { Session } from "./session.js";
import { decodeParameters, type TypedParameters } from "./typed-parameters.js";

/** Options of a method whose C function takes flags. */
export interface FlagOptions<Flags extends number = number> extends CallOptions {
  /** Bits of the enumeration that the method names, joined with `|`; 0 by default. */
  readonly flags?: Flags | 0 | undefined;
}

interface CountedReply {
  readonly params: readonly RemoteTypedParam[];
  readonly nparams: number;
}

/** VIR_TYPED_PARAM_STRING_OKAY: the caller can read parameters that are strings. Meant for client libraries. */
const STRING_OKAY = 4;

/** Base of everything that lives at a daemon. It needs no freeing, and holds no socket of its own. */
export abstract class RemoteHandle<Factories> {
  // Truly private: a handle that is logged or turned into JSON shows its own names and ids, not the connection.
  readonly #session: Session<Factories>;

  constructor(session: Session<Factories>) {
    this.#session = session;
  }

  protected get session(): Session<Factories> {
    return this.#session;
  }

  /** Makes the handles that a reply names. */
  protected get make(): Factories {
    return this.#session.make;
  }

  protected call<Args, Ret>(
    procedure: Procedure<Args, Ret>,
    args: Args,
    options?: CallOptions,
  ): Promise<Ret> {
    return this.#session.call(procedure, args, options);
  }

  /** The flag with which a daemon that can sends parameters that are strings, 0 for one that cannot. */
  protected async stringsOkay(): Promise<number> {
    return (await this.session.supports(DriverFeature.TYPED_PARAM_STRING)) ? STRING_OKAY : 0;
  }

  /** Asks how many parameters there are, then for so many. */
  protected async countedParameters<Args>(
    procedure: Procedure<Args, CountedReply>,
    args: (nparams: number, okay: number) => Args,
    withStrings: boolean,
    options?: CallOptions,
  ): Promise<TypedParameters> {
    const remaining = countDown(options);
    const okay = withStrings ? await this.stringsOkay() : 0;
    const { nparams } = await this.call(procedure, args(0, okay), remaining());
    if (nparams === 0) return {};
    const { params } = await this.call(procedure, args(nparams, okay), remaining());
    return decodeParameters(params);
  }
}
