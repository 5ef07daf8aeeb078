const LIMIT_MS = 25_000;

/** Waits until something has come about; returns, too, when it never does, so that the test can say what is missing. */
export async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!done() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
}
