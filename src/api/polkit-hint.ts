import { AuthError } from "../errors/index.js";

/** What a hint depends on. */
export interface PolkitSituation {
  readonly readOnly: boolean;
  /** Whether this process is the one that polkit looks at; over SSH it is one of the far side. */
  readonly local: boolean;
  /** The socket, if the URI names it. */
  readonly socket: string | undefined;
}

/** Adds what would help to polkit's refusal. */
export function withPolkitHint(error: AuthError, situation: PolkitSituation): AuthError {
  const start = STARTS[error.code]?.(situation);
  if (start === undefined) return error;
  const hint = `${start} ${waysIn(situation)}`;
  return new AuthError(error.code, error.message, error, { cause: error, hint });
}

const STARTS: Readonly<Record<string, (situation: PolkitSituation) => string>> = {
  AUTH_FAILED: () =>
    "polkit's rules on the daemon's host refuse this user, or no right password was given. To be let in,",
  AUTH_CANCELLED: () =>
    "the question for an administrator's password was dismissed: connect again and answer it. To be let in without,",
  AUTH_UNAVAILABLE: ({ local }) =>
    local
      ? `an administrator's password is needed, and nothing is there to ask for it: run 'pkttyagent --process ${process.pid}' in a terminal and connect again, from this process. To be let in without,`
      : "an administrator's password is needed on the far side, and nothing is there to ask for it. To be let in without,",
};

function waysIn({ readOnly, local, socket }: PolkitSituation): string {
  // The daemon looks at the socket, whatever the connection is opened for.
  const monitor = socket === undefined ? readOnly : socket.endsWith("-ro");
  const action = `org.libvirt.unix.${monitor ? "monitor" : "manage"}`;
  const ways = [`let a rule in /etc/polkit-1/rules.d answer YES to ${action}`];
  if (!monitor) ways.unshift("add the user to the group libvirt and log in anew");
  if (!local) ways.push("connect as root");
  if (!readOnly && socket === undefined) ways.push("use readOnly: true where reading is enough");
  const last = ways.pop();
  return ways.length === 0 ? `${last}` : `${ways.join(", ")}, or ${last}`;
}
