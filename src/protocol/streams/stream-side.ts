/** A stream, as far as the connection needs to know it. */
export interface KnownStream {
  readonly serial: number;
  readonly name: string;
}

/** What a stream needs of the connection that it is part of. */
export interface StreamSide {
  readonly peer: string;
  /** False while the connection asks to wait. */
  readonly writable: boolean;
  /** True when all that was sent has left, so that its memory is free. */
  readonly flushed: boolean;
  sendData(serial: number, bytes: Uint8Array): void;
  sendHole(serial: number, length: bigint): void;
  /** Has what was sent leave now, so that `writable` tells what became of it. */
  flush(): void;
  sendFinish(serial: number): void;
  sendAbort(serial: number): void;
  /** Stops reading the whole connection until `resume`. */
  pause(stream: KnownStream): void;
  resume(stream: KnownStream): void;
  /** The stream has ended. */
  forget(stream: KnownStream): void;
}
