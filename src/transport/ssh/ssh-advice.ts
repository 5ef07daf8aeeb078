import { type ConnectionUri, describeUri } from "../uri.js";
import type { RemoteProxy } from "../uri-parameters.js";
import type { ChildEnd } from "./child-stream.js";
import { chooseProxy, netcatProgram, type RemoteOptions, remoteSocket, shellWord } from "./remote-command.js";

/** What the advice depends on. */
interface Attempt {
  readonly host: string;
  /** A command line that logs in at the far side. */
  readonly login: string;
  readonly proxy: RemoteProxy;
  readonly netcat: string;
  readonly socket: string;
  readonly readOnly: boolean;
}

type Advice = readonly [symptom: RegExp, advice: (attempt: Attempt) => string];

// The first that fits counts. ssh, nc and virt-ssh-helper run with English messages; the far side's shell may not.
const ADVICE: readonly Advice[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    ({ host }) =>
      `The key of ${host} is not the known one: the machine was set up anew, or another one answers in its place. Find out which before you remove the old key as ssh says.`,
  ],
  [
    /REVOKED HOST KEY/,
    ({ host }) =>
      `The known_hosts file says that nobody may trust this key any more; ${host} needs a new one.`,
  ],
  [
    /Host key verification failed|host key is known for/,
    ({ host, login }) =>
      `ssh does not know the key of ${host}, and could not ask anybody. Run "${login}" once in a terminal, compare the fingerprint with the machine's, and accept it.`,
  ],
  [
    /no matching .* found/,
    () =>
      "The two sides have no algorithm in common: update the older one, or allow its algorithm in ssh_config.",
  ],
  [
    /UNPROTECTED PRIVATE KEY FILE|Bad owner or permissions/,
    () => "Take the rights of others from that file (chmod 600) and from the folders above it.",
  ],
  [
    /Identity file .* not accessible/,
    () => "Correct the path in keyfile=; a ~ in it means nothing, give the whole path.",
  ],
  [
    /Too many authentication failures/,
    () =>
      'The agent offers more keys than the server lets one try: name one with keyfile= and set "IdentitiesOnly yes" in ssh_config.',
  ],
  [
    /Permission denied \(/,
    ({ login }) =>
      `The server took no key, and without a terminal, or with no_tty=1, ssh asks for no password. Name a key with keyfile= or load it into ssh-agent, see that the account's authorized_keys has it, and try "${login}".`,
  ],
  [/Could not resolve hostname/, () => "Check the host's name and this machine's name service."],
  [
    /connect to .* Connection refused/,
    ({ host }) => `No SSH server listens there; does sshd run on ${host}, and is the port right?`,
  ],
  [
    /timed out|No route to host|Network is unreachable/,
    () => "Check the address, the route to it and the firewalls between.",
  ],
  [
    /kex_exchange_identification|Connection (closed|reset) by/,
    () =>
      "The server hung up before anybody had logged in: is it an SSH server at all, does it refuse this machine, or has it too many at the door (MaxStartups)?",
  ],
  [/invalid option|usage: *nc/i, needOpenBsd],
  [/^nc: .*Permission denied|^virt-ssh-helper: .*Permission denied/m, notAllowed],
  [/^nc: |^virt-ssh-helper: .*(No such file or directory|Connection refused)/m, noDaemon],
];

// A shell's exit status for a program that is not there or cannot be run.
const NOT_FOUND: readonly (number | null)[] = [126, 127];

/** Makes what tells, for an ssh that ended before the daemon said anything, what to do about it. */
export function sshAdvice(uri: ConnectionUri, options: RemoteOptions = {}): (end: ChildEnd) => string {
  const host = uri.host ?? "localhost";
  const user = uri.user?.replace(/:.*/s, "");
  const login = ["ssh", uri.port === undefined ? "" : `-p ${uri.port}`];
  login.push(shellWord(user === undefined ? host : `${user}@${host}`));
  const attempt: Attempt = {
    host,
    login: login.filter((part) => part !== "").join(" "),
    proxy: chooseProxy(uri, options),
    netcat: netcatProgram(uri),
    socket: remoteSocket(uri, options) ?? "the socket of the user's session",
    readOnly: options.readOnly === true,
  };
  return (end) => {
    if (end.text !== undefined) {
      return `That does not come from a daemon: the account's shell, or what it runs at login (such as .bashrc), must print nothing when no terminal is there. See what "${attempt.login} true" prints.`;
    }
    const known = ADVICE.find(([symptom]) => symptom.test(end.stderr));
    if (known !== undefined) return known[1](attempt);
    if (NOT_FOUND.includes(end.code)) return nothingToRun(attempt);
    return `Does a daemon run on ${host}, and does "${attempt.login}" work? ${describeUri(uri)} was to be reached with ${program(attempt)}.`;
  };
}

function program({ proxy, netcat }: Attempt): string {
  if (proxy === "native") return "virt-ssh-helper";
  return proxy === "netcat" ? netcat : `virt-ssh-helper or ${netcat}`;
}

function nothingToRun(attempt: Attempt): string {
  const { host, proxy, netcat } = attempt;
  const helper = "virt-ssh-helper (it comes with libvirt's daemons)";
  if (proxy === "native") return `Install ${helper} on ${host}, or use nc with proxy=netcat.`;
  const nc = netcat === "nc" ? "nc (OpenBSD's; netcat= may name another path)" : `"${netcat}"`;
  if (proxy === "netcat") return `Install ${nc} on ${host}, or leave the choice to proxy=auto.`;
  return `There is neither of ${program(attempt)} on ${host}; install ${helper} or ${nc}.`;
}

function needOpenBsd({ netcat, host }: Attempt): string {
  return `The ${netcat} of ${host} cannot connect to unix sockets; install OpenBSD's nc or virt-ssh-helper there.`;
}

function notAllowed({ login, readOnly }: Attempt): string {
  const otherwise = readOnly ? "" : ", or connect read-only";
  return `The account that "${login}" logs in to may not use the daemon's socket; add it to the group "libvirt" there${otherwise}.`;
}

function noDaemon({ host, proxy, socket }: Attempt): string {
  const name = proxy === "netcat" ? ` on ${socket}` : "";
  return `No daemon listens${name} on ${host}; start it there ("systemctl start libvirtd.socket", or virtqemud.socket), or name the right socket with socket=.`;
}
