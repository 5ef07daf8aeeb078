import { ConnectError, isLibvirtError } from "../errors/index.js";
import type { CallOptions } from "./deadline.js";
import { REMOTE_PROC_AUTH_LIST, REMOTE_PROC_AUTH_POLKIT, RemoteAuthType } from "./generated/remote/index.js";
import type { RpcClient } from "./rpc-client.js";
import type { Authentication } from "./sasl-client.js";

/** Authenticates as the daemon asks for, or as the URI insists on. `options` yields what is left of the caller's limits. */
export async function authenticate(
  rpc: RpcClient,
  how: Authentication,
  options: () => CallOptions,
): Promise<void> {
  const types = await listAuthTypes(rpc, options());
  // The first one that the daemon names is the one it wants; it needs to be asked even when it wants none.
  const [first = RemoteAuthType.NONE] = types;
  const type =
    how.wanted === undefined ? first : (await import("./auth-type.js")).insistOn(how.wanted, types, rpc.peer);
  switch (type) {
    case RemoteAuthType.NONE:
      return;
    case RemoteAuthType.POLKIT:
      await rpc.call(REMOTE_PROC_AUTH_POLKIT, undefined, options());
      return;
    case RemoteAuthType.SASL:
      await (await import("./sasl-exchange.js")).exchangeSasl(rpc, how, options);
      return;
    default:
      throw new ConnectError(`${rpc.peer} demands authentication of the unknown type ${type}`);
  }
}

async function listAuthTypes(rpc: RpcClient, options: CallOptions): Promise<readonly number[]> {
  try {
    return (await rpc.call(REMOTE_PROC_AUTH_LIST, undefined, options)).types;
  } catch (error) {
    // Daemons from before authentication existed.
    if (isLibvirtError(error, "NO_SUPPORT")) return [];
    throw error;
  }
}
