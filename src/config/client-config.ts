import { InvalidConfigError } from "../errors/index.js";
import type { ConfValue } from "./conf-syntax.js";
import { type ConfigEnvironment, isRoot, readIfThere, systemFile, userFile } from "./files.js";

/** What libvirt.conf says to clients. */
export class ClientConfig {
  readonly #values: ReadonlyMap<string, ConfValue>;
  readonly #file: string;

  constructor(values: ReadonlyMap<string, ConfValue>, file: string) {
    this.#values = values;
    this.#file = file;
  }

  /**
   * A key whose value is a string.
   *
   * @throws InvalidConfigError if it is something else.
   */
  string(key: string): string | undefined {
    const value = this.#values.get(key);
    if (value === undefined || typeof value === "string") return value;
    throw this.#invalid(key, value, 'a "string"');
  }

  /**
   * A key whose value is one of a few words.
   *
   * @throws InvalidConfigError if it is something else.
   */
  choice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const value = this.string(key);
    const found = choices.find((each) => each === value);
    if (value === undefined || found !== undefined) return found;
    throw this.#invalid(key, value, `one of ${choices.map((each) => `"${each}"`).join(", ")}`);
  }

  /**
   * The URI that a name stands for; `undefined` if it is no alias.
   *
   * @throws InvalidConfigError for an entry before it that is not `name=uri`.
   */
  alias(name: string): string | undefined {
    const key = "uri_aliases";
    const entries = this.#values.get(key) ?? [];
    if (typeof entries !== "object") throw this.#invalid(key, entries, 'a list of "name=uri"');
    for (const entry of entries) {
      const match = typeof entry === "string" ? /^([A-Za-z0-9_-]*)=(.*)$/s.exec(entry) : null;
      if (match === null) {
        throw this.#invalid(key, entry, 'entries "name=uri" whose names have letters, digits, "_" and "-"');
      }
      if (match[1] === name) return match[2];
    }
    return undefined;
  }

  #invalid(key: string, value: ConfValue, rule: string): InvalidConfigError {
    return new InvalidConfigError(`${this.#file}: ${key} takes ${rule}, not ${JSON.stringify(value)}.`);
  }
}

/**
 * Reads libvirt.conf: the machine's for root, else the user's own and that alone. Without one nothing is set.
 *
 * @throws InvalidConfigError if it cannot be read or understood.
 * @see https://libvirt.org/uri.html#configuring-uri-aliases
 */
export async function loadClientConfig(environment: ConfigEnvironment): Promise<ClientConfig> {
  const name = "libvirt.conf";
  const file = isRoot(environment) ? systemFile(environment, name) : userFile(environment, name);
  const text = await readIfThere(file);
  if (text === undefined) return new ClientConfig(new Map(), file);
  const { parseConf } = await import("./conf-syntax.js");
  return new ClientConfig(parseConf(text, file), file);
}
