import { type CallOptions, closeSession, type Procedure, type RpcClient } from "../../protocol/index.js";
import { type OpenedStream, openStream, type StreamLimits } from "../../protocol/streams/index.js";
import type { Session } from "../session.js";

/** How a stream is opened. */
export interface StreamOptions extends CallOptions, StreamLimits {
  /**
   * Opens a connection for the stream alone, and closes it afterwards: a bulk transfer then holds up nothing else, and
   * nothing else holds it up. False by default.
   */
  readonly dedicated?: boolean | undefined;
}

/** How long the farewell of a connection that was opened for a stream may take. */
const FAREWELL_MS = 2000;

/** A stream, and what is to be done when it has ended. */
export interface Transfer<Ret> extends OpenedStream<Ret> {
  readonly over: () => void;
}

/** Opens a stream on the session's connection, or on one of its own. */
export async function openTransfer<Args, Ret>(
  session: Session<unknown>,
  procedure: Procedure<Args, Ret>,
  args: Args,
  options: StreamOptions,
): Promise<Transfer<Ret>> {
  if (options.dedicated !== true || session.again === undefined) {
    return { ...(await openStream(session.rpc, procedure, args, options)), over: () => undefined };
  }
  const rpc = await session.again.open();
  try {
    const opened = await openStream(rpc, procedure, args, options);
    return { ...opened, over: () => void leave(rpc) };
  } catch (error) {
    rpc.close();
    throw error;
  }
}

async function leave(rpc: RpcClient): Promise<void> {
  try {
    if (rpc.open) await closeSession(rpc, { timeoutMs: FAREWELL_MS });
  } catch {
    // Closing needs nobody's consent.
  }
  rpc.close();
}
