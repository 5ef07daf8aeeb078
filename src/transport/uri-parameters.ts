import { decodePart, uriError } from "./uri-syntax.js";

/** One `name=value` of a query, decoded. */
export interface UriParameter {
  readonly name: string;
  readonly value: string;
}

/** Which daemon's socket to use: the driver's own (direct), libvirtd's or virtproxyd's (legacy), or what exists. */
export type RemoteMode = "auto" | "legacy" | "direct";
/** What an SSH transport runs on the far side: virt-ssh-helper (native), nc, or what there is. */
export type RemoteProxy = "auto" | "netcat" | "native";
export type KnownHostsVerify = "normal" | "auto" | "ignore";
export type SshAuthMethod = "agent" | "privkey" | "password" | "keyboard-interactive";

/** The parameters that mean something to this side; none of them is sent to the daemon. */
export interface ClientParameters {
  /** The URI to open at the daemon, sent as it is. */
  readonly name?: string;
  /** Path of a file with credentials. */
  readonly authfile?: string;
  /** The authentication to insist on: `sasl`, `sasl.MECHANISM` or `polkit`. */
  readonly auth?: string;
  readonly mode?: RemoteMode;
  /** Path of the daemon's socket; with SSH, on the far side. */
  readonly socket?: string;
  /** The ssh program, or the program of the ext transport. */
  readonly command?: string;
  readonly proxy?: RemoteProxy;
  /** The far side's nc program. */
  readonly netcat?: string;
  /** Path of the private key for SSH. */
  readonly keyfile?: string;
  /** Directory with cacert.pem, clientcert.pem and clientkey.pem. */
  readonly pkipath?: string;
  /** A GnuTLS priority string. */
  readonly tlsPriority?: string;
  readonly noVerify?: boolean;
  readonly noTty?: boolean;
  readonly noSanity?: boolean;
  /** Path of the known_hosts file. */
  readonly knownHosts?: string;
  /** Only read for libssh and libssh2, the transports that use it. */
  readonly knownHostsVerify?: KnownHostsVerify;
  /** In order of trial. Only read for libssh and libssh2, the transports that use it. */
  readonly sshauth?: readonly SshAuthMethod[];
}

/** A query, sorted into what is for this side and what is for the daemon. */
export interface SortedParameters {
  readonly client: ClientParameters;
  readonly daemon: readonly UriParameter[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Target = Writable<ClientParameters>;
type Reader = (target: Target, value: string, text: string, name: string, libssh: boolean) => void;

const MODES: readonly RemoteMode[] = ["auto", "legacy", "direct"];
const PROXIES: readonly RemoteProxy[] = ["auto", "netcat", "native"];
const VERIFY: readonly KnownHostsVerify[] = ["normal", "auto", "ignore"];
const AUTH_METHODS: readonly SshAuthMethod[] = ["agent", "privkey", "password", "keyboard-interactive"];

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["name", string("name")],
  ["authfile", string("authfile")],
  ["auth", string("auth")],
  ["socket", nonEmpty("socket")],
  ["command", nonEmpty("command")],
  ["netcat", string("netcat")],
  ["keyfile", string("keyfile")],
  ["pkipath", string("pkipath")],
  ["tls_priority", string("tlsPriority")],
  ["known_hosts", string("knownHosts")],
  ["no_verify", boolean("noVerify")],
  ["no_tty", boolean("noTty")],
  ["no_sanity", boolean("noSanity")],
  ["mode", (target, value, text, name) => (target.mode = oneOf(MODES, value, text, name))],
  ["proxy", (target, value, text, name) => (target.proxy = oneOf(PROXIES, value, text, name))],
  ["known_hosts_verify", readVerify],
  ["sshauth", readMethods],
]);

/**
 * Reads a query as libvirt does: names in any case, `&` between parameters, or `;` once no `&` is left; the last of
 * several wins; what has no name is ignored.
 *
 * @throws InvalidUriError for a value that its parameter does not take.
 */
export function readParameters(text: string, query: string, libssh: boolean): SortedParameters {
  const client: Target = {};
  const daemon: UriParameter[] = [];
  for (const section of sections(query)) {
    const equals = section.indexOf("=");
    if (section === "" || equals === 0) continue;
    const name = decodePart(text, "parameter", equals < 0 ? section : section.slice(0, equals));
    const value = equals < 0 ? "" : decodePart(text, `parameter ${name}`, section.slice(equals + 1));
    const reader = READERS.get(name.toLowerCase());
    if (reader === undefined) daemon.push({ name, value });
    else reader(client, value, text, name, libssh);
  }
  return { client, daemon };
}

function sections(query: string): string[] {
  const sections = query.split("&");
  const last = sections.pop() ?? "";
  // libvirt looks for ";" only where no "&" follows: "a=1;b=2&c" has two parameters.
  return [...sections, ...last.split(";")];
}

function string(
  key: "name" | "authfile" | "auth" | "netcat" | "keyfile" | "pkipath" | "tlsPriority" | "knownHosts",
): Reader {
  return (target, value) => {
    target[key] = value;
  };
}

function nonEmpty(key: "socket" | "command"): Reader {
  return (target, value, text, name) => {
    if (value === "") throw uriError(text, `its parameter ${name} is empty; give a path, or leave it out.`);
    target[key] = value;
  };
}

function boolean(key: "noVerify" | "noTty" | "noSanity"): Reader {
  return (target, value, text, name) => {
    // What strtol takes: leading white space and a sign, nothing behind the digits, 32 bits.
    const number = /^[ \t\n\v\f\r]*[+-]?[0-9]+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= -(2 ** 31) && number < 2 ** 31)) {
      throw uriError(text, `its parameter ${name} has the value "${value}"; write 1 for yes or 0 for no.`);
    }
    target[key] = number !== 0;
  };
}

function readVerify(target: Target, value: string, text: string, name: string, libssh: boolean): void {
  if (libssh) target.knownHostsVerify = oneOf(VERIFY, value.toLowerCase(), text, name);
}

function readMethods(target: Target, value: string, text: string, name: string, libssh: boolean): void {
  if (!libssh) return;
  target.sshauth = value
    .toLowerCase()
    .split(",")
    .map((method) => oneOf(AUTH_METHODS, method, text, name));
}

function oneOf<T extends string>(choices: readonly T[], value: string, text: string, name: string): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    throw uriError(text, `its parameter ${name} has the value "${value}"; known are ${choices.join(", ")}.`);
  }
  return found;
}
