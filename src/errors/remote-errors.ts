import { LibvirtError, type LibvirtErrorOptions, type RemoteErrorDetails } from "./libvirt-error.js";

/** A failure that the daemon reported, with all that it said. Choose by class or `code`, never by message. */
export class RemoteError extends LibvirtError implements RemoteErrorDetails {
  static {
    RemoteError.prototype.name = "RemoteError";
  }

  readonly number: number;
  readonly domain: string;
  readonly domainNumber: number;
  readonly level: number;
  readonly str1: string | undefined;
  readonly str2: string | undefined;
  readonly str3: string | undefined;
  readonly int1: number;
  readonly int2: number;

  constructor(code: string, message: string, details: RemoteErrorDetails, options: LibvirtErrorOptions = {}) {
    super(code, message, { ...options, procedure: details.procedure });
    this.number = details.number;
    this.domain = details.domain;
    this.domainNumber = details.domainNumber;
    this.level = details.level;
    this.str1 = details.str1;
    this.str2 = details.str2;
    this.str3 = details.str3;
    this.int1 = details.int1;
    this.int2 = details.int2;
  }
}

/** The named object, device or piece of metadata does not exist. */
export class NotFoundError extends RemoteError {
  static {
    NotFoundError.prototype.name = "NotFoundError";
  }
}
/** An object of that name or UUID exists already. */
export class AlreadyExistsError extends RemoteError {
  static {
    AlreadyExistsError.prototype.name = "AlreadyExistsError";
  }
}
/** This hypervisor, this driver or this version of the daemon cannot do it. */
export class NotSupportedError extends RemoteError {
  static {
    NotSupportedError.prototype.name = "NotSupportedError";
  }
}
/** The daemon is older than the call and has never heard of its procedure. */
export class UnknownProcedureError extends NotSupportedError {
  static {
    UnknownProcedureError.prototype.name = "UnknownProcedureError";
  }
}
/** The XML or the request asks for what the host cannot provide. */
export class ConfigUnsupportedError extends NotSupportedError {
  static {
    ConfigUnsupportedError.prototype.name = "ConfigUnsupportedError";
  }
}
/** An argument that the daemon refused. */
export class InvalidArgumentError extends RemoteError {
  static {
    InvalidArgumentError.prototype.name = "InvalidArgumentError";
  }
}
/** An XML document that the daemon refused. */
export class XmlError extends InvalidArgumentError {
  static {
    XmlError.prototype.name = "XmlError";
  }
}
/** The object is not in a state that allows it: not running, busy, locked by another job. */
export class InvalidStateError extends RemoteError {
  static {
    InvalidStateError.prototype.name = "InvalidStateError";
  }
}
/** The caller may not do it. */
export class PermissionError extends RemoteError {
  static {
    PermissionError.prototype.name = "PermissionError";
  }
}
/** A write on a read-only connection. */
export class ReadOnlyError extends PermissionError {
  static {
    ReadOnlyError.prototype.name = "ReadOnlyError";
  }
}
/** The daemon's access control refused it. */
export class AccessDeniedError extends PermissionError {
  static {
    AccessDeniedError.prototype.name = "AccessDeniedError";
  }
}
/**
 * Authentication failed (code "AUTH_FAILED"), was dismissed by whom it asked ("AUTH_CANCELLED"), or has nobody to ask
 * ("AUTH_UNAVAILABLE").
 */
export class AuthError extends RemoteError {
  static {
    AuthError.prototype.name = "AuthError";
  }

  /** What would help, where that is known; the end of the message, too. The daemon's own words are `cause`'s. */
  readonly hint: string | undefined;

  constructor(
    code: string,
    message: string,
    details: RemoteErrorDetails,
    options: LibvirtErrorOptions & { readonly hint?: string } = {},
  ) {
    const { hint } = options;
    super(code, hint === undefined ? message : `${message}; ${hint}`, details, options);
    this.hint = hint;
  }
}
/** The generic failure of an operation. */
export class OperationFailedError extends RemoteError {
  static {
    OperationFailedError.prototype.name = "OperationFailedError";
  }
}
/** The job was cancelled at the daemon. */
export class AbortedError extends RemoteError {
  static {
    AbortedError.prototype.name = "AbortedError";
  }
}
/** The daemon gave up waiting, usually for the lock of another job on the same object. */
export class RemoteTimeoutError extends RemoteError {
  static {
    RemoteTimeoutError.prototype.name = "RemoteTimeoutError";
  }
}
/** A system call failed at the daemon; `int1` is its errno. */
export class SystemError extends RemoteError {
  static {
    SystemError.prototype.name = "SystemError";
  }

  /** The daemon's errno, such as 2 for ENOENT. */
  get errno(): number {
    return this.int1;
  }
}
/** The guest agent does not answer, or answered with a failure. */
export class AgentError extends RemoteError {
  static {
    AgentError.prototype.name = "AgentError";
  }
}
/** A migration failed, or was refused as unsafe. */
export class MigrationError extends RemoteError {
  static {
    MigrationError.prototype.name = "MigrationError";
  }
}
/** More than one object matches. */
export class AmbiguousError extends RemoteError {
  static {
    AmbiguousError.prototype.name = "AmbiguousError";
  }
}
/** An internal error of libvirt or of the hypervisor. */
export class InternalError extends RemoteError {
  static {
    InternalError.prototype.name = "InternalError";
  }
}
/** The daemon refused the call at the level of the protocol. */
export class RpcError extends RemoteError {
  static {
    RpcError.prototype.name = "RpcError";
  }
}
