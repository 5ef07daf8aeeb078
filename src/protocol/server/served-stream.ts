/** Zero bytes that do not travel: so many of them stand here. */
export interface StreamHole {
  readonly hole: bigint;
}

/** Takes what a client sends on a stream, one call at a time, in order. What it throws ends the stream. */
export interface StreamSink {
  write(bytes: Uint8Array): void | Promise<void>;
  /** Without it, holes are refused. */
  hole?(length: bigint): void | Promise<void>;
  /** The client has finished the stream: it is told of success once this has returned. */
  finish(): void | Promise<void>;
}

/** What happens on a stream that a call has opened. */
export interface ServedStream {
  /** What the client gets. When it is used up the client is told so; when it throws, the stream ends with that error. */
  readonly source?: AsyncIterable<Uint8Array | StreamHole>;
  /** Where the client's bytes go. Without it, they are refused. */
  readonly sink?: StreamSink;
  /** Called once, when the stream has ended in whatever way: `false` unless the client has finished it. */
  ended?(finished: boolean): void;
}
