/** What a transport tells its owner. No handler is called after `onClose`, which is called exactly once. */
export interface TransportHandlers {
  /** Bytes from the peer, cut anywhere. The array is lent until the call returns: what is kept has to be copied. */
  onData(chunk: Uint8Array): void;
  /** The transport takes bytes again after {@link Transport.write} had returned false. */
  onDrain(): void;
  /** The end, for whatever reason: `undefined` for an orderly end of file, else what went wrong. */
  onClose(error: Error | undefined): void;
}

/**
 * An open, ordered, reliable byte channel to a daemon: all that the protocol knows of unix sockets, TLS, TCP and SSH.
 * Dialling, authentication of the peer and whatever else precedes the first RPC byte is over when one is handed out.
 */
export interface Transport {
  /** What messages call the other side, such as `unix:/run/libvirt/libvirt-sock`. */
  readonly peer: string;
  /** True when nobody between the two ends can read the bytes: a local socket or an encrypted channel. */
  readonly secure: boolean;
  /** True when the bytes are encrypted on their way. */
  readonly encrypted: boolean;
  /**
   * True where no two packets may be joined in one write. libvirtd waits for the socket to become readable before each
   * packet, and what it has decrypted together with the one before does not make it so.
   */
  readonly separate?: boolean;
  /**
   * Starts delivery. Nothing that the peer sent before is lost. A later owner takes over by calling it again: then only
   * its handlers are called, even for what is being delivered at the moment.
   */
  start(handlers: TransportHandlers): void;
  /** True when all that was written has left, so that its memory is free; absent where that is not known. */
  readonly flushed?: boolean;
  /** Between these two, everything that is written may leave together. */
  cork?(): void;
  uncork?(): void;
  /** Sends bytes in order. Returns false when the owner should wait for `onDrain`; the bytes are taken all the same. */
  write(chunk: Uint8Array): boolean;
  /** Stops reading from the peer, which in the end makes the peer wait. */
  pause(): void;
  resume(): void;
  /** Sends what was written, then ends; `onClose` follows. */
  end(): void;
  /** Ends now and drops what was not sent; `onClose` follows with this error. */
  destroy(error?: Error): void;
}
