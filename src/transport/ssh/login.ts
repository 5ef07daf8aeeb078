import type { AnyAuthMethod, ParsedKey, Prompt } from "ssh2";
import type { CredentialRequest, CredentialSource } from "../../auth/index.js";
import { describeErrno } from "../errno.js";
import type { SshAuthMethod } from "../uri-parameters.js";
import { agentKeys, type Ssh2 } from "./agent.js";
import { shortType } from "./host-key-check.js";
import type { KeyPlace } from "./key-sources.js";
import { readPrivateKey, UnusableKey } from "./keys.js";
import { fingerprint } from "./known-hosts.js";

/** Who logs in, and with what. */
export interface LoginOptions {
  readonly host: string;
  readonly username: string;
  /** In order of trial. */
  readonly methods: readonly SshAuthMethod[];
  /** Path of the agent's socket. */
  readonly agent: string | undefined;
  readonly keys: readonly KeyPlace[];
  readonly passphrase: string | undefined;
  readonly password: string | undefined;
  readonly credentials: CredentialSource | undefined;
}

/** One way to log in that was tried, or was found not to be possible. */
interface Attempt {
  readonly what: string;
  outcome: string;
}

interface Trial {
  readonly what: string;
  readonly request: AnyAuthMethod;
}

/** What servers call the methods. */
const SERVER_NAMES: Readonly<Record<SshAuthMethod, string>> = {
  agent: "publickey",
  privkey: "publickey",
  password: "password",
  "keyboard-interactive": "keyboard-interactive",
};
// Servers allow fewer: OpenSSH's MaxAuthTries is 6.
const MOST_TRIALS = 30;
const MOST_ROUNDS = 10;
const MOST_PROMPTS = 16;

/**
 * Logs in: gives the package one thing to try after the other, those that the server takes, and remembers what became
 * of each. A server may want several, one after the other.
 */
export class Login {
  readonly #ssh2: Ssh2;
  readonly #options: LoginOptions;
  readonly #signal: AbortSignal;
  readonly #queues: readonly (readonly [SshAuthMethod, AsyncGenerator<Trial, void>])[];
  readonly #attempts: Attempt[] = [];
  readonly #exhausted = new Set<SshAuthMethod>();
  #current: Attempt | undefined;
  #offered: readonly string[] = [];
  #trials = 0;

  /** The signal ends what the way in holds open, such as an agent's socket. */
  constructor(ssh2: Ssh2, options: LoginOptions, signal: AbortSignal) {
    this.#ssh2 = ssh2;
    this.#options = options;
    this.#signal = signal;
    const queues: Readonly<Record<SshAuthMethod, () => AsyncGenerator<Trial, void>>> = {
      agent: () => this.#agent(),
      privkey: () => this.#keys(),
      password: () => this.#password(),
      "keyboard-interactive": () => this.#interactive(),
    };
    this.#queues = Array.from(new Set(options.methods), (method) => [method, queues[method]()] as const);
  }

  /**
   * What to try next; `undefined` if nothing is left.
   *
   * @param offered what the server still takes; `null` before the first trial.
   * @param partial whether the last trial was good, but not enough.
   */
  async next(offered: readonly string[] | null, partial: boolean | null): Promise<AnyAuthMethod | undefined> {
    // The only way to learn what a server takes.
    if (offered === null) return { type: "none", username: this.#options.username };
    this.#offered = offered;
    if (this.#current !== undefined) {
      if (partial === true) this.#current.outcome = "accepted, but not enough";
      this.#current = undefined;
    }
    for (const [method, queue] of this.#queues) {
      if (!offered.includes(SERVER_NAMES[method]) || this.#trials === MOST_TRIALS) continue;
      const { value } = await queue.next();
      if (value === undefined) {
        this.#exhausted.add(method);
        continue;
      }
      this.#trials += 1;
      this.#current = this.#note(value.what, "refused");
      return value.request;
    }
    return undefined;
  }

  /** Remembers why what is being tried cannot be carried through, such as a signature that the agent will not make. */
  spoil(reason: string): void {
    if (this.#current !== undefined) this.#current.outcome = reason;
  }

  /** What was tried, in order, and what each gave. */
  describe(): string {
    const tried = this.#attempts.map(({ what, outcome }) => `${what} (${outcome})`);
    const left = this.#options.methods.filter((method) => !this.#exhausted.has(method));
    const unwanted = left.filter((method) => !this.#offered.includes(SERVER_NAMES[method]));
    const refused = unwanted.length === 0 ? "" : `; the server does not take: ${unwanted.join(", ")}`;
    return `${tried.length === 0 ? "there was nothing to try" : `tried ${tried.join(", ")}`}${refused}`;
  }

  #note(what: string, outcome: string): Attempt {
    const attempt = { what, outcome };
    this.#attempts.push(attempt);
    return attempt;
  }

  async *#agent(): AsyncGenerator<Trial, void> {
    const { agent: path, username } = this.#options;
    if (path === undefined) return;
    let keys: Awaited<ReturnType<typeof agentKeys>>;
    try {
      keys = await agentKeys(this.#ssh2, path, this.#signal);
    } catch (error) {
      this.#note(`agent ${path}`, describeErrno(error));
      return;
    }
    if (keys.length === 0) this.#note(`agent ${path}`, "it has no key that the ssh2 package can use");
    for (const { key, agent } of keys) {
      yield { what: `agent's key ${describeKey(key)}`, request: { type: "agent", username, agent } };
    }
  }

  async *#keys(): AsyncGenerator<Trial, void> {
    const { username } = this.#options;
    for (const place of this.#options.keys) {
      let key: ParsedKey | UnusableKey;
      try {
        const source = await place.load();
        if (source === undefined) {
          if (place.named) this.#note(`key ${place.name}`, "is not there");
          continue;
        }
        key = await readPrivateKey(this.#ssh2.utils, source, () => this.#passphrase(place.name));
      } catch (error) {
        this.#note(`key ${place.name}`, describeErrno(error));
        continue;
      }
      if (key instanceof UnusableKey) this.#note(`key ${place.name}`, key.reason);
      else
        yield {
          what: `key ${place.name} ${describeKey(key)}`,
          request: { type: "publickey", username, key },
        };
    }
  }

  async *#password(): AsyncGenerator<Trial, void> {
    const { username } = this.#options;
    const password = this.#options.password ?? (await this.#ask({ kind: "password", mechanism: "password" }));
    if (password === undefined) this.#note("password", "none is known; give options.ssh.password");
    else yield { what: "password", request: { type: "password", username, password } };
  }

  async *#interactive(): AsyncGenerator<Trial, void> {
    const { username } = this.#options;
    let rounds = 0;
    const prompt = (
      _name: string,
      instructions: string,
      _language: string,
      prompts: readonly Prompt[],
      finish: (answers: string[]) => void,
    ): void => {
      const many = ++rounds > MOST_ROUNDS || prompts.length > MOST_PROMPTS;
      if (many) this.spoil("the server asks without end");
      // There is no way back but wrong answers.
      const none = prompts.map(() => "");
      const answers = many ? Promise.resolve(none) : this.#answer(prompts, instructions, rounds);
      answers.then(finish, (error: unknown) => {
        this.spoil(describeErrno(error));
        finish(none);
      });
    };
    yield { what: "keyboard-interactive", request: { type: "keyboard-interactive", username, prompt } };
  }

  async #answer(prompts: readonly Prompt[], instructions: string, round: number): Promise<string[]> {
    const { password } = this.#options;
    // What nearly every server asks this way is the password, once.
    if (round === 1 && prompts.length === 1 && prompts[0]?.echo !== true && password !== undefined) {
      return [password];
    }
    const answers: string[] = [];
    for (const { prompt, echo = false } of prompts) {
      const text = prompts.length === 1 && prompt === "" ? instructions : prompt;
      const answer = await this.#ask({
        kind: "answer",
        mechanism: "keyboard-interactive",
        prompt: text.slice(0, 1000),
        echo,
      });
      if (answer === undefined) this.spoil(`nobody answered "${printable(text)}"`);
      answers.push(answer ?? "");
    }
    return answers;
  }

  async #passphrase(name: string): Promise<string | undefined> {
    return this.#options.passphrase ?? (await this.#ask({ kind: "passphrase", prompt: name, echo: false }));
  }

  async #ask(request: Omit<CredentialRequest, "service" | "host" | "username">): Promise<string | undefined> {
    const { host, username, credentials } = this.#options;
    return await credentials?.get({ service: "ssh", host, username, ...request });
  }
}

function describeKey(key: ParsedKey): string {
  return `${shortType(key.type)} ${fingerprint(key.getPublicSSH())}`;
}

function printable(text: string): string {
  return text.slice(0, 80).replace(/\p{C}/gu, "?").trim();
}
