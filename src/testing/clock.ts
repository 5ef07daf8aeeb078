/** Microseconds since 1970, from which the test driver makes up all that counts up. */
export function microseconds(): bigint {
  return BigInt(Date.now()) * 1000n;
}

/** Seconds since 1970. */
export function seconds(): bigint {
  return BigInt(Math.floor(Date.now() / 1000));
}
