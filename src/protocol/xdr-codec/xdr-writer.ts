import { encodeText } from "./text.js";
import { XdrError } from "./xdr-error.js";

/** Half of a codec: value to bytes. */
export interface Encoder<T> {
  /** Writes one value; throws {@link XdrError} when the type cannot hold it. */
  encode(writer: XdrWriter, value: T): void;
}

/** Packets are cut from larger pieces, so that a small one costs no allocation of its own; the first piece is small. */
const FIRST_SLAB = 1024;
const SLAB = 64 * 1024;
/** Up to this length a loop beats the call into the engine's encoder. */
const SHORT = 32;

/** How a refused value is shown: recognisable, and never long. */
function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return String(value);
}

/**
 * Writes XDR (RFC 4506). Each value is checked against its type, and each length against its limit, before it goes
 * out: a peer that finds a mistake answers with much less than what is known here.
 */
export class XdrWriter {
  private bytes: Uint8Array = new Uint8Array(0);
  private view: DataView = new DataView(this.bytes.buffer);
  private start = 0;
  private at = 0;
  private slab = FIRST_SLAB;
  private readonly limit: number;

  /** `limit`: the most bytes that one {@link finish} may return. */
  constructor(limit: number = Number.MAX_SAFE_INTEGER) {
    this.limit = limit;
  }

  /** Bytes written since the last {@link finish}. */
  get length(): number {
    return this.at - this.start;
  }

  /** Returns what was written and begins anew. The bytes are the caller's. A large piece of memory is not kept. */
  finish(): Uint8Array {
    const packet = this.bytes.subarray(this.start, this.at);
    this.start = this.at;
    if (this.bytes.length > SLAB) this.adopt(new Uint8Array(0));
    return packet;
  }

  /** Forgets everything written behind the first `length` bytes since the last {@link finish}. */
  truncate(length: number): void {
    this.at = this.start + length;
  }

  /** Overwrites a word that was written before, `offset` bytes behind the last {@link finish}. */
  patchUint(offset: number, value: number): void {
    this.view.setUint32(this.start + offset, value);
  }

  fail(message: string): never {
    throw new XdrError(message);
  }

  /** Makes room for `size` more bytes and returns where they go. */
  private claim(size: number): number {
    const at = this.at;
    if (at + size > this.bytes.length) return this.grow(size);
    if (at + size - this.start > this.limit) this.tooLong();
    this.at = at + size;
    return at;
  }

  private grow(size: number): number {
    const length = this.at - this.start;
    if (length + size > this.limit) this.tooLong();
    const bytes = new Uint8Array(Math.max(this.slab, Math.min((length + size) * 2, this.limit)));
    this.slab = Math.min(this.slab * 4, SLAB);
    bytes.set(this.bytes.subarray(this.start, this.at));
    this.adopt(bytes);
    this.at = length + size;
    return length;
  }

  private adopt(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.start = 0;
    this.at = 0;
  }

  private tooLong(): never {
    this.fail(`the packet would exceed ${this.limit} bytes, the most that can be sent`);
  }

  int(value: number): void {
    if (typeof value !== "number" || (value | 0) !== value) {
      this.fail(`expected an integer from -2147483648 to 2147483647, got ${show(value)}`);
    }
    const at = this.claim(4);
    this.view.setInt32(at, value);
  }

  uint(value: number): void {
    if (typeof value !== "number" || value >>> 0 !== value) {
      this.fail(`expected an integer from 0 to 4294967295, got ${show(value)}`);
    }
    const at = this.claim(4);
    this.view.setUint32(at, value);
  }

  hyper(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) {
      this.fail(`expected a bigint from -2^63 to 2^63 - 1, got ${show(value)}`);
    }
    const at = this.claim(8);
    this.view.setBigInt64(at, value);
  }

  uhyper(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) {
      this.fail(`expected a bigint from 0 to 2^64 - 1, got ${show(value)}`);
    }
    const at = this.claim(8);
    this.view.setBigUint64(at, value);
  }

  float(value: number): void {
    if (typeof value !== "number") this.fail(`expected a number, got ${show(value)}`);
    const at = this.claim(4);
    this.view.setFloat32(at, value);
  }

  double(value: number): void {
    if (typeof value !== "number") this.fail(`expected a number, got ${show(value)}`);
    const at = this.claim(8);
    this.view.setFloat64(at, value);
  }

  bool(value: boolean): void {
    if (typeof value !== "boolean") this.fail(`expected a boolean, got ${show(value)}`);
    this.uint(value ? 1 : 0);
  }

  private small(value: number, low: number, high: number): void {
    if (!Number.isInteger(value) || value < low || value > high) {
      this.fail(`expected an integer from ${low} to ${high}, got ${show(value)}`);
    }
    const at = this.claim(4);
    this.view.setInt32(at, value);
  }

  /** A C `char`: a whole word. */
  char(value: number): void {
    this.small(value, -0x80, 0x7f);
  }

  /** A C `unsigned char`: a whole word. */
  uchar(value: number): void {
    this.small(value, 0, 0xff);
  }

  /** A C `short`: a whole word. */
  short(value: number): void {
    this.small(value, -0x8000, 0x7fff);
  }

  /** A C `unsigned short`: a whole word. */
  ushort(value: number): void {
    this.small(value, 0, 0xffff);
  }

  /** Text as UTF-8, at most `max` bytes of it. */
  string(value: string, max: number): void {
    if (typeof value !== "string") this.fail(`expected a string, got ${show(value)}`);
    const { length } = value;
    if (length > max) this.tooMany(length, max, "bytes");
    if (length <= SHORT && this.shortString(value, length)) return;
    this.longString(value, max);
  }

  /** Writes plain ASCII; returns false, with nothing written, for anything else. */
  private shortString(value: string, length: number): boolean {
    const size = 4 + length + (-length & 3);
    const start = this.claim(size);
    const { bytes } = this;
    let at = start + 4;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      // NUL and everything beyond ASCII; the unsigned wrap catches both in one comparison.
      if ((code - 1) >>> 0 >= 0x7f) {
        this.at = start;
        return false;
      }
      bytes[at++] = code;
    }
    this.view.setUint32(start, length);
    for (const end = start + size; at < end; at++) bytes[at] = 0;
    return true;
  }

  private longString(value: string, max: number): void {
    const nul = value.indexOf("\0");
    if (nul >= 0) this.fail(`a string must not contain NUL, which would cut it at character ${nul}`);
    if (!value.isWellFormed())
      this.fail("a string must be well-formed, this one has half of a surrogate pair");
    this.opaque(encodeText(value), max);
  }

  opaque(value: Uint8Array, max: number): void {
    this.checkBytes(value);
    if (value.length > max) this.tooMany(value.length, max, "bytes");
    this.uint(value.length);
    this.raw(value);
  }

  fixedOpaque(value: Uint8Array, size: number): void {
    this.checkBytes(value);
    if (value.length !== size) this.fail(`expected exactly ${size} bytes, got ${value.length}`);
    this.raw(value);
  }

  /** Bytes and their padding, without a length. */
  private raw(value: Uint8Array): void {
    const padding = -value.length & 3;
    const at = this.claim(value.length + padding);
    this.bytes.set(value, at);
    this.bytes.fill(0, this.at - padding, this.at);
  }

  private checkBytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) this.fail(`expected a Uint8Array, got ${show(value)}`);
  }

  /** `char x<N>`: a count, then a word for each byte, its sign extended as C does. */
  chars(value: Uint8Array, max: number): void {
    this.checkBytes(value);
    if (value.length > max) this.tooMany(value.length, max, "bytes");
    this.uint(value.length);
    this.fixedChars(value, value.length);
  }

  /** `char x[N]`: a word for each byte, its sign extended as C does. */
  fixedChars(value: Uint8Array, size: number): void {
    this.checkBytes(value);
    if (value.length !== size) this.fail(`expected exactly ${size} bytes, got ${value.length}`);
    let at = this.claim(size * 4);
    for (const byte of value) {
      this.view.setInt32(at, (byte << 24) >> 24);
      at += 4;
    }
  }

  /** Writes the marker of an optional value, and tells whether the value follows. `null` is absent as well. */
  present<T>(value: T | null | undefined): value is T {
    const present = value !== undefined && value !== null;
    this.uint(present ? 1 : 0);
    return present;
  }

  array<T>(value: readonly T[], max: number, codec: Encoder<T>): void {
    if (!Array.isArray(value)) this.fail(`expected an array, got ${show(value)}`);
    if (value.length > max) this.tooMany(value.length, max, "elements");
    this.uint(value.length);
    this.fixedArray(value, value.length, codec);
  }

  fixedArray<T>(value: readonly T[], size: number, codec: Encoder<T>): void {
    if (!Array.isArray(value)) this.fail(`expected an array, got ${show(value)}`);
    if (value.length !== size) this.fail(`expected exactly ${size} elements, got ${value.length}`);
    for (let i = 0; i < size; i++) codec.encode(this, value[i] as T);
  }

  private tooMany(count: number, max: number, unit: string): never {
    this.fail(`at most ${max} ${unit} are allowed, got ${count}`);
  }
}
