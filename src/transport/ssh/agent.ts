import { connect, type Socket } from "node:net";
import type { BaseAgent, OpenSSHAgent, ParsedKey } from "ssh2";

/** The package, which is loaded when it is first needed. */
export type Ssh2 = typeof import("ssh2");

/** A key that an agent holds, and the agent for this key alone: the package would try all of them in one go. */
export interface AgentKey {
  readonly key: ParsedKey;
  readonly agent: BaseAgent<ParsedKey>;
}

/** The keys of the agent that listens on a socket. Rejects, and leaves nothing open, as soon as the signal fires. */
export async function agentKeys(ssh2: Ssh2, path: string, signal: AbortSignal): Promise<AgentKey[]> {
  const agent = openAgent(ssh2, path, signal);
  const keys = await new Promise<readonly ParsedKey[]>((resolve, reject) => {
    agent.getIdentities((error, found) => {
      if (error === undefined || error === null) resolve((found ?? []) as ParsedKey[]);
      else reject(error);
    });
  });
  class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
    readonly #key: ParsedKey;

    constructor(key: ParsedKey) {
      super();
      this.#key = key;
    }

    override getIdentities(done: (error: undefined, keys: ParsedKey[]) => void): void {
      done(undefined, [this.#key]);
    }

    override sign(...args: unknown[]): void {
      (agent.sign as (...all: unknown[]) => void)(...args);
    }
  }
  return keys.map((key) => ({ key, agent: new OneKeyAgent(key) }));
}

function openAgent(ssh2: Ssh2, path: string, signal: AbortSignal): OpenSSHAgent {
  // Pageant and Cygwin have ways of their own, which the package knows.
  if (process.platform === "win32") return ssh2.createAgent(path) as OpenSSHAgent;
  class WatchedAgent extends ssh2.OpenSSHAgent {
    // An agent may ask its user, who may take for ever.
    override getStream(done: (error: Error | undefined, stream?: Socket) => void): void {
      const socket = connect({ path, signal });
      const refused = (error: Error): void => done(error);
      socket.once("error", refused);
      socket.once("connect", () => {
        socket.off("error", refused);
        socket.on("error", () => {});
        done(undefined, socket);
      });
    }
  }
  return new WatchedAgent(path);
}
