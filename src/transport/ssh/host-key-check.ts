import { ConnectError, InvalidValueError } from "../../errors/index.js";
import type { KnownHostsVerify } from "../uri-parameters.js";
import {
  findKnownKeys,
  fingerprint,
  judgeKey,
  keyType,
  knownHostName,
  parsePublicKey,
  type Verdict,
} from "./known-hosts.js";
import type { KnownHosts } from "./known-hosts-files.js";

/** The algorithms of host keys that the ssh2 package has, but for those with SHA-1, which OpenSSH refuses as well. */
const ALGORITHMS = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
] as const;
export type HostKeyAlgorithm = (typeof ALGORITHMS)[number];

/** What a host's key is checked against. */
export interface HostKeyCheckOptions {
  readonly host: string;
  readonly port: number;
  readonly known: KnownHosts;
  /** Keys or fingerprints that count in the place of known_hosts. */
  readonly pins?: string | readonly string[] | undefined;
  /** `normal` by default. */
  readonly verify?: KnownHostsVerify | undefined;
}

/** Decides whether the key that a host shows is its own. */
export class HostKeyCheck {
  readonly #options: HostKeyCheckOptions;
  readonly #pins: readonly Pin[] | undefined;
  #accepted: Buffer | undefined;
  #refusal: ConnectError | undefined;
  #isNew = false;

  /** @throws InvalidValueError for a pin that is neither a fingerprint nor a key. */
  constructor(options: HostKeyCheckOptions) {
    this.#options = options;
    this.#pins = options.pins === undefined ? undefined : [options.pins].flat().map(parsePin);
  }

  /** What to ask the host for: first what it is known by, so that it shows a key that can be checked. */
  get algorithms(): HostKeyAlgorithm[] {
    const { host, port, known } = this.#options;
    const names = [knownHostName(host, port), knownHostName(host, 22)];
    const entries = names.map((name) =>
      findKnownKeys(known.texts, name).filter(({ marker }) => marker === ""),
    );
    const best = this.#pins ?? entries.find((each) => each.length > 0) ?? [];
    const types = new Set(best.map(({ type }) => type));
    const preferred = ALGORITHMS.filter((algorithm) => types.has(typeOf(algorithm)));
    return [...preferred, ...ALGORITHMS.filter((algorithm) => !preferred.includes(algorithm))];
  }

  /** Why the key was refused. */
  get refusal(): ConnectError | undefined {
    return this.#refusal;
  }

  /** The line to remember a new key by, once the host has proved that it has it. */
  get newLine(): string | undefined {
    return this.#isNew && this.#accepted !== undefined ? this.#line(this.#accepted) : undefined;
  }

  /** Whether to go on with a host that shows this key. When keys are exchanged anew it has to be the same one. */
  accept(key: Buffer): boolean {
    if (this.#accepted !== undefined) return this.#accepted.equals(key);
    this.#refusal = this.#judge(key);
    if (this.#refusal === undefined) this.#accepted = Buffer.from(key);
    return this.#refusal === undefined;
  }

  #judge(key: Buffer): ConnectError | undefined {
    const { host, port, known, verify = "normal" } = this.#options;
    if (this.#pins !== undefined) return this.#judgeByPins(key, this.#pins);
    if (verify === "ignore") return undefined;
    const verdict = judgeKey(known.texts, host, port, key);
    if (verdict.kind === "known") return undefined;
    if (verdict.kind === "unknown" && verify === "auto" && known.file !== undefined) {
      this.#isNew = true;
      return undefined;
    }
    return new ConnectError(`${describeKey(key, this.#name)} ${this.#explain(verdict, key)}`);
  }

  #judgeByPins(key: Buffer, pins: readonly Pin[]): ConnectError | undefined {
    if (pins.some(({ print }) => print === fingerprint(key))) return undefined;
    const wanted = pins.map(({ print, type }) =>
      type === undefined ? print : `${shortType(type)} ${print}`,
    );
    return new ConnectError(
      `${describeKey(key, this.#name)} is not the one of options.ssh.hostKey (${wanted.join(", ")}). Find out which machine answers before you change that; where a host has keys of several kinds, give the public key itself ("${keyType(key)} …"), which says what kind to ask for.`,
    );
  }

  get #name(): string {
    return knownHostName(this.#options.host, this.#options.port);
  }

  #line(key: Buffer): string {
    return `${this.#name} ${keyType(key) ?? ""} ${key.toString("base64")}`;
  }

  #explain(verdict: Exclude<Verdict, { kind: "known" }>, key: Buffer): string {
    const name = this.#name;
    if (verdict.kind === "unknown") {
      const { texts, file } = this.#options.known;
      const looked =
        texts.length === 0 ? "no known_hosts file is there" : texts.map((each) => each.name).join(", ");
      const where = file ?? "options.ssh.knownHosts";
      return `is not known (looked in: ${looked}). Compare the fingerprint with what "ssh-keygen -lf" tells of the host's key on the host itself; if they are the same, add this line to ${where}: ${this.#line(key)}`;
    }
    const { entry } = verdict;
    const where = `${entry.file}, line ${entry.line}`;
    const remove = entry.file.startsWith("options.")
      ? "take the old line out"
      : `remove the old key with: ssh-keygen -R '${name}' -f '${entry.file}'`;
    switch (verdict.kind) {
      case "revoked":
        return `is revoked (${where}): nobody may trust it any more. The host needs a new key.`;
      case "changed":
        return `is not the known one (${where} has ${fingerprint(entry.key)}): the machine was set up anew, or another one answers in its place. Find out which, and only then ${remove}`;
      case "otherType":
        return `is of another kind than the known one (${where} has ${shortType(entry.type)} ${fingerprint(entry.key)}), which the host did not show, or which the ssh2 package cannot use. Find out why, and only then add this line to that file: ${this.#line(key)}`;
      case "authority":
        return `is not known; ${where} trusts a certificate authority for it, and the ssh2 package knows no certificates. Use the machine's ssh (+ssh, with options.ssh.client "system"), or compare the fingerprint on the host and add this line to that file: ${this.#line(key)}`;
    }
  }
}

interface Pin {
  readonly print: string;
  /** Only a whole key tells. */
  readonly type: string | undefined;
}

function parsePin(text: string): Pin {
  const print = /^SHA256:[A-Za-z0-9+/]{43}(?==?$)/.exec(text.trim())?.[0];
  if (print !== undefined) return { print, type: undefined };
  const key = parsePublicKey(text.trim());
  if (key !== undefined) return { print: fingerprint(key.key), type: key.type };
  throw new InvalidValueError(
    `options.ssh.hostKey has "${text.slice(0, 100)}"; give a fingerprint as "ssh-keygen -lf FILE" shows it (SHA256:…), or a public key (ssh-ed25519 AAAA…).`,
  );
}

function typeOf(algorithm: HostKeyAlgorithm): string {
  return algorithm.startsWith("rsa-") ? "ssh-rsa" : algorithm;
}

function describeKey(key: Buffer, name: string): string {
  return `The ${shortType(keyType(key) ?? "unknown")} key that ${name} shows (${fingerprint(key)})`;
}

const SHORT_TYPES: Readonly<Record<string, string>> = {
  "ssh-ed25519": "ED25519",
  "ssh-rsa": "RSA",
  "ssh-dss": "DSA",
  "sk-ssh-ed25519@openssh.com": "ED25519-SK",
  "sk-ecdsa-sha2-nistp256@openssh.com": "ECDSA-SK",
};

/** What ssh-keygen's listings call a type of keys. */
export function shortType(type: string): string {
  return SHORT_TYPES[type] ?? (type.startsWith("ecdsa-sha2-") ? "ECDSA" : type);
}
