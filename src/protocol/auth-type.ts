import { AuthenticationError } from "../errors/index.js";
import { RemoteAuthType } from "./generated/remote/index.js";

const NAMES: Readonly<Record<number, string>> = {
  [RemoteAuthType.NONE]: "none",
  [RemoteAuthType.SASL]: "sasl",
  [RemoteAuthType.POLKIT]: "polkit",
};

/**
 * Finds the type that the `auth` parameter of a URI insists on: `sasl`, `sasl.MECHANISM` or `polkit`. A daemon that
 * names no type at all wants none, and is taken at its word.
 *
 * @throws AuthenticationError if the parameter is something else, or the daemon does not have the type.
 */
export function insistOn(wanted: string, types: readonly number[], peer: string): number {
  if (types.length === 0) return RemoteAuthType.NONE;
  const name = wanted.toLowerCase();
  const sasl = name === "sasl" || name.startsWith("sasl.");
  if (!sasl && name !== "polkit") {
    throw new AuthenticationError(
      `unknown authentication type auth=${wanted}: write auth=sasl, auth=sasl.MECHANISM or auth=polkit, or leave it out`,
    );
  }
  const type = sasl ? RemoteAuthType.SASL : RemoteAuthType.POLKIT;
  if (types.includes(type)) return type;
  const offered = types.map((each) => NAMES[each] ?? String(each)).join(", ");
  throw new AuthenticationError(
    `requested authentication type ${wanted} rejected: ${peer} offers ${offered}; ` +
      "leave the auth parameter out, or change the daemon's auth_unix_rw, auth_unix_ro, auth_tcp or auth_tls",
  );
}

/** The mechanism in `auth=sasl.MECHANISM`. */
export function wantedMechanism(wanted: string | undefined): string | undefined {
  const mechanism = wanted?.slice("sasl.".length).toUpperCase();
  return mechanism === "" ? undefined : mechanism;
}
