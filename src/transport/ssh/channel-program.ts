import { EventEmitter } from "node:events";
import type { ClientChannel } from "ssh2";
import type { StreamProgram } from "./child-stream.js";
import { closeSession, type Ssh2Session } from "./ssh2-session.js";

// The package grants the peer a window of 2 MiB, and another one while the first is not read.
const MOST_UNREAD = 8 * 1024 * 1024;

/**
 * An SSH connection for the sake of one channel, with the manners of a child process: it is gone when the connection is,
 * and its exit status is that of what the channel leads to.
 */
export class ChannelProgram extends EventEmitter implements StreamProgram {
  readonly stdin: ClientChannel;
  readonly stdout: ClientChannel;
  readonly stderr: ClientChannel["stderr"];
  readonly #session: Ssh2Session;
  #ended = false;
  #lost = false;
  #flooded = false;

  constructor(session: Ssh2Session, channel: ClientChannel) {
    super();
    this.#session = session;
    this.stdin = channel;
    this.stdout = channel;
    this.stderr = channel.stderr;
    let code: number | null | undefined;
    let signal: string | undefined;
    channel.once("exit", (status: number | null, name?: string) => {
      code = status;
      signal = name;
    });
    channel.once("close", () => {
      this.#ended = true;
      closeSession(session);
    });
    session.client.once("close", () => {
      this.#lost = !this.#ended;
      // A forwarded socket has no status.
      const status = this.#lost ? null : (code ?? (signal === undefined ? 0 : null));
      this.emit("exit", status, signal ?? null);
    });
    session.socket.on("data", () => {
      if (channel.readableLength + channel.stderr.readableLength <= MOST_UNREAD) return;
      this.#flooded = true;
      session.socket.destroy();
    });
  }

  /** Why the connection went away under the channel; `undefined` if it did not. */
  get loss(): string | undefined {
    if (this.#flooded) return "the server sent far more than it was allowed to";
    return this.#lost ? (this.#session.failure() ?? "the server hung up") : undefined;
  }

  kill(signal: NodeJS.Signals): boolean {
    this.#ended = true;
    if (signal === "SIGKILL") this.#session.socket.destroy();
    else closeSession(this.#session);
    return true;
  }
}
