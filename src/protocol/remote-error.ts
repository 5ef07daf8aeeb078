import { RemoteError, type RemoteErrorDetails, UnknownProcedureError } from "../errors/index.js";
import { ErrorDomain, ErrorLevel, ErrorNumber } from "./generated/constants/index.js";
import type { VirNetMessageError } from "./generated/net/index.js";
import { ERROR_CLASSES, ERROR_NAMES } from "./remote-error-codes.js";

const UNKNOWN_PROCEDURE = "unknown procedure";

const domainNames = new Map<number, string>(
  Object.entries(ErrorDomain).map(([name, number]) => [number, name]),
);

/** Turns the daemon's error struct into the error that a caller gets. `procedure` is the call that it answers. */
export function toRemoteError(wire: VirNetMessageError, procedure: string): RemoteError {
  const details: RemoteErrorDetails = {
    number: wire.code,
    domain: domainNames.get(wire.domain) ?? String(wire.domain),
    domainNumber: wire.domain,
    level: wire.level,
    str1: wire.str1,
    str2: wire.str2,
    str3: wire.str3,
    int1: wire.int1,
    int2: wire.int2,
    procedure,
  };
  if (saysUnknownProcedure(wire)) {
    const message = `${procedure} is not known to this daemon, which is older than the call`;
    return new UnknownProcedureError("NO_SUPPORT", message, { ...details, number: ErrorNumber.NO_SUPPORT });
  }
  const code = ERROR_NAMES.get(wire.code) ?? `ERROR_${wire.code}`;
  const ErrorClass = ERROR_CLASSES.get(wire.code) ?? RemoteError;
  return new ErrorClass(code, wire.message ?? `the daemon reported ${code} without a message`, details);
}

/**
 * An older daemon answers a newer call with a protocol error that only its text tells from others (the C client
 * compares the text as well: virNetClientProgramDispatchError in libvirt's rpc/virnetclientprogram.c).
 */
function saysUnknownProcedure(wire: VirNetMessageError): boolean {
  return (
    wire.code === ErrorNumber.RPC &&
    (wire.domain === ErrorDomain.RPC || wire.domain === ErrorDomain.REMOTE) &&
    wire.level === ErrorLevel.ERROR &&
    wire.message?.startsWith(UNKNOWN_PROCEDURE) === true
  );
}
