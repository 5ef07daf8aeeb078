import type { SecureVersion } from "node:tls";
import { InvalidUriError } from "../../errors/index.js";

/** What a priority string means to OpenSSL. */
export interface Versions {
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
}

const VERSIONS: readonly SecureVersion[] = ["TLSv1.2", "TLSv1.3"];
// GnuTLS' default, the same in another order, and this machine's own policy, which OpenSSL has from its own file.
const SETS = /^(?:NORMAL|PERFORMANCE|@(?:LIBVIRT,)?SYSTEM)$/i;

/**
 * Reads as much of a GnuTLS priority string as has a meaning here: the default set of algorithms, for which OpenSSL's
 * own stands, and the versions of TLS that are added or taken away.
 *
 * @throws InvalidUriError for terms that cannot be translated: who insists on them would else get less.
 */
export function readPriority(priority: string): Versions {
  const [set = "", ...terms] = priority.split(":");
  const allowed = new Set<SecureVersion>(VERSIONS);
  const problem = (what: string): InvalidUriError =>
    new InvalidUriError(
      `The TLS priority "${priority}" (tls_priority of the URI or of libvirt.conf) ${what}. ` +
        "Use NORMAL, perhaps with :-VERS-TLS1.2 or :-VERS-TLS1.3; or set tls.minVersion, tls.maxVersion or tls.ciphers, which stand in its place.",
    );
  if (!SETS.test(set)) throw problem(`begins with "${set}", which has no counterpart here`);
  for (const term of terms) {
    const match = /^([-+!])VERS-(?:(TLS-)?ALL|(TLS1\.[0-3]|SSL3\.0))$/i.exec(term);
    if (match === null) throw problem(`has the term "${term}", which has no counterpart here`);
    const [, sign, , version] = match;
    const named =
      version === undefined
        ? VERSIONS
        : VERSIONS.filter((each) => each === `TLSv${version.toUpperCase().slice(3)}`);
    // Older versions than 1.2 are off here in any case.
    for (const each of named) {
      if (sign === "+") allowed.add(each);
      else allowed.delete(each);
    }
  }
  const left = VERSIONS.filter((version) => allowed.has(version));
  const [minVersion] = left;
  const maxVersion = left.at(-1);
  if (minVersion === undefined || maxVersion === undefined) throw problem("leaves neither TLS 1.2 nor 1.3");
  return { minVersion, maxVersion };
}
