import { ConnectError, isLibvirtError } from "../errors/index.js";
import type { CallOptions } from "./deadline.js";
import { DriverFeature } from "./driver-feature.js";
import {
  REMOTE_PROC_AUTH_LIST,
  REMOTE_PROC_AUTH_POLKIT,
  REMOTE_PROC_CONNECT_CLOSE,
  REMOTE_PROC_CONNECT_OPEN,
  REMOTE_PROC_CONNECT_SUPPORTS_FEATURE,
  RemoteAuthType,
} from "./generated/remote/index.js";
import type { RpcClient } from "./rpc-client.js";

/** `VIR_CONNECT_RO`, the only bit of the open flags that a daemon looks at. */
const READ_ONLY = 1;

export interface OpenRequest {
  /** The URI that the daemon opens on its side; "" lets it choose. */
  readonly name: string;
  readonly readOnly: boolean;
}

/**
 * Brings a fresh connection to where calls can be made: authentication, keepalive, CONNECT_OPEN, in the order of the
 * C client. Tells whether the daemon answers pings. `options` yields what is left of the caller's limits before each step.
 */
export async function openSession(
  rpc: RpcClient,
  { name, readOnly }: OpenRequest,
  options: () => CallOptions,
): Promise<{ readonly keepalive: boolean }> {
  await authenticate(rpc, options);
  // Asking makes the daemon send pings, so that each side notices when the other is gone.
  const keepalive = await supportsFeature(rpc, DriverFeature.PROGRAM_KEEPALIVE, options());
  await rpc.call(REMOTE_PROC_CONNECT_OPEN, { name, flags: readOnly ? READ_ONLY : 0 }, options());
  return { keepalive };
}

/** Takes leave of the daemon, which then closes its side. */
export async function closeSession(rpc: RpcClient, options: CallOptions): Promise<void> {
  await rpc.call(REMOTE_PROC_CONNECT_CLOSE, undefined, options);
}

/** Asks for one feature; a daemon that cannot tell does not have it. */
export async function supportsFeature(
  rpc: Pick<RpcClient, "call">,
  feature: DriverFeature,
  options?: CallOptions,
): Promise<boolean> {
  try {
    const { supported } = await rpc.call(REMOTE_PROC_CONNECT_SUPPORTS_FEATURE, { feature }, options);
    return supported !== 0;
  } catch (error) {
    if (isLibvirtError(error, "NO_SUPPORT")) return false;
    throw error;
  }
}

async function authenticate(rpc: RpcClient, options: () => CallOptions): Promise<void> {
  // The first one that the daemon names is the one it wants; it needs to be asked even when it wants none.
  const [type = RemoteAuthType.NONE] = await listAuthTypes(rpc, options());
  switch (type) {
    case RemoteAuthType.NONE:
      return;
    case RemoteAuthType.POLKIT:
      await rpc.call(REMOTE_PROC_AUTH_POLKIT, undefined, options());
      return;
    case RemoteAuthType.SASL:
      throw new ConnectError(
        `${rpc.peer} demands SASL authentication, which this version does not speak yet; ` +
          `use a socket without it (auth_unix_rw = "none" or "polkit" in the daemon's configuration)`,
      );
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
