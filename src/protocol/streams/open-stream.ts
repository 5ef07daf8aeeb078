import type { CallOptions } from "../deadline.js";
import type { Procedure } from "../procedure.js";
import type { RpcClient } from "../rpc-client.js";
import type { RpcStream, StreamLimits } from "./rpc-stream.js";
import { StreamTable } from "./stream-table.js";

/** A call's result together with the stream that it opened. */
export interface OpenedStream<Ret> {
  readonly ret: Ret;
  readonly stream: RpcStream;
}

/**
 * Makes a call that opens a stream. If the caller gives up before the daemon has answered, a stream that is opened
 * after all is aborted.
 */
export async function openStream<Args, Ret>(
  rpc: RpcClient,
  procedure: Procedure<Args, Ret>,
  args: Args,
  options: CallOptions & StreamLimits = {},
): Promise<OpenedStream<Ret>> {
  const table = rpc.carryStreams((route) => new StreamTable(route));
  let stream: RpcStream | undefined;
  try {
    const ret = await rpc.call(procedure, args, options, {
      numbered: (serial) => {
        stream = table.open(serial, procedure as Procedure<unknown, unknown>, options);
      },
      answered: (outcome) => {
        if (stream === undefined) return;
        if (outcome === undefined) table.forget(stream);
        else stream.accepted();
      },
    });
    return { ret, stream: stream as RpcStream };
  } catch (error) {
    stream?.abort();
    throw error;
  }
}
