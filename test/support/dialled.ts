import { REMOTE_PROC_CONNECT_GET_HOSTNAME } from "../../src/protocol/generated/remote/connect.js";
import { openSession, RpcClient } from "../../src/protocol/index.js";
import { type DialOptions, dial, openName, parseUri } from "../../src/transport/index.js";

/** A daemon that was reached with options of the transport's own. */
export interface Dialled extends AsyncDisposable {
  readonly peer: string;
  hostname(): Promise<string>;
}

const TIMEOUT_MS = 60_000;

/** Dials a URI, opens it at the daemon, and asks for its name once. */
export async function openDialled(uri: string, options: DialOptions): Promise<Dialled> {
  const parsed = parseUri(uri);
  const { readOnly = false } = options;
  const rpc = new RpcClient(await dial(parsed, { timeoutMs: TIMEOUT_MS, ...options }));
  const hostname = async (): Promise<string> => {
    const reply = await rpc.call(REMOTE_PROC_CONNECT_GET_HOSTNAME, undefined, { timeoutMs: TIMEOUT_MS });
    return reply.hostname;
  };
  try {
    await openSession(rpc, { name: openName(parsed), readOnly }, () => ({ timeoutMs: TIMEOUT_MS }));
    await hostname();
  } catch (error) {
    rpc.close();
    throw error;
  }
  return {
    peer: rpc.peer,
    hostname,
    async [Symbol.asyncDispose]() {
      rpc.close();
      await rpc.closed;
    },
  };
}
