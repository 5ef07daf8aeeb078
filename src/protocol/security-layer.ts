import type { Transport } from "../transport/transport.js";

/**
 * What a SASL mechanism puts around the bytes of a connection once it is done. Calls come one after the other in each
 * direction, in the order of the bytes.
 */
export interface SecurityLayer {
  /** Strength in bits of the key, by SASL's count: 56 for DES, 128 for RC4 or AES-128. */
  readonly ssf: number;
  /** Most bytes that one packet of ours may have before it is wrapped. */
  readonly maxPlain: number;
  /** Most bytes that one packet of the peer's may have, as announced to it. */
  readonly maxWrapped: number;
  wrap(plain: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** @throws if the packet is not the peer's next one. */
  unwrap(packet: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A transport within another that had delivered before. */
export interface LayeredTransport extends Transport {
  /** Takes what its predecessor had received of its bytes already. */
  take(bytes: Uint8Array): void;
}
