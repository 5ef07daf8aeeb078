import type { ConnectionUri } from "../uri.js";
import type { KeySource } from "./keys.js";
import { homeDirectory, readSmallFile } from "./known-hosts-files.js";
import type { SshOptions } from "./ssh-options.js";

/** A private key to be fetched when its turn comes. */
export interface KeyPlace {
  /** What messages call it: a path, or where in the options it is. */
  readonly name: string;
  /** `undefined` if it is not there. @throws ConnectError if it cannot be read. */
  load(): Promise<KeySource | undefined>;
  /** Whether somebody asked for this very key, so that its absence is worth a word. */
  readonly named: boolean;
}

// Each in the order of whom the URI's transport is named after.
const LIBSSH_FILES = ["identity", "id_dsa", "id_ecdsa", "id_ed25519", "id_rsa"];
const OPENSSH_FILES = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_dsa"];

/** The private keys to log in with: those handed over, else the one that `keyfile=` names, else the user's usual ones. */
export function keyPlaces(
  uri: ConnectionUri,
  { privateKey }: Pick<SshOptions, "privateKey">,
  env: Readonly<Record<string, string | undefined>>,
): KeyPlace[] {
  if (privateKey !== undefined) {
    const keys = Array.isArray(privateKey) ? (privateKey as readonly KeySource["contents"][]) : [privateKey];
    return keys.map((contents, index) => {
      const name = `options.ssh.privateKey${keys.length === 1 ? "" : `[${index}]`}`;
      return { name, named: true, load: () => Promise.resolve({ name, contents: contents as string }) };
    });
  }
  const { keyfile } = uri.client;
  if (keyfile !== undefined && keyfile !== "") return [keyInFile(keyfile, true)];
  const names = uri.transport === "ssh" ? OPENSSH_FILES : LIBSSH_FILES;
  return names.map((name) => keyInFile(`${homeDirectory(env)}/.ssh/${name}`, false));
}

function keyInFile(path: string, named: boolean): KeyPlace {
  return {
    name: path,
    named,
    async load() {
      const contents = await readSmallFile(path);
      return contents === undefined ? undefined : { name: path, contents };
    },
  };
}
