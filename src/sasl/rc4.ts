/** The stream cipher RC4, which OpenSSL no longer has and DIGEST-MD5 cannot do without. Its state runs on over calls. */
export class Rc4 {
  readonly #state: Uint8Array = Uint8Array.from({ length: 256 }, (_, i) => i);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    const state = this.#state;
    for (let i = 0, j = 0; i < 256; i++) {
      const value = state[i] as number;
      j = (j + value + (key[i % key.length] as number)) & 255;
      state[i] = state[j] as number;
      state[j] = value;
    }
  }

  /** Encrypts or decrypts in place, which is the same. */
  apply(bytes: Uint8Array): void {
    const state = this.#state;
    let i = this.#i;
    let j = this.#j;
    for (let at = 0; at < bytes.length; at++) {
      i = (i + 1) & 255;
      const a = state[i] as number;
      j = (j + a) & 255;
      const b = state[j] as number;
      state[i] = b;
      state[j] = a;
      bytes[at] = (bytes[at] as number) ^ (state[(a + b) & 255] as number);
    }
    this.#i = i;
    this.#j = j;
  }
}
