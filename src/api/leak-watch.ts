import type { RpcClient } from "../protocol/index.js";

/** What is left of a connection that nobody holds any more. */
interface Remains {
  readonly rpc: WeakRef<RpcClient>;
  readonly peer: string;
}

// Told by the garbage collector, some time after the program has dropped the last reference.
const registry = new FinalizationRegistry<Remains>(({ rpc, peer }) => {
  const open = rpc.deref();
  if (open?.open !== true) return;
  process.emitWarning(
    `A connection to ${peer} was dropped without being closed; it is closed now. ` +
      "Call close(), or declare it with `await using`.",
    { type: "LibvirtLeakWarning", code: "LIBVIRT_RPC_LEAK" },
  );
  open.close();
});

/** Reports a connection that is dropped while it is open, once, and closes it. */
export function watchLeak(
  connection: WeakKey,
  { rpc, closed }: { readonly rpc: RpcClient; readonly closed: Promise<unknown> },
): void {
  const token = {};
  registry.register(connection, { rpc: new WeakRef(rpc), peer: rpc.peer }, token);
  void closed.then(() => registry.unregister(token));
}
