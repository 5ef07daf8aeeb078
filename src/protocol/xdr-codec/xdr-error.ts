/** Bytes that are not the expected type, or a value that the type cannot hold. */
export class XdrError extends Error {
  /** Where in the packet the bytes stopped making sense; only when decoding. */
  readonly offset: number | undefined;

  constructor(message: string, offset?: number) {
    super(message);
    this.name = "XdrError";
    this.offset = offset;
  }
}
