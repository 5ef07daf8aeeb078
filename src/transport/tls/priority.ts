import type { SecureVersion } from "node:tls";
import { InvalidUriError } from "../../errors/index.js";

/** What a priority string means to OpenSSL. */
export interface Versions {
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
}

const VERSIONS: readonly SecureVersion[] = ["TLSv1.2", "TLSv1.3"];
const SETS: readonly string[] = [
  "NORMAL",
  "SECURE128",
  "SECURE192",
  "SECURE256",
  "PERFORMANCE",
  "PFS",
  "@LIBVIRT",
  "@SYSTEM",
];

/**
 * Reads as much of a GnuTLS priority string as has a meaning here: a set of algorithms, for which OpenSSL's own secure
 * choice stands, and the versions of TLS that are added or taken away.
 *
 * @throws InvalidUriError for terms that cannot be translated: who insists on them would else get less.
 */
export function readPriority(priority: string): Versions {
  const [set = "", ...terms] = priority.split(":");
  const allowed = new Set<SecureVersion>(VERSIONS);
  const problem = (term: string): InvalidUriError =>
    new InvalidUriError(
      `The TLS priority "${priority}" has the term "${term}", which OpenSSL has no counterpart for; ` +
        "use NORMAL with -VERS-TLS1.2 or -VERS-TLS1.3, or set tls.minVersion, tls.maxVersion and tls.ciphers.",
    );
  if (!SETS.includes(set)) throw problem(set);
  for (const term of terms) {
    const match = /^([-+!])VERS-(TLS1\.[0-3]|TLS-ALL|ALL|TLS1\.0|SSL3\.0)$/.exec(term);
    if (match === null) throw problem(term);
    const named =
      match[2] === "ALL" || match[2] === "TLS-ALL"
        ? VERSIONS
        : [`TLSv${match[2]?.slice(3)}` as SecureVersion];
    // Older versions than 1.2 are off here in any case.
    for (const version of named.filter((each) => VERSIONS.includes(each))) {
      if (match[1] === "+") allowed.add(version);
      else allowed.delete(version);
    }
  }
  const [lowest] = VERSIONS.filter((version) => allowed.has(version));
  if (lowest === undefined) throw problem(priority);
  return { minVersion: lowest, maxVersion: allowed.has("TLSv1.3") ? "TLSv1.3" : "TLSv1.2" };
}
