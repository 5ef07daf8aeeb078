/** What the daemon said of a failure, beyond its message. All values are data: unknown numbers pass through. */
export interface RemoteErrorDetails {
  /** virErrorNumber, such as 42. */
  readonly number: number;
  /** Which part of libvirt reported it: virErrorDomain without its prefix, such as "QEMU". */
  readonly domain: string;
  readonly domainNumber: number;
  /** virErrorLevel: 1 warning, 2 error. */
  readonly level: number;
  readonly str1: string | undefined;
  readonly str2: string | undefined;
  readonly str3: string | undefined;
  readonly int1: number;
  readonly int2: number;
  /** The call that failed, such as "REMOTE_PROC_DOMAIN_LOOKUP_BY_NAME". */
  readonly procedure: string | undefined;
}

/** Options that every error of the family takes. */
export interface LibvirtErrorOptions {
  readonly cause?: unknown;
  /** The call that failed, where there was one. */
  readonly procedure?: string | undefined;
}

/**
 * The one error family of this package. `code` is stable and meant for programs: libvirt's name without `VIR_ERR_`
 * for what a daemon reported ("NO_DOMAIN"), one of our own for what happened on this side ("CONNECTION_CLOSED").
 */
export class LibvirtError extends Error {
  // On the prototype, and spelt out: stack traces then carry the name, and minifiers cannot take it away.
  static {
    LibvirtError.prototype.name = "LibvirtError";
  }

  readonly code: string;
  readonly procedure: string | undefined;

  constructor(code: string, message: string, options: LibvirtErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.procedure = options.procedure;
  }
}

/** True for an error of this family; with a code, only for that one: `isLibvirtError(e, "NO_DOMAIN")`. */
export function isLibvirtError(error: unknown, code?: string): error is LibvirtError {
  return error instanceof LibvirtError && (code === undefined || error.code === code);
}
