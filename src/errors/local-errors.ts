import { LibvirtError, type LibvirtErrorOptions } from "./libvirt-error.js";

/** Anything about the connection itself, found on this side. */
export class ConnectionError extends LibvirtError {
  static {
    ConnectionError.prototype.name = "ConnectionError";
  }
}

/** A URI, or a parameter of it, that cannot be used. Nothing was dialled. */
export class InvalidUriError extends ConnectionError {
  static {
    InvalidUriError.prototype.name = "InvalidUriError";
  }

  constructor(message: string, options?: LibvirtErrorOptions) {
    super("INVALID_URI", message, options);
  }
}

/** A configuration file, of libvirt's or named by the caller, that cannot be read or understood. Nothing was dialled. */
export class InvalidConfigError extends ConnectionError {
  static {
    InvalidConfigError.prototype.name = "InvalidConfigError";
  }

  constructor(message: string, options?: LibvirtErrorOptions) {
    super("INVALID_CONFIG", message, options);
  }
}

/** No connection came about; the message says what was tried and why each try failed. */
export class ConnectError extends ConnectionError {
  static {
    ConnectError.prototype.name = "ConnectError";
  }

  constructor(message: string, options?: LibvirtErrorOptions) {
    super("CONNECT_FAILED", message, options);
  }
}

/**
 * Authentication came to nothing on this side: something was missing for it, nothing that the server offers will do, or
 * the server did not prove who it is. The code is "AUTH_FAILED", as for a daemon that refuses.
 */
export class AuthenticationError extends LibvirtError {
  static {
    AuthenticationError.prototype.name = "AuthenticationError";
  }

  constructor(message: string, options?: LibvirtErrorOptions) {
    super("AUTH_FAILED", message, options);
  }
}

/** Why a connection ended; the first four are virConnectCloseReason. */
export type CloseReason = "error" | "eof" | "keepalive" | "client" | "protocol";

/** The connection ended while, or before, something needed it. */
export class ConnectionClosedError extends ConnectionError {
  static {
    ConnectionClosedError.prototype.name = "ConnectionClosedError";
  }

  readonly reason: CloseReason;
  /** Whether the call had been sent: the daemon may then have carried it out. */
  readonly sent: boolean;

  constructor(
    reason: CloseReason,
    message: string,
    options: LibvirtErrorOptions & { readonly sent?: boolean } = {},
  ) {
    super("CONNECTION_CLOSED", message, options);
    this.reason = reason;
    this.sent = options.sent ?? false;
  }
}

/** The peer sent what the protocol does not allow. The connection cannot be used any more. */
export class ProtocolError extends ConnectionError {
  static {
    ProtocolError.prototype.name = "ProtocolError";
  }

  constructor(message: string, options?: LibvirtErrorOptions) {
    super("PROTOCOL_ERROR", message, options);
  }
}

/** An argument that cannot travel: out of range, too long, or of the wrong type. Nothing was sent. */
export class InvalidValueError extends LibvirtError {
  static {
    InvalidValueError.prototype.name = "InvalidValueError";
  }

  constructor(message: string, options?: LibvirtErrorOptions) {
    super("INVALID_VALUE", message, options);
  }
}

/** The caller's `timeoutMs` ran out. The daemon may still be at work on the call. */
export class CallTimeoutError extends LibvirtError {
  static {
    CallTimeoutError.prototype.name = "CallTimeoutError";
  }

  constructor(message: string, options?: LibvirtErrorOptions) {
    super("CALL_TIMEOUT", message, options);
  }
}

/** The caller's `signal` fired; `cause` is its reason. The daemon may still be at work on the call. */
export class CallAbortedError extends LibvirtError {
  static {
    // What every AbortSignal consumer of the platform looks for.
    CallAbortedError.prototype.name = "AbortError";
  }

  constructor(message: string, options?: LibvirtErrorOptions) {
    super("CALL_ABORTED", message, options);
  }
}

/**
 * A stream that did not come to its proper end, for a reason on this side. `code` is "STREAM_ABORTED",
 * "STREAM_STALLED" (nobody read it for too long), "STREAM_SHORT" or "STREAM_LONG" (the source did not have as many
 * bytes as announced), or "STREAM_CLOSED" (used after its end).
 */
export class StreamError extends LibvirtError {
  static {
    StreamError.prototype.name = "StreamError";
  }
}
