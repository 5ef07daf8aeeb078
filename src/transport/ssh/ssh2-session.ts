import type { Socket } from "node:net";
import type { AuthHandlerMiddleware, Client } from "ssh2";
import { ConnectError } from "../../errors/index.js";
import { describeErrno } from "../errno.js";
import { abortable } from "./abortable.js";
import type { Ssh2 } from "./agent.js";
import { shown } from "./child-transport.js";
import type { HostKeyCheck } from "./host-key-check.js";
import type { Login } from "./login.js";

/** An SSH connection on which somebody is logged in. It ends for good with its socket. */
export interface Ssh2Session {
  readonly client: Client;
  readonly socket: Socket;
  readonly peer: string;
  /** Why it ended, once it has, and if nobody asked for it. */
  failure(): string | undefined;
}

export interface SessionOptions {
  readonly ssh2: Ssh2;
  /** Connected; the session's from here on. */
  readonly socket: Socket;
  readonly peer: string;
  readonly username: string;
  readonly hostKey: HostKeyCheck;
  readonly login: Login;
}

const CLOSE_MS = 1000;
// Errors of one trial, after which the package goes on with the next.
const LEVELS_OF_TRIALS = ["agent", "client-authentication"];

/**
 * Agrees on keys with the server, checks that it is the right one, and logs in.
 *
 * @throws ConnectError, or the signal's reason; the socket is closed then.
 */
export async function openSession(options: SessionOptions, signal: AbortSignal): Promise<Ssh2Session> {
  const { ssh2, socket, peer, username, hostKey, login } = options;
  const client = new ssh2.Client();
  let failure: string | undefined;
  const session = { client, socket, peer, failure: () => failure };
  try {
    const ready = new Promise<Ssh2Session>((resolve, reject) => {
      let agreed = false;
      const end = (): void => {
        reject(agreed ? loginError(options, failure) : (hostKey.refusal ?? handshakeError(peer, failure)));
      };
      client.on("error", (error) => {
        if (agreed && LEVELS_OF_TRIALS.includes(error.level ?? "")) return login.spoil(error.message);
        failure ??= describeErrno(error);
        end();
      });
      client.once("handshake", () => {
        agreed = true;
      });
      client.on("change password", () => {
        login.spoil("the password has expired; log in with ssh once, and change it");
        reject(loginError(options, undefined));
      });
      client.once("ready", () => resolve(session));
      client.once("close", end);
      let heard: { readonly offered: readonly string[]; readonly partial: boolean } | undefined;
      const next: AuthHandlerMiddleware = (offered, partial, go) => {
        const said = heard ?? { offered, partial };
        login.next(said.offered, said.partial).then((request) => {
          if (request === undefined) reject(loginError(options, undefined));
          else if (!signal.aborted) go(request);
        }, reject);
      };
      client.connect({
        sock: socket,
        username,
        authHandler: next,
        hostVerifier: (key: Buffer) => hostKey.accept(key),
        algorithms: { serverHostKey: hostKey.algorithms, compress: ["none"] },
        // The caller's deadline holds.
        readyTimeout: 0,
        // Any server may forward unix sockets, whatever it is called.
        strictVendor: false,
      });
      hearRefusals(client, (offered, partial) => {
        heard = { offered, partial };
      });
    });
    return await abortable(signal, ready);
  } catch (error) {
    closeSession(session);
    throw error;
  }
}

interface Insides {
  readonly _protocol?: {
    readonly _handlers?: {
      USERAUTH_FAILURE?: (protocol: unknown, offered: readonly string[], partial: boolean) => void;
    };
  };
}

/**
 * What a server says to an agent's key, the package (1.17) tells nobody, not even that the key was good and that the
 * server wants a password as well. Should its insides change, such servers are the only loss.
 */
function hearRefusals(client: Client, hear: (offered: readonly string[], partial: boolean) => void): void {
  const handlers = (client as unknown as Insides)._protocol?._handlers;
  const original = handlers?.USERAUTH_FAILURE;
  if (handlers === undefined || original === undefined) return;
  handlers.USERAUTH_FAILURE = (protocol, offered, partial) => {
    hear(offered, partial);
    original(protocol, offered, partial);
  };
}

/** Says goodbye, without waiting for an answer. */
export function closeSession({ client, socket }: Pick<Ssh2Session, "client" | "socket">): void {
  client.end();
  if (socket.destroyed) return;
  // A peer that does not read would keep it open.
  const timer = setTimeout(() => socket.destroy(), CLOSE_MS);
  socket.once("close", () => clearTimeout(timer));
  socket.destroySoon();
}

const ADVICE: readonly (readonly [symptom: RegExp, advice: string])[] = [
  [
    /no matching/i,
    "The two sides have no algorithm in common: update the older one, or use the machine's ssh (+ssh) with its algorithms allowed in ssh_config.",
  ],
  [
    /identification|header|greeting|before handshake|packet length|Bad packet/i,
    "Is it an SSH server at all, and the right port? One that refuses this machine, or has too many at the door (MaxStartups), hangs up in the same way.",
  ],
];

function handshakeError(peer: string, failure: string | undefined): ConnectError {
  const what = failure ?? "the server hung up";
  const advice = ADVICE.find(([symptom]) => symptom.test(what))?.[1] ?? "Look at the server's log.";
  return new ConnectError(`${peer} and this side cannot agree on a connection (${shown(what)}). ${advice}`);
}

function loginError({ peer, username, login }: SessionOptions, failure: string | undefined): ConnectError {
  const hint = /too many/i.test(failure ?? "")
    ? "An agent with many keys uses up what the server lets one try: name one key with keyfile=, and leave the agent out (sshauth=privkey, or options.ssh.agent false)."
    : "See that the account exists there and that its authorized_keys has one of the keys; the server's log tells more.";
  const end = failure === undefined ? "" : `; then the server ended it: ${shown(failure)}`;
  return new ConnectError(`${peer} does not let ${shown(username)} in: ${login.describe()}${end}. ${hint}`);
}
