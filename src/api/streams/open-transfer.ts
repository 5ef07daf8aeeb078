import type { LibvirtError } from "../../errors/index.js";
import {
  type CallOptions,
  closeSession,
  countDown,
  type GaveUp,
  gaveUpError,
  type Procedure,
  type RpcClient,
  watchDeadline,
} from "../../protocol/index.js";
import { type OpenedStream, openStream, type StreamLimits } from "../../protocol/streams/index.js";
import { openAnother } from "../open-another.js";
import type { Session } from "../session.js";

/** How a stream is opened. Its `signal` and `timeoutMs` hold until it has ended: whichever comes first breaks it off. */
export interface StreamOptions extends CallOptions, StreamLimits {
  /**
   * Opens a connection for the stream alone, and closes it afterwards: a bulk transfer then holds up nothing else, and
   * nothing else holds it up. False by default.
   */
  readonly dedicated?: boolean | undefined;
}

/** How long the farewell of a connection that was opened for a stream may take. */
const FAREWELL_MS = 2000;

/** What the one who carries bytes has to tell, and is told. */
export interface Course {
  /** Has `giveUp` called when the caller's limits are reached before the stream is over. */
  readonly watch: (giveUp: (error: LibvirtError) => void) => void;
  /** To be called when the stream has ended, in whatever way. */
  readonly over: () => void;
}

/** A stream, and what is to be done while it lasts. */
export interface Transfer<Ret> extends OpenedStream<Ret>, Course {}

/** Opens a stream on the session's connection, or on one of its own. */
export async function openTransfer<Args, Ret>(
  session: Session<unknown>,
  procedure: Procedure<Args, Ret>,
  args: Args,
  options: StreamOptions,
): Promise<Transfer<Ret>> {
  const { again } = session;
  const remaining = countDown(options);
  const own = options.dedicated === true && again !== undefined;
  const opened = await session.attempt(
    procedure,
    async (rpc) => {
      const place = own ? await openAnother(rpc, again, procedure.name, remaining()) : rpc;
      try {
        return { ...(await openStream(place, procedure, args, { ...options, ...remaining() })), place };
      } catch (error) {
        if (own) place.close();
        throw error;
      }
    },
    options,
  );
  let stop = (): void => undefined;
  return {
    ...opened,
    watch: (giveUp) => {
      stop = watchLimits(`the stream of ${procedure.name}`, options, remaining(), giveUp);
    },
    over: () => {
      stop();
      if (own) void leave(opened.place);
    },
  };
}

function watchLimits(
  what: string,
  options: CallOptions,
  left: CallOptions,
  giveUp: (error: LibvirtError) => void,
): () => void {
  const act = (why: GaveUp): void => giveUp(gaveUpError(what, why, options, "it was broken off"));
  if (options.signal?.aborted !== true) return watchDeadline(left, act);
  queueMicrotask(() => act("aborted"));
  return () => undefined;
}

async function leave(rpc: RpcClient): Promise<void> {
  try {
    if (rpc.open) await closeSession(rpc, { timeoutMs: FAREWELL_MS });
  } catch {
    // Closing needs nobody's consent.
  }
  rpc.close();
}
