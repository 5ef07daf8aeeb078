import type { DialOptions } from "../dial-options.js";
import type { Transport } from "../transport.js";
import type { ConnectionUri } from "../uri.js";
import { childEnvironment, openChild } from "./child-transport.js";
import { chooseProxy, type RemoteOptions, remoteCommand } from "./remote-command.js";
import { sshAdvice } from "./ssh-advice.js";

// What ssh needs of our environment; the last is handed on by libvirt since 11.
const ENVIRONMENT = [
  "XDG_RUNTIME_DIR",
  "KRB5CCNAME",
  "SSH_AUTH_SOCK",
  "SSH_ASKPASS",
  "GPG_TTY",
  "TERM",
  "OPENSSL_CONF",
  "DISPLAY",
  "XAUTHORITY",
  "SSH_ASKPASS_REQUIRE",
];

/** The arguments that ssh gets: virsh's, in its order. */
export function sshArguments(uri: ConnectionUri, options: RemoteOptions = {}): string[] {
  return [...sshFlags(uri), "--", sshHost(uri), remoteCommand(uri, chooseProxy(uri, options), options)];
}

/** What of the arguments stands before the host. */
export function sshFlags(uri: ConnectionUri): string[] {
  const { keyfile, noTty = false, noVerify = false } = uri.client;
  const args: string[] = [];
  if (uri.port !== undefined) args.push("-p", String(uri.port));
  if (uri.user !== undefined) args.push("-l", uri.user);
  if (keyfile !== undefined) args.push("-i", keyfile);
  args.push("-T", "-e", "none");
  if (noTty) args.push("-o", "BatchMode=yes");
  if (noVerify) args.push("-o", "StrictHostKeyChecking=no");
  return args;
}

/** The environment that ssh gets. */
export function sshEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return childEnvironment(env, ENVIRONMENT);
}

/**
 * Connects through the machine's ssh program, with its configuration, agent and known hosts, or through the one that
 * `command=` names. ssh may ask for a password on this process's terminal; where there is none, or with `no_tty=1`, it
 * fails at once instead.
 *
 * @throws ConnectError if ssh cannot be started; InvalidUriError; CallAbortedError; CallTimeoutError.
 */
export async function dialSystemSsh(uri: ConnectionUri, options: DialOptions): Promise<Transport> {
  const command = {
    program: sshProgram(uri),
    args: sshArguments(uri, options),
    env: sshEnvironment(options.env ?? process.env),
    advice: sshAdvice(uri, options),
    redact: (text: string): string => withoutPassword(uri, text),
    ...(uri.client.command === undefined
      ? { startAdvice: "Install an SSH client such as OpenSSH's, or name its program with command=." }
      : {}),
  };
  return await openChild(command, { peer: sshPeer(uri), secure: true, encrypted: true }, options);
}

export function sshProgram(uri: ConnectionUri): string {
  return uri.client.command ?? "ssh";
}

/** ssh takes a password after the user's name for a part of it, and repeats it. */
export function withoutPassword(uri: ConnectionUri, text: string): string {
  const password = /:(.+)$/s.exec(uri.user ?? "")?.[1];
  return password === undefined ? text : text.replaceAll(password, "***");
}

/** Where ssh connects to. */
export function sshHost(uri: ConnectionUri): string {
  return uri.host ?? "localhost";
}

/** What messages call the far side; user and port only where the URI says them, since ssh has its own idea of both. */
export function sshPeer(uri: ConnectionUri): string {
  const user = uri.user === undefined ? "" : `${uri.user.replace(/:.*/s, ":***")}@`;
  const host = sshHost(uri);
  const shown = host.includes(":") ? `[${host}]` : host;
  return `ssh:${user}${shown}${uri.port === undefined ? "" : `:${uri.port}`}`;
}
