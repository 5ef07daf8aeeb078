import { readFile } from "node:fs/promises";
import { InvalidConfigError } from "../errors/index.js";
import { type ConfigEnvironment, readIfThere, systemFile, unreadable, userFile, variable } from "./files.js";

/** Credentials of one server, by the names of auth.conf: authname, username, password, realm. */
export type StoredCredentials = ReadonlyMap<string, string>;

type Groups = ReadonlyMap<string, StoredCredentials>;

const NOTHING: StoredCredentials = new Map();

/**
 * Looks up what auth.conf has for a server: the file that `LIBVIRT_AUTH_FILE` names, the one of the URI's `authfile`,
 * else the user's, else the machine's.
 *
 * @param service `libvirt` or `ssh`, the middle of a group's name.
 * @param host the URI's host, or "localhost".
 * @throws InvalidConfigError if a named file cannot be read, or a file is not as it should be. No value is shown.
 * @see https://libvirt.org/auth.html#client-configuration
 */
export async function storedCredentials(
  service: string,
  host: string,
  { authfile, ...environment }: ConfigEnvironment & { readonly authfile?: string | undefined },
): Promise<StoredCredentials> {
  const file = await findFile(authfile, environment);
  if (file === undefined) return NOTHING;
  const groups = parseGroups(file.text, file.path);
  const name = [`auth-${service}-${host}`, `auth-${service}-default`].find((each) => groups.has(each));
  if (name === undefined) return NOTHING;
  const credentials = groups.get(name)?.get("credentials");
  if (credentials === undefined) {
    throw new InvalidConfigError(`${file.path}: [${name}] has no line "credentials=NAME"; add one.`);
  }
  const found = groups.get(`credentials-${credentials}`);
  if (found !== undefined) return found;
  throw new InvalidConfigError(
    `${file.path}: [${name}] refers to [credentials-${credentials}], which is not there; add that group.`,
  );
}

async function findFile(
  authfile: string | undefined,
  environment: ConfigEnvironment,
): Promise<{ path: string; text: string } | undefined> {
  const named = variable(environment, "LIBVIRT_AUTH_FILE") ?? authfile;
  if (named !== undefined && named !== "") {
    try {
      return { path: named, text: await readFile(named, "utf8") };
    } catch (cause) {
      throw unreadable(named, cause);
    }
  }
  for (const path of [userFile(environment, "auth.conf"), systemFile(environment, "auth.conf")]) {
    const text = await readIfThere(path);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}

// As GLib's key files have it: white space that ends a value belongs to it, and a passphrase may end so.
const GROUP = /^\[([^[\]\p{Cc}]+)\][ \t]*$/u;
const PAIR = /^([^=[\]]+?)(\[[\w.@-]+\])?[ \t\f\r]*=[ \t\f\r]*(.*)$/s;

/** Reads `[group]` and `key=value` lines; the last of several values of a key counts. */
function parseGroups(text: string, file: string): Groups {
  const groups = new Map<string, Map<string, string>>();
  let group: Map<string, string> | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const bare = line.replace(/^[ \t\f\r]+|\r$/g, "");
    if (bare === "" || bare.startsWith("#")) continue;
    const name = GROUP.exec(bare)?.[1];
    const pair = PAIR.exec(bare);
    if (name !== undefined) {
      group = groups.get(name) ?? new Map();
      groups.set(name, group);
    } else if (pair !== null && group !== undefined) {
      // A key for one language only is none of these.
      if (pair[2] === undefined) group.set(String(pair[1]), unescaped(String(pair[3])));
    } else {
      // The line itself may hold a password.
      throw new InvalidConfigError(
        `${file}, line ${index + 1}: expected "[group]" or, below one, "key=value"; correct it, or put a # before it.`,
      );
    }
  }
  return groups;
}

const ESCAPES: Readonly<Record<string, string>> = { s: " ", n: "\n", t: "\t", r: "\r", "\\": "\\" };

function unescaped(value: string): string {
  return value.replace(/\\(.?)/gs, (whole, char: string) => (char === "" ? "" : (ESCAPES[char] ?? whole)));
}
