import type { Readable, Writable } from "node:stream";
import { type Connection, connect } from "../index.js";
import { CommandError } from "./command-error.js";

/** Where a command reads and writes. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user wants it to end. */
  readonly signal: AbortSignal;
}

/** What was said before the command's name. */
export interface GlobalOptions {
  readonly uri: string | undefined;
  readonly readOnly: boolean;
  readonly quiet: boolean;
  readonly timing: boolean;
  readonly json: boolean;
  /** Leaves the console: `^]` unless `-e` says otherwise. */
  readonly escape: string;
  readonly keepAlive: { readonly interval: number; readonly count: number } | undefined;
}

/** Commands by name, for those that are about commands. */
export interface CommandIndex {
  readonly names: readonly string[];
  /** The options of a command; `undefined` if there is none of that name. */
  optionsOf(name: string): Promise<readonly NamedOption[] | undefined>;
}

/** As much of an option as it takes to complete it. */
export interface NamedOption {
  readonly name: string;
  readonly kind: "data" | "named" | "flag" | "rest";
}

/** All that a command has to work with. */
export class Context implements AsyncDisposable {
  readonly terminal: Terminal;
  readonly options: GlobalOptions;
  /** Every command that there is. */
  readonly commands: CommandIndex;
  private opened: Promise<Connection> | undefined;

  constructor(terminal: Terminal, options: GlobalOptions, commands: CommandIndex) {
    this.commands = commands;
    this.terminal = terminal;
    this.options = options;
  }

  /** The connection, opened by whoever needs it first. */
  connection(): Promise<Connection> {
    const { uri, readOnly, keepAlive } = this.options;
    const { VIRSH_DEFAULT_CONNECT_URI: preset } = this.terminal.env;
    const target = uri ?? (preset === "" ? undefined : preset);
    const pings = keepAlive?.interval === 0 ? false : keepAlive;
    this.opened ??= connect(target === "" ? undefined : target, {
      readOnly,
      ...(pings !== undefined && { keepAlive: pings }),
    }).catch((error: unknown) => {
      throw new CommandError("failed to connect to the hypervisor", error);
    });
    return this.opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const conn = await this.opened?.catch(() => undefined);
    await conn?.close();
  }
}
