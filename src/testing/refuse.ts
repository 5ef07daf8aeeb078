import { ErrorDomain, ErrorNumber } from "../protocol/generated/constants/index.js";
import { type Refusal, type RefusalDetails, refusal } from "../protocol/server/index.js";

/** How libvirt's messages begin, by error number; the detail stands where the `%s` is. */
const TEMPLATES: Readonly<Record<number, string>> = {
  [ErrorNumber.INTERNAL_ERROR]: "internal error: %s",
  [ErrorNumber.NO_SUPPORT]: "this function is not supported by the connection driver: %s",
  [ErrorNumber.NO_CONNECT]: "no connection driver available for %s",
  [ErrorNumber.INVALID_ARG]: "invalid argument: %s",
  [ErrorNumber.OPERATION_FAILED]: "operation failed: %s",
  [ErrorNumber.XML_ERROR]: "XML error: %s",
  [ErrorNumber.DOM_EXIST]: "this domain exists already: %s",
  [ErrorNumber.OPERATION_DENIED]: "operation forbidden: %s",
  [ErrorNumber.NO_NETWORK]: "Network not found: %s",
  [ErrorNumber.NO_DOMAIN]: "Domain not found: %s",
  [ErrorNumber.NO_STORAGE_POOL]: "Storage pool not found: %s",
  [ErrorNumber.NO_STORAGE_VOL]: "Storage volume not found: %s",
  [ErrorNumber.NO_NODE_DEVICE]: "Node device not found: %s",
  [ErrorNumber.NO_NAME]: "missing name information",
  [ErrorNumber.NO_TARGET]: "missing target information for device %s",
  [ErrorNumber.NO_SOURCE]: "missing source information for device %s",
  [ErrorNumber.ARGUMENT_UNSUPPORTED]: "argument unsupported: %s",
  [ErrorNumber.OPERATION_INVALID]: "Requested operation is not valid: %s",
  [ErrorNumber.NO_INTERFACE]: "Interface not found: %s",
  [ErrorNumber.NO_NWFILTER]: "Network filter not found: %s",
  [ErrorNumber.NO_SECRET]: "Secret not found: %s",
  [ErrorNumber.CONFIG_UNSUPPORTED]: "unsupported configuration: %s",
  [ErrorNumber.NO_DOMAIN_SNAPSHOT]: "Domain snapshot not found: %s",
  [ErrorNumber.OPERATION_UNSUPPORTED]: "Operation not supported: %s",
  [ErrorNumber.NO_DOMAIN_METADATA]: "metadata not found: %s",
  [ErrorNumber.NO_NETWORK_METADATA]: "metadata not found: %s",
  [ErrorNumber.NO_DOMAIN_CHECKPOINT]: "Domain checkpoint not found: %s",
  [ErrorNumber.AUTH_FAILED]: "authentication failed: %s",
  [ErrorNumber.AUTH_UNAVAILABLE]: "authentication unavailable: %s",
  [ErrorNumber.INVALID_SECRET]: "Invalid secret: %s",
  [ErrorNumber.NO_NETWORK_PORT]: "network port not found: %s",
  [ErrorNumber.NO_NWFILTER_BINDING]: "Network filter binding not found: %s",
};

/**
 * Makes the error that a driver of libvirt raises: `refuse(ErrorNumber.NO_DOMAIN, ErrorDomain.TEST, "no domain with …")`.
 * Without a detail it says no more than what kind of error it is.
 */
export function refuse(
  number: number,
  domain: number,
  detail?: string,
  details: RefusalDetails = {},
): Refusal {
  const template = TEMPLATES[number] ?? "%s";
  if (detail === undefined) {
    const bare = template.replace(/(?: for device|:)? ?%s$/, "");
    return refusal(number, domain, bare, { str1: bare, ...details });
  }
  return refusal(
    number,
    domain,
    template.replace("%s", () => detail),
    { str1: template, str2: detail, ...details },
  );
}

/** The error of a driver's function that was given flags which it does not know. */
export function checkFlags(flags: number, known: number, driverFunction: string): void {
  const unknown = (flags & ~known) >>> 0;
  if (unknown === 0) return;
  const message = `unsupported flags (0x${unknown.toString(16)}) in function ${driverFunction}`;
  throw refusal(ErrorNumber.INVALID_ARG, ErrorDomain.TEST, message, {
    str1: driverFunction,
    str2: "flags",
    int1: 0,
    int2: 0,
  });
}
