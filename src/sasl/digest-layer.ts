import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { ProtocolError } from "../errors/index.js";
import type { SecurityLayer } from "../protocol/index.js";
import { Rc4 } from "./rc4.js";

/** The ciphers that work with libvirt: bytes of key, and the strength in bits. */
export const DIGEST_CIPHERS = {
  rc4: { keySize: 16, ssf: 128 },
  "rc4-56": { keySize: 7, ssf: 56 },
} as const;
export type DigestCipher = keyof typeof DIGEST_CIPHERS;

/** Most bytes of a wrapped packet that this side takes, as it announces. */
export const MAX_WRAPPED = 65_536;
const MAC_SIZE = 10;
const TYPE_SIZE = 2;
const SEQUENCE_SIZE = 4;
const OVERHEAD = MAC_SIZE + TYPE_SIZE + SEQUENCE_SIZE;
/** Every packet has it. */
const MESSAGE_TYPE = 1;

/** DIGEST-MD5's auth-conf, RFC 2831 2.4: a stream cipher over each packet and its MAC, and a number behind. */
export class DigestLayer implements SecurityLayer {
  readonly ssf: number;
  readonly maxPlain: number;
  readonly maxWrapped: number = MAX_WRAPPED;
  readonly #out: Direction;
  readonly #in: Direction;

  /**
   * @param secret H(A1), which only the two sides know.
   * @param maxPeer most bytes of a wrapped packet that the other side takes.
   */
  constructor(
    cipher: DigestCipher,
    secret: Uint8Array,
    maxPeer: number,
    side: "client" | "server" = "client",
  ) {
    const { keySize, ssf } = DIGEST_CIPHERS[cipher];
    this.ssf = ssf;
    this.maxPlain = Math.min(maxPeer, MAX_WRAPPED) - OVERHEAD;
    const toServer = new Direction(secret, keySize, "client-to-server");
    const toClient = new Direction(secret, keySize, "server-to-client");
    [this.#out, this.#in] = side === "client" ? [toServer, toClient] : [toClient, toServer];
  }

  wrap(plain: Uint8Array): Uint8Array {
    const packet = Buffer.alloc(plain.length + OVERHEAD);
    packet.set(plain);
    packet.set(this.#out.mac(plain), plain.length);
    this.#out.cipher.apply(packet.subarray(0, plain.length + MAC_SIZE));
    packet.writeUInt16BE(MESSAGE_TYPE, plain.length + MAC_SIZE);
    packet.writeUInt32BE(this.#out.next(), plain.length + MAC_SIZE + TYPE_SIZE);
    return packet;
  }

  unwrap(packet: Uint8Array): Uint8Array {
    const size = packet.length - OVERHEAD;
    if (size < 0) throw new ProtocolError(`the peer sent a protected packet of only ${packet.length} bytes`);
    const tail = new DataView(packet.buffer, packet.byteOffset + size + MAC_SIZE);
    const type = tail.getUint16(0);
    const sequence = tail.getUint32(TYPE_SIZE);
    this.#in.cipher.apply(packet.subarray(0, size + MAC_SIZE));
    const plain = packet.subarray(0, size);
    const mac = packet.subarray(size, size + MAC_SIZE);
    if (!timingSafeEqual(mac, this.#in.mac(plain))) {
      throw new ProtocolError(
        "a protected packet was changed on its way, or is not the peer's: its MAC is wrong",
      );
    }
    const expected = this.#in.next();
    if (type !== MESSAGE_TYPE || sequence !== expected) {
      throw new ProtocolError(
        `a protected packet has type ${type} and number ${sequence} where ${MESSAGE_TYPE} and ${expected} belong`,
      );
    }
    return plain;
  }
}

type DirectionName = "client-to-server" | "server-to-client";

/** Keys, cipher and count of one direction. */
class Direction {
  readonly cipher: Rc4;
  readonly #macKey: Buffer;
  #sequence = 0;

  constructor(secret: Uint8Array, keySize: number, name: DirectionName) {
    const shortened = secret.subarray(0, keySize);
    this.cipher = new Rc4(md5(shortened, `Digest H(A1) to ${name} sealing key magic constant`));
    this.#macKey = md5(secret, `Digest session key to ${name} signing key magic constant`);
  }

  /** The MAC of what comes next. */
  mac(plain: Uint8Array): Buffer {
    const number = Buffer.alloc(SEQUENCE_SIZE);
    number.writeUInt32BE(this.#sequence);
    return createHmac("md5", this.#macKey).update(number).update(plain).digest().subarray(0, MAC_SIZE);
  }

  next(): number {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) % 2 ** 32;
    return sequence;
  }
}

function md5(...parts: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
