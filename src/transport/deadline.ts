import { CallAbortedError, CallTimeoutError } from "../errors/index.js";

/** How long an attempt may take, for the caller's part. */
export interface DeadlineOptions {
  /** Gives the attempt up; nothing is left open behind it. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until it is given up. No limit by default. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Runs an attempt under the caller's signal and time limit. The work gets one signal for both, and must settle and
 * clean up after itself as soon as it fires.
 *
 * @param what what is attempted, for the message: "Connecting to unix:/path".
 * @throws CallAbortedError or CallTimeoutError if one of them cut it short; else what the work throws.
 */
export async function withDeadline<T>(
  options: DeadlineOptions,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, timeoutMs } = options;
  const controller = new AbortController();
  const onAbort = (): void => {
    controller.abort(new CallAbortedError(`${what} was aborted by its caller.`, { cause: signal?.reason }));
  };
  if (signal?.aborted === true) onAbort();
  controller.signal.throwIfAborted();
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          controller.abort(new CallTimeoutError(`${what} took longer than ${timeoutMs} ms.`));
        }, timeoutMs);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
