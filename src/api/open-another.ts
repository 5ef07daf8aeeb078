import { ConnectionClosedError } from "../errors/index.js";
import type { CallOptions, RpcClient } from "../protocol/index.js";
import type { Again } from "./session.js";
import { within } from "./within.js";

/** Rejects, for the sake of the call `name`, if a session's connection is closed. */
export async function checkOpen({ open, closed }: RpcClient, name: string): Promise<void> {
  if (open) return;
  const { reason, message, cause } = await closed;
  const what = `${message}, so ${name} cannot be called`;
  throw new ConnectionClosedError(reason, what, { cause, procedure: name });
}

/** Opens one more connection to where the first one leads, unless that is closed. */
export async function openAnother(
  first: RpcClient,
  again: Again,
  name: string,
  limits: CallOptions,
): Promise<RpcClient> {
  await checkOpen(first, name);
  const opening = again.open();
  try {
    return await within(opening, name, limits);
  } catch (error) {
    // Nobody waits for it any more.
    opening.then(
      (rpc) => rpc.close(),
      () => undefined,
    );
    throw error;
  }
}
