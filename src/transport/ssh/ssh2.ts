import { userInfo } from "node:os";
import { ConnectError } from "../../errors/index.js";
import { withDeadline } from "../deadline.js";
import type { DialOptions } from "../dial-options.js";
import { StreamTransport } from "../stream-transport.js";
import { openTcp } from "../tcp.js";
import type { Transport } from "../transport.js";
import { type ConnectionUri, describeUri } from "../uri.js";
import type { SshAuthMethod } from "../uri-parameters.js";
import { abortable } from "./abortable.js";
import { reachDaemon, waysToDaemon } from "./far-side.js";
import { HostKeyCheck } from "./host-key-check.js";
import { keyPlaces } from "./key-sources.js";
import { addKnownHost, loadKnownHosts } from "./known-hosts-files.js";
import { Login } from "./login.js";
import { closeSession, openSession, type Ssh2Session } from "./ssh2-session.js";

const SSH_PORT = 22;
const METHODS: readonly SshAuthMethod[] = ["agent", "privkey", "password", "keyboard-interactive"];

/**
 * Connects over SSH within this process, through the ssh2 package: verifies the host's key, logs in, and gets to the
 * daemon by virt-ssh-helper, by nc, or by the SSH server's own forwarding of unix sockets, whichever is there first.
 * Neither ssh_config nor the machine's ssh program is looked at.
 *
 * @throws ConnectError with what was tried; InvalidUriError; InvalidValueError; CallAbortedError; CallTimeoutError.
 */
export async function dialSsh2(uri: ConnectionUri, options: DialOptions): Promise<Transport> {
  // What the URI contradicts itself about is told before anybody is bothered.
  waysToDaemon(uri, options);
  return await withSession(uri, options, async (session, username, signal) => {
    const stream = await reachDaemon(session, { ...uri, user: username }, options, signal);
    return new StreamTransport(stream, { peer: session.peer, secure: true, encrypted: true });
  });
}

/** Verifies the host's key and logs in. The session is closed if `use` fails, and otherwise what that made of it. */
export async function withSession<T>(
  uri: ConnectionUri,
  options: DialOptions,
  use: (session: Ssh2Session, username: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const host = uri.host ?? "localhost";
  const port = uri.port ?? SSH_PORT;
  const at = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return await withDeadline(options, `Connecting to ssh2:${at}`, async (signal) => {
    const { env = process.env, ssh = {}, credentials } = options;
    const known = await loadKnownHosts(uri, ssh, env);
    const verify =
      uri.client.noVerify === true && uri.transport === "ssh" ? "ignore" : uri.client.knownHostsVerify;
    const hostKey = new HostKeyCheck({ host, port, known, pins: ssh.hostKey, verify });
    const username = await abortable(signal, loginName(uri, options));
    const peer = `ssh2:${username.replace(/:.*/s, ":***")}@${at}`;
    const { default: ssh2 } = await import("ssh2");
    const agent = ssh.agent ?? (ssh.privateKey === undefined ? env.SSH_AUTH_SOCK : undefined);
    const login = new Login(
      ssh2,
      {
        host,
        username,
        methods: uri.client.sshauth ?? METHODS,
        agent: agent === false || agent === "" ? undefined : agent,
        keys: keyPlaces(uri, ssh, env),
        passphrase: ssh.passphrase,
        password: ssh.password,
        credentials,
      },
      signal,
    );
    const socket = await openTcp({ host, port, peer }, signal, "an SSH server in front of it");
    const session = await openSession({ ssh2, socket, peer, username, hostKey, login }, signal);
    try {
      if (hostKey.newLine !== undefined && known.file !== undefined) {
        await addKnownHost(known.file, hostKey.newLine);
      }
      const used = await use(session, username, signal);
      signal.throwIfAborted();
      return used;
    } catch (error) {
      closeSession(session);
      throw error;
    }
  });
}

/** The URI's user; else, as libssh has it, what auth.conf says, or root; as OpenSSH has it, who we are here. */
async function loginName(
  uri: ConnectionUri,
  { ssh, credentials, env = process.env }: DialOptions,
): Promise<string> {
  const named = uri.user ?? ssh?.username;
  if (named !== undefined && named !== "") return named;
  if (uri.transport !== "ssh") {
    const host = uri.host ?? "localhost";
    return (await credentials?.get({ kind: "username", service: "ssh", host })) ?? "root";
  }
  try {
    return userInfo().username;
  } catch (cause) {
    const guess = env.USER ?? env.LOGNAME;
    if (guess !== undefined && guess !== "") return guess;
    throw new ConnectError(
      `${describeUri(uri)} names no user, and this process's user has no name; write ${uri.scheme}://USER@… or give options.ssh.username.`,
      { cause },
    );
  }
}
