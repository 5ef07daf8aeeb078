import type { SshClient } from "./client-choice.js";

/**
 * What SSH transports take from memory instead of from files and from the URI. But for `username`, nothing of it can be
 * handed to the machine's ssh program: keys, secrets or an agent in here make the connection go through the ssh2
 * package, which reads no ssh_config.
 */
export interface SshOptions {
  /**
   * Who speaks SSH for `+ssh`: the machine's program, or the ssh2 package in this process. By default the program,
   * unless it is not there, or something is given here that it cannot be handed. `+libssh` and `+libssh2` always use the
   * package.
   */
  readonly client?: SshClient | undefined;
  /** Who to log in as, where the URI names nobody. */
  readonly username?: string | undefined;
  /** Private keys, as the contents of their files; they take the place of key files, and of the agent by default. */
  readonly privateKey?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** For private keys that are encrypted. */
  readonly passphrase?: string | undefined;
  /** Also answers a server that asks for nothing but a password by keyboard-interactive. */
  readonly password?: string | undefined;
  /** Path of the agent's socket, `SSH_AUTH_SOCK` by default; false for none. */
  readonly agent?: string | false | undefined;
  /** Known host keys, as the contents of a known_hosts file; nothing else is looked at then but `knownHostsFile`. */
  readonly knownHosts?: string | undefined;
  /** Path of a known_hosts file, in the place of the URI's and the usual ones. */
  readonly knownHostsFile?: string | undefined;
  /**
   * The only keys that the host may have, in the place of every known_hosts file: fingerprints as ssh-keygen shows them
   * ("SHA256:…"), or public keys ("ssh-ed25519 AAAA…"), which moreover say what kind of key to ask the host for.
   */
  readonly hostKey?: string | readonly string[] | undefined;
}
