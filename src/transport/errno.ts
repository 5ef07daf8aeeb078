// What people can act on, in their words; the rest is Node's own text.
const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EADDRNOTAVAIL: "address not available",
  EAGAIN: "the daemon's queue of new connections is full",
  ECONNABORTED: "connection aborted",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset by the peer",
  EHOSTUNREACH: "no route to the host",
  EINVAL: "invalid argument",
  EMFILE: "too many open files in this process",
  ENAMETOOLONG: "path too long",
  ENETUNREACH: "network unreachable",
  ENFILE: "too many open files in the system",
  ENOENT: "no such file or directory",
  ENOTDIR: "a part of the path is not a directory",
  ENOTFOUND: "unknown host name",
  ENOTSOCK: "not a socket",
  EPERM: "operation not permitted",
  EPIPE: "the peer closed the connection",
  EPROTOTYPE: "a socket of another kind",
  ETIMEDOUT: "timed out",
};

/** The symbolic code of a system error, such as "ENOENT"; `undefined` if it is none. */
export function errnoCode(error: unknown): string | undefined {
  // By its shape: an error of another realm (a worker, a vm context) is no instance of this one's Error.
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** A system error, or its symbolic code, in words: `ENOENT: no such file or directory`. */
export function describeErrno(error: unknown): string {
  const code = typeof error === "string" ? error : errnoCode(error);
  const words = code === undefined ? undefined : WORDS[code];
  return words === undefined ? messageOf(error) : `${code}: ${words}`;
}

function messageOf(error: unknown): string {
  const told = typeof error === "object" && error !== null && "message" in error;
  return told ? String(error.message) : String(error);
}
