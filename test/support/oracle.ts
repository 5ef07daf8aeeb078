import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { hold } from "./hold.js";

/** What libvirt-python says an error is. */
export interface OracleError {
  readonly code: number;
  readonly domain: number;
  readonly level: number;
  readonly message: string;
  readonly str1: string | null;
  readonly str2: string | null;
  readonly str3: string | null;
  readonly int1: bigint | number;
  readonly int2: bigint | number;
}

/** The oracle's method raised libvirtError. */
export class OracleFailure extends Error {
  readonly error: OracleError;

  constructor(error: OracleError) {
    super(error.message);
    this.error = error;
  }
}

/** An object that lives in the oracle; goes back as a target or an argument. */
export interface OracleHandle {
  readonly $handle: number;
  readonly class: string;
  readonly name?: string;
  readonly uuid?: string;
  readonly domainId?: bigint;
}

/** A method of libvirt-python. */
export interface OracleMethod {
  readonly class: string;
  readonly method: string;
  readonly parameters: readonly string[];
}

type Target = "conn" | OracleHandle;

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: OracleError;
  /** What else was raised: the question was not one. */
  readonly misuse?: string;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

// Debian's Python is the one that has libvirt; another may come first in PATH.
const PYTHON = "/usr/bin/python3";
const ANSWER_MS = 15_000;
const STOP_MS = 5000;

/** python3-libvirt on a connection of its own, in a process of its own. All integers come as bigint. */
export class Oracle {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #stderr = "";
  #ended: Error | undefined;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#answer(line));
    child.once("close", (code) =>
      this.#fail(new Error(`the oracle ended with code ${code}: ${this.#stderr}`)),
    );
    child.once("error", (error) => this.#fail(new Error(`${PYTHON} could not be run`, { cause: error })));
    child.stdin.on("error", () => undefined);
    // Each question has a timer that holds us until its answer; without one there is nothing to stay for.
    hold(child, false);
  }

  /** Connects to `uri`, with another connection than anybody else's. */
  static async start(uri: string, { readOnly = false }: { readOnly?: boolean } = {}): Promise<Oracle> {
    const script = join(process.cwd(), "test/support/oracle.py");
    const child = spawn(PYTHON, [script, uri, readOnly ? "ro" : "rw"], { stdio: ["pipe", "pipe", "pipe"] });
    const oracle = new Oracle(child);
    await oracle.#wait(0, `open ${uri}`);
    return oracle;
  }

  /** Calls a method by its name in libvirt-python; rejects with {@link OracleFailure} where that raises libvirtError. */
  call<T = unknown>(target: Target, method: string, ...args: readonly unknown[]): Promise<T> {
    const id = this.#next++;
    this.#child.stdin.write(
      `${JSON.stringify({ id, target: encode(target), method, args: args.map(encode) })}\n`,
    );
    return this.#wait(id, method) as Promise<T>;
  }

  /** What libvirt-python has for each C function. */
  describe(): Promise<Readonly<Record<string, readonly OracleMethod[]>>> {
    const id = this.#next++;
    this.#child.stdin.write(`${JSON.stringify({ id, target: "describe" })}\n`);
    return this.#wait(id, "describe") as Promise<Readonly<Record<string, readonly OracleMethod[]>>>;
  }

  async stop(): Promise<void> {
    if (this.#ended !== undefined) return;
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    // It may be within a call that a stopped daemon never answers.
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS);
    hold(this.#child, true);
    this.#child.stdin.end();
    await closed;
    clearTimeout(timer);
  }

  #wait(id: number, what: string): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`the oracle gave no answer to ${what}: ${this.#stderr}`)),
        ANSWER_MS,
      );
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer);
          this.#waiting.delete(id);
          then(value);
        };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
    });
  }

  #answer(line: string): void {
    const { id, result, error, misuse } = JSON.parse(line) as Answer;
    const waiting = this.#waiting.get(id);
    if (misuse !== undefined) waiting?.reject(new Error(`the oracle was asked wrongly: ${misuse}`));
    else if (error !== undefined) waiting?.reject(new OracleFailure(error));
    else waiting?.resolve(decode(result));
  }

  #fail(error: Error): void {
    this.#ended = error;
    for (const waiting of Array.from(this.#waiting.values())) waiting.reject(error);
  }
}

function encode(value: unknown): unknown {
  if (typeof value === "bigint") return { $int: String(value) };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(encode);
  // Of an object only its number goes back.
  if (typeof value === "object" && value !== null) {
    if ("$handle" in value) return { $handle: value.$handle };
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
  }
  return value;
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  if ("$int" in value) return BigInt(String(value.$int));
  if ("$bytes" in value) return new Uint8Array(Buffer.from(String(value.$bytes), "base64"));
  if ("$handle" in value) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, key === "$handle" ? item : decode(item)]),
    );
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
}
