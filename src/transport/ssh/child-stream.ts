import { Duplex, type Readable, type Writable } from "node:stream";

/** What leads to the daemon: a child process, or what behaves like one. */
export interface StreamProgram {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  once(event: "exit", listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  kill(signal: NodeJS.Signals): boolean;
}

/** How a program ended that should have carried a connection. */
export interface ChildEnd {
  /** Both `null` if it closed its output and was still running a second later. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last of what it wrote to its standard error, at most {@link KEPT_BYTES}. */
  readonly stderr: string;
  /** What it wrote to its standard output, if that cannot be the beginning of a packet; at most {@link KEPT_BYTES}. */
  readonly text: string | undefined;
  /** Whether the daemon behind it ever said something. */
  readonly answered: boolean;
}

/** How much is kept of what a program says that is not for us. */
const KEPT_BYTES = 4096;
// How long its last words may take, once its end is sure.
const PATIENCE_MS = 1000;
// How long it may take to follow a polite signal.
const KILL_MS = 1000;
// The first byte of a packet's length, which is at most 32 MiB and a header.
const MOST_FIRST_BYTE = 2;
// Writes of a bulk upload are 256 KiB; with less room every one of them would wait for a drain.
const HIGH_WATER_MARK = 512 * 1024;

/**
 * The two pipes of a program as one stream, which owns the program: the stream's "close" comes when the program is
 * gone. A program that fails, or ends before it has sent anything, makes the stream fail once all that it did send has
 * been read, with what it wrote to its standard error.
 */
export class ChildStream extends Duplex {
  readonly #child: StreamProgram;
  readonly #describe: (end: ChildEnd) => Error;
  #exit: Pick<ChildEnd, "code" | "signal"> | undefined;
  #stderr: Buffer = Buffer.alloc(0);
  #text: Buffer | undefined;
  #answered = false;
  // Whether the reader wants no more for now.
  #held = true;
  #outputEnded = false;
  #errorsEnded = false;
  #inputBroken = false;
  #over = false;
  #patience: NodeJS.Timeout | undefined;
  #failure: Error | undefined;

  /** @param describe makes the error for an end that nobody asked for. */
  constructor(child: StreamProgram, describe: (end: ChildEnd) => Error) {
    super({ writableHighWaterMark: HIGH_WATER_MARK });
    this.#child = child;
    this.#describe = describe;
    child.once("exit", (code, signal) => {
      this.#exit = { code, signal };
      this.#conclude();
    });
    // Such as a signal that may not be sent.
    child.on("error", () => {});
    child.stdout.on("data", (chunk: Buffer) => this.#take(chunk));
    child.stdout.pause();
    child.stdout.on("error", () => {});
    child.stdout.once("close", () => {
      this.#outputEnded = true;
      this.#conclude();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr = Buffer.from(Buffer.concat([this.#stderr, chunk]).subarray(-KEPT_BYTES));
    });
    child.stderr.on("error", () => {});
    child.stderr.once("close", () => {
      this.#errorsEnded = true;
      this.#conclude();
    });
    // A program that no longer reads is about to end, and its end tells more than EPIPE.
    child.stdin.on("error", () => {
      this.#inputBroken = true;
      this.#conclude();
    });
  }

  override _read(): void {
    this.#held = false;
    this.#child.stdout.resume();
    this.#conclude();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.#child.stdin.write(chunk, () => done());
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: () => void): void {
    const { stdin } = this.#child;
    stdin.cork();
    chunks.forEach(({ chunk }, i) => {
      if (i === chunks.length - 1) stdin.write(chunk, () => done());
      else stdin.write(chunk);
    });
    stdin.uncork();
  }

  override _final(done: () => void): void {
    // Without an answer there is no session that should end in order: it may be waiting for a network, or a password.
    this.#child.stdin.end(() => {
      if (!this.#answered) this.#child.kill("SIGTERM");
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#over = true;
    clearTimeout(this.#patience);
    const child = this.#child;
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
    const gone = (): void => done(error ?? this.#failure ?? null);
    if (this.#exit !== undefined) {
      gone();
      return;
    }
    const timer = setTimeout(() => child.kill("SIGKILL"), KILL_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      gone();
    });
    child.kill("SIGTERM");
  }

  #take(chunk: Buffer): void {
    if (this.#over) return;
    if (this.#text !== undefined || (!this.#answered && (chunk[0] ?? 0) > MOST_FIRST_BYTE)) {
      const more = chunk.subarray(0, KEPT_BYTES - (this.#text?.length ?? 0));
      this.#text = Buffer.concat([this.#text ?? Buffer.alloc(0), more]);
      this.#conclude();
      return;
    }
    this.#answered = true;
    if (this.push(chunk)) return;
    this.#held = true;
    this.#child.stdout.pause();
  }

  /** Ends the stream when the program's end is sure and it has said all, or has had its time to say it. */
  #conclude(): void {
    if (this.#over) return;
    // One that fails is at its end even if something that it started holds its output.
    const failed = this.#exit !== undefined && this.#exit.code !== 0;
    if (!(this.#outputEnded || failed || this.#inputBroken || this.#text !== undefined)) return;
    if (this.#held && !this.#outputEnded) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
      return;
    }
    if (this.#outputEnded && this.#errorsEnded && this.#exit !== undefined) this.#finish();
    else this.#patience ??= setTimeout(() => this.#finish(), PATIENCE_MS);
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#patience);
    const { code, signal } = this.#exit ?? { code: null, signal: null };
    const text = this.#text?.toString("utf8");
    const orderly = this.#answered && !this.#inputBroken && (this.#exit === undefined || code === 0);
    if (!orderly && !this.writableEnded) {
      const stderr = this.#stderr.toString("utf8");
      this.#failure = this.#describe({ code, signal, stderr, text, answered: this.#answered });
    }
    this.push(null);
  }
}
