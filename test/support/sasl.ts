import {
  REMOTE_PROC_CONNECT_GET_HOSTNAME,
  REMOTE_PROC_DOMAIN_DEFINE_XML,
  REMOTE_PROC_DOMAIN_GET_XML_DESC,
  REMOTE_PROC_DOMAIN_UNDEFINE,
} from "../../src/protocol/generated/remote/index.js";
import { openSession, RpcClient, type SaslClient } from "../../src/protocol/index.js";
import { SaslContext } from "../../src/sasl/index.js";
import { dial, openName, parseUri } from "../../src/transport/index.js";
import { testDomainXml } from "./domain-xml.js";
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

const FRED: ReadonlyMap<string, string> = new Map([
  ["username", "fred"],
  ["password", SASL_USERS.fred],
]);
const TIMEOUT_MS = 60_000;

/** Text that is in every password, and so must never be shown. */
export const SECRET = "s3cret";

const ALLOWED = ["fred*", "anonymous", "alice"];

/**
 * A root daemon that demands SASL on all its sockets, with a password file and mechanisms of its own.
 *
 * @param mechanisms for `mech_list`, in the order in which the daemon offers them.
 * @param keytab of the service, for GSSAPI.
 * @param allowed for `sasl_allowed_username_list`.
 */
export function saslDaemon(
  mechanisms: readonly string[],
  keytab?: string,
  allowed: readonly string[] = ALLOWED,
): LibvirtdOptions {
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
      `sasl_allowed_username_list = [${allowed.map((each) => `"${each}"`).join(", ")}]`,
    ],
    prepare: [
      "mkdir -p /etc/sasl2",
      "mount -t tmpfs -o mode=0755 tmpfs /etc/sasl2",
      `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} > /etc/sasl2/libvirt.conf`,
      ...users,
    ].join("\n"),
  };
}

/** Opens a connection with a client of SASL that the test makes itself. */
export async function openWithSasl(
  uri: string,
  make: (context: SaslContext) => SaslClient | Promise<SaslClient>,
): Promise<RpcClient> {
  const parsed = parseUri(uri);
  const rpc = new RpcClient(await dial(parsed, { timeoutMs: TIMEOUT_MS }));
  const context = new SaslContext({
    host: parsed.host,
    peer: rpc.peer,
    secure: rpc.privacy.secure,
    credentials: { get: async ({ kind }) => FRED.get(kind) },
  });
  const authentication = { sasl: async () => await make(context) };
  try {
    const request = { name: openName(parsed), readOnly: false, authentication };
    await openSession(rpc, request, () => ({ timeoutMs: TIMEOUT_MS }));
    return rpc;
  } catch (error) {
    rpc.close();
    throw error;
  }
}

/** 500 calls at once, then megabytes in both directions; rejects if a byte of it is not as it should be. */
export async function strain(rpc: RpcClient): Promise<void> {
  const names = await Promise.all(
    Array.from({ length: 500 }, () => rpc.call(REMOTE_PROC_CONNECT_GET_HOSTNAME, undefined)),
  );
  const [first] = names;
  if (!names.every(({ hostname }) => hostname === first?.hostname)) throw new Error("names differ");
  // Two bytes each, and different ones, so that nothing can be lost or take another's place.
  const description = Array.from({ length: 1_900_000 }, (_, i) =>
    String.fromCharCode(0x100 + (i % 1531)),
  ).join("");
  const xml = testDomainXml({ name: "large" }).replace(
    "<os>",
    `<description>${description}</description><os>`,
  );
  const { dom } = await rpc.call(REMOTE_PROC_DOMAIN_DEFINE_XML, { xml });
  const { xml: back } = await rpc.call(REMOTE_PROC_DOMAIN_GET_XML_DESC, { dom, flags: 0 });
  await rpc.call(REMOTE_PROC_DOMAIN_UNDEFINE, { dom });
  if (!back.includes(description)) throw new Error("the description is not what it was");
}
