import { type CallOptions, checkTimeout, gaveUpError, watchDeadline } from "../protocol/index.js";

/** Waits for work that goes on without its caller, as long as the caller's limits allow. */
export async function within<T>(work: Promise<T>, what: string, options: CallOptions): Promise<T> {
  checkTimeout(options.timeoutMs);
  let stop = (): void => {};
  const limits = new Promise<never>((_, reject) => {
    const giveUp = (why: "aborted" | "timed out"): void =>
      reject(gaveUpError(what, why, options, "it was not sent"));
    if (options.signal?.aborted === true) giveUp("aborted");
    else stop = watchDeadline(options, giveUp);
  });
  try {
    return await Promise.race([work, limits]);
  } finally {
    stop();
  }
}
