import { EventEmitter } from "node:events";
import type { ClientChannel } from "ssh2";
import type { StreamProgram } from "./child-stream.js";
import { closeSession, type Ssh2Session } from "./ssh2-session.js";

// The package grants the peer a window of 2 MiB, and another one while the first is not read.
const MOST_UNREAD = 8 * 1024 * 1024;

/** How what a channel leads to has ended, as far as the server tells. */
interface ChannelExit {
  code?: number | null;
  signal?: string | undefined;
}

/** A channel whose end is watched: it may come together with the channel. */
export interface WatchedChannel {
  readonly channel: ClientChannel;
  readonly exit: Readonly<ChannelExit>;
}

/** To be called at once when the package hands a channel out. */
export function watchChannel(channel: ClientChannel): WatchedChannel {
  const exit: ChannelExit = {};
  channel.once("exit", (code: number | null, signal?: string) => {
    exit.code = code;
    exit.signal = signal;
  });
  channel.on("error", () => {});
  return { channel, exit };
}

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

  constructor(session: Ssh2Session, { channel, exit }: WatchedChannel) {
    super();
    this.#session = session;
    this.stdin = channel;
    this.stdout = channel;
    this.stderr = channel.stderr;
    channel.once("close", () => {
      this.#ended = true;
      closeSession(session);
    });
    session.client.once("close", () => {
      this.#lost = !this.#ended;
      // A forwarded socket has no status.
      const status = this.#lost ? null : (exit.code ?? (exit.signal === undefined ? 0 : null));
      this.emit("exit", status, exit.signal ?? null);
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
