import { RemoteError } from "../../errors/index.js";
import { ErrorDomain, ErrorLevel, ErrorNumber } from "../generated/constants/index.js";
import type { VirNetMessageError } from "../generated/net/index.js";

/** What a refusal says beyond its message: see virError in libvirt. */
export type RefusalDetails = Partial<
  Pick<VirNetMessageError, "str1" | "str2" | "str3" | "int1" | "int2" | "level">
>;

/** The error with which a handler refuses a call. */
export class Refusal extends Error {
  readonly wire: VirNetMessageError;

  constructor(wire: VirNetMessageError) {
    super(wire.message);
    this.wire = wire;
  }
}

/** Makes the error with which a handler refuses a call: a client gets it as it is. `code` and `domain` are libvirt's. */
export function refusal(
  code: number,
  domain: number,
  message: string,
  details: RefusalDetails = {},
): Refusal {
  return new Refusal({
    code,
    domain,
    message,
    level: ErrorLevel.ERROR,
    dom: undefined,
    str1: undefined,
    str2: undefined,
    str3: undefined,
    int1: -1,
    int2: -1,
    net: undefined,
    ...details,
  });
}

/** What travels of an error. One that is no refusal is a defect of the service, and says so. */
export function toWireError(error: unknown): VirNetMessageError {
  if (error instanceof Refusal) return error.wire;
  if (error instanceof RemoteError) {
    const { number, domainNumber, message, level, str1, str2, str3, int1, int2 } = error;
    return refusal(number, domainNumber, message, { level, str1, str2, str3, int1, int2 }).wire;
  }
  const message = error instanceof Error ? error.message : String(error);
  const details = { str1: "%s", str2: message };
  return refusal(ErrorNumber.INTERNAL_ERROR, ErrorDomain.RPC, `internal error: ${message}`, details).wire;
}
