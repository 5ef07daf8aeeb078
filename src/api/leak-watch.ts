import type { RpcClient } from "../protocol/index.js";
import type { ConnectionKeeper } from "./session.js";

/** What is left of a connection that nobody holds any more. It must not refer to the connection itself. */
interface Remains {
  readonly rpc: RpcClient;
  readonly keeper: ConnectionKeeper | undefined;
}

// Told by the garbage collector, some time after the program has dropped the last reference.
const registry = new FinalizationRegistry<Remains>(({ rpc, keeper }) => {
  keeper?.stop();
  const { open, peer } = keeper?.rpc ?? rpc;
  if (!open) return;
  process.emitWarning(
    `A connection to ${peer} was dropped without being closed; it is closed now. ` +
      "Call close(), or declare it with `await using`.",
    { type: "LibvirtLeakWarning", code: "LIBVIRT_RPC_LEAK" },
  );
  (keeper?.rpc ?? rpc).close();
});

/** Reports a connection that is dropped while it is open, once, and closes it. */
export function watchLeak(connection: WeakKey, remains: Remains): void {
  const token = {};
  registry.register(connection, remains, token);
  void (remains.keeper ?? remains.rpc).closed.then(() => registry.unregister(token));
}
