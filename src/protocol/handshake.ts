import { isLibvirtError } from "../errors/index.js";
import { authenticate } from "./authenticate.js";
import type { CallOptions } from "./deadline.js";
import { DriverFeature } from "./driver-feature.js";
import {
  REMOTE_PROC_CONNECT_CLOSE,
  REMOTE_PROC_CONNECT_OPEN,
  REMOTE_PROC_CONNECT_SUPPORTS_FEATURE,
} from "./generated/remote/index.js";
import type { RpcClient } from "./rpc-client.js";
import type { Authentication } from "./sasl-client.js";

/** `VIR_CONNECT_RO`, the only bit of the open flags that a daemon looks at. */
const READ_ONLY = 1;

export interface OpenRequest {
  /** The URI that the daemon opens on its side; "" lets it choose. */
  readonly name: string;
  readonly readOnly: boolean;
  /** How to pass a daemon that asks who is there. Without it, only what needs no answer passes. */
  readonly authentication?: Authentication | undefined;
}

/**
 * Brings a fresh connection to where calls can be made: authentication, keepalive, CONNECT_OPEN, in the order of the
 * C client. Tells whether the daemon answers pings. `options` yields what is left of the caller's limits before each step.
 */
export async function openSession(
  rpc: RpcClient,
  { name, readOnly, authentication = {} }: OpenRequest,
  options: () => CallOptions,
): Promise<{ readonly keepalive: boolean }> {
  await authenticate(rpc, authentication, options);
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
