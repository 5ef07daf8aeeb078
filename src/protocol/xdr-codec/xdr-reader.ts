import { decodeText, isAscii } from "./text.js";
import { XdrError } from "./xdr-error.js";

/** Half of a codec: bytes to value. */
export interface Decoder<T> {
  /** Reads one value; throws {@link XdrError} when the bytes cannot be one. */
  decode(reader: XdrReader): T;
}

/** Every element of an array takes at least one word, so a count can be checked before anything is allocated. */
const WORD = 4;

/**
 * Reads XDR (RFC 4506) from a piece of memory. No length in the bytes is trusted: whatever it announces must fit in
 * what is there. Padding and optional markers are read leniently, as every implementation in the field does.
 */
export class XdrReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly end: number;
  private at: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = start;
    this.end = end;
  }

  /** Position of the next byte. */
  get offset(): number {
    return this.at;
  }

  /** Bytes that have not been read yet. */
  get remaining(): number {
    return this.end - this.at;
  }

  fail(message: string): never {
    throw new XdrError(`${message} at byte ${this.at}`, this.at);
  }

  /** Moves past `size` bytes and returns where they begin. */
  private take(size: number): number {
    const start = this.at;
    if (size > this.end - start) this.fail(`expected ${size} more bytes, ${this.end - start} are left`);
    this.at = start + size;
    return start;
  }

  /** Like {@link take}, for bytes that are padded to whole words. */
  private takePadded(size: number): number {
    const start = this.take(size);
    this.take(-size & 3);
    return start;
  }

  int(): number {
    return this.view.getInt32(this.take(4));
  }

  uint(): number {
    return this.view.getUint32(this.take(4));
  }

  hyper(): bigint {
    return this.view.getBigInt64(this.take(8));
  }

  uhyper(): bigint {
    return this.view.getBigUint64(this.take(8));
  }

  float(): number {
    return this.view.getFloat32(this.take(4));
  }

  double(): number {
    return this.view.getFloat64(this.take(8));
  }

  bool(): boolean {
    return this.uint() !== 0;
  }

  /** A C `char`: one word, of which the low eight bits count. */
  char(): number {
    return (this.uint() << 24) >> 24;
  }

  /** A C `unsigned char`: one word, of which the low eight bits count. */
  uchar(): number {
    return this.uint() & 0xff;
  }

  /** A C `short`: one word, of which the low sixteen bits count. */
  short(): number {
    return (this.uint() << 16) >> 16;
  }

  /** A C `unsigned short`: one word, of which the low sixteen bits count. */
  ushort(): number {
    return this.uint() & 0xffff;
  }

  string(): string {
    const size = this.uint();
    const start = this.takePadded(size);
    return decodeText(this.bytes, start, start + size);
  }

  /** As {@link string}, where the text is likely to be `guess`: then it is that very string, and none is made. */
  stringLike(guess: string | undefined): string {
    const size = this.uint();
    const start = this.takePadded(size);
    return guess !== undefined && size === guess.length && isAscii(this.bytes, start, guess)
      ? guess
      : decodeText(this.bytes, start, start + size);
  }

  /** Bytes with a length before them. The result is a copy: it does not keep the packet alive. */
  opaque(): Uint8Array {
    return this.fixedOpaque(this.uint());
  }

  /** As many bytes as the type says. The result is a copy: it does not keep the packet alive. */
  fixedOpaque(size: number): Uint8Array {
    const start = this.takePadded(size);
    // Not slice(), which on a Buffer does not copy.
    return new Uint8Array(this.bytes.subarray(start, start + size));
  }

  /** As many bytes as the type says, for `read` to look at where they lie: it must not keep them. */
  inPlace<T>(size: number, read: (bytes: Uint8Array, start: number) => T): T {
    return read(this.bytes, this.takePadded(size));
  }

  /** Everything that is left, as it is: a view, of bytes that are not XDR. */
  rest(): Uint8Array {
    const start = this.at;
    this.at = this.end;
    return this.bytes.subarray(start, this.end);
  }

  /** `char x<N>`: a count, then a word for each byte. */
  chars(): Uint8Array {
    return this.fixedChars(this.count());
  }

  /** `char x[N]`: a word for each byte. */
  fixedChars(size: number): Uint8Array {
    let from = this.take(size * WORD) + 3;
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++, from += WORD) bytes[i] = this.bytes[from] as number;
    return bytes;
  }

  /** The marker before an optional value; anything but 0 counts as present. */
  present(): boolean {
    return this.uint() !== 0;
  }

  array<T>(codec: Decoder<T>): T[] {
    return this.fixedArray(codec, this.count());
  }

  fixedArray<T>(codec: Decoder<T>, size: number): T[] {
    // Grown as elements prove to be there, so that a false count costs nothing.
    const items: T[] = [];
    for (let i = 0; i < size; i++) items.push(codec.decode(this));
    return items;
  }

  /** The number before the elements of an array, which could be in what is left. */
  count(): number {
    const count = this.uint();
    if (count * WORD > this.remaining) {
      this.fail(`an array of ${count} elements cannot be in the ${this.remaining} bytes that are left`);
    }
    return count;
  }
}
