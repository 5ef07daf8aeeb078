import type { LibvirtdOptions } from "./libvirtd.js";

/** Users of the test daemons, with their passwords. All but joe may come in. */
export const SASL_USERS = {
  fred: "s3cret",
  joe: "other-s3cret",
  /** What SCRAM has to escape. */
  "fred,1=2": "a,b=c s3cret",
  /** What ISO 8859-1 has, so that DIGEST-MD5 hashes it in that. */
  "fred-jürgen": "pässwörd s3cret",
  /** What it has not. */
  "fred-ψ": "κωδικός € s3cret",
} as const;
export type SaslUser = keyof typeof SASL_USERS;

/** Text that is in every password, and so must never be shown. */
export const SECRET = "s3cret";

const ALLOWED = ["fred*", "anonymous", "alice"];

/**
 * A root daemon that demands SASL on all its sockets, with a password file and mechanisms of its own.
 *
 * @param mechanisms for `mech_list`, in the order in which the daemon offers them.
 * @param keytab of the service, for GSSAPI.
 */
export function saslDaemon(mechanisms: readonly string[], keytab?: string): LibvirtdOptions {
  const users = Object.entries(SASL_USERS).map(
    ([name, password]) =>
      `printf %s '${password}' | saslpasswd2 -p -c -f "$DIR/passwd.db" -a libvirt '${name}'`,
  );
  const lines = [
    "pwcheck_method: auxprop",
    "auxprop_plugin: sasldb",
    "sasldb_path: '\"$DIR\"'/passwd.db",
    `mech_list: ${mechanisms.join(" ")}`,
    ...(keytab === undefined ? [] : [`keytab: ${keytab}`]),
  ];
  return {
    conf: [
      'auth_unix_rw = "sasl"',
      'auth_unix_ro = "sasl"',
      'auth_tcp = "sasl"',
      'auth_tls = "sasl"',
      `sasl_allowed_username_list = [${ALLOWED.map((each) => `"${each}"`).join(", ")}]`,
    ],
    prepare: [
      "mkdir -p /etc/sasl2",
      "mount -t tmpfs -o mode=0755 tmpfs /etc/sasl2",
      `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} > /etc/sasl2/libvirt.conf`,
      ...users,
    ].join("\n"),
  };
}
